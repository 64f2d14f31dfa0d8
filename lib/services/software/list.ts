import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { SoftwareRow } from '#lib/contract/software.ts'
import { softwareFacts } from './rows.ts'

/** Every software by name. */
export async function listSoftware(actor: Actor, now = new Date()): Promise<SoftwareRow[]> {
  requireRight(actor, 'read')
  return (await softwareFacts({}, now)).map(({ row }) => row)
}
