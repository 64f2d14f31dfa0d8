import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { db } from '#lib/db/client.ts'

/** Whether invented software is among what is shown: every page says so from its first moment on. */
export async function hasDemo(actor: Actor): Promise<boolean> {
  requireRight(actor, 'read')
  return (await db.software.findFirst({ where: { demo: true }, select: { id: true } })) !== null
}
