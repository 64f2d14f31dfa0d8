import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { inTransaction } from '#lib/db/client.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { findSource } from './find-source.ts'
import { requireActive } from './require-active.ts'
import { syncKey } from './sync/sync-source.ts'

/** Has a source synced now instead of at its time. The worker does it; its waiting after failures is cut short. */
export async function requestSync(actor: Actor, id: string, now = new Date()): Promise<{ accepted: true }> {
  requireRight(actor, 'source:manage')
  await inTransaction(async (tx) => {
    const source = await findSource(id, tx)
    requireActive(source)
    const { name } = source
    await tx.source.update({ where: { id }, data: { nextAt: now } })
    await enqueue(tx, 'sync-source', { sourceId: id }, { dedupeKey: syncKey(id) })
    await recordAudit(tx, actor, { act: 'source.sync', objectType: 'source', objectId: id, detail: { name } })
  })
  return { accepted: true }
}
