import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { can, rights } from '#lib/auth/rights.ts'
import type { meSchema } from '#lib/contract/access.ts'
import { db } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'

/** The signed-in person, with what they may do: pages offer only that. */
export async function whoAmI(actor: Actor): Promise<z.input<typeof meSchema>> {
  const user = await db.user.findUnique({ where: { id: actor.id }, select: { email: true } })
  if (user === null || actor.role === null) throw notFound('such user')
  const allowed = rights.filter((right) => can(actor, right))
  return { id: actor.id, email: user.email, name: actor.name, role: actor.role, rights: allowed }
}
