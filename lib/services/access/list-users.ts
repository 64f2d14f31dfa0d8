import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { userSchema } from '#lib/contract/access.ts'
import { db } from '#lib/db/client.ts'
import { lastSession, userRow } from './user-row.ts'

export async function listUsers(actor: Actor): Promise<z.input<typeof userSchema>[]> {
  requireRight(actor, 'users:manage')
  const users = await db.user.findMany({ orderBy: { createdAt: 'asc' }, include: { sessions: lastSession } })
  return users.map(userRow)
}
