import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { db } from '#lib/db/client.ts'

/** Every software by name, for saying which one a layout is for. */
export async function listSoftwareChoices(actor: Actor): Promise<{ slug: string; name: string }[]> {
  requireRight(actor, 'read')
  return db.software.findMany({ select: { slug: true, name: true }, orderBy: { name: 'asc' } })
}
