import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { tokenSchema } from '#lib/contract/access.ts'
import { db } from '#lib/db/client.ts'
import { tokenIncludes, tokenRow } from './token-row.ts'

export async function listTokens(actor: Actor): Promise<z.input<typeof tokenSchema>[]> {
  requireRight(actor, 'tokens:manage')
  const rows = await db.apiToken.findMany({ orderBy: { createdAt: 'desc' }, include: tokenIncludes })
  return rows.map(tokenRow)
}
