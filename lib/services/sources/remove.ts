import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { inTransaction } from '#lib/db/client.ts'
import { recordAudit } from '../audit/record.ts'
import { findSource } from './find-source.ts'

/**
 * Ends the syncing of a source, also of a run that is under way. What it brought stays, and so does where it was found.
 */
export async function removeSource(actor: Actor, id: string, now = new Date()): Promise<{ accepted: true }> {
  requireRight(actor, 'source:manage')
  await inTransaction(async (tx) => {
    const { name } = await findSource(id, tx)
    await tx.source.update({ where: { id }, data: { removedAt: now, fence: { increment: 1 }, leaseUntil: null } })
    await tx.sourceMemory.deleteMany({ where: { sourceId: id } })
    await recordAudit(tx, actor, { act: 'source.remove', objectType: 'source', objectId: id, detail: { name } })
  })
  return { accepted: true }
}
