import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { inTransaction } from '#lib/db/client.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { findSource } from './find-source.ts'
import { requireActive } from './require-active.ts'
import { neverTaken } from './sending.ts'
import { syncKey } from './sync/sync-source.ts'

/**
 * Fetches again what did not come in: quarantined, refused and failed entries, and those that wait for another attempt.
 * What can be read now is read; what was quarantined before stays as it was received.
 */
export async function replaySource(actor: Actor, id: string, now = new Date()): Promise<{ entries: number }> {
  requireRight(actor, 'source:manage')
  const entries = await inTransaction(async (tx) => {
    const source = await findSource(id, tx)
    requireActive(source)
    const { name } = source
    const { count } = await tx.sourceEntry.updateMany({
      where: {
        sourceId: id,
        vanishedAt: null,
        OR: [{ state: { in: ['quarantined', 'refused', 'failed'] } }, { state: 'waiting', retryAt: { not: null } }],
      },
      data: { state: 'waiting', attempts: 0, retryAt: null },
    })
    await tx.sourceUpload.updateMany({
      where: {
        sourceId: id,
        OR: [
          { state: 'refused', code: { notIn: [...neverTaken] } },
          { state: 'waiting', retryAt: { not: null } },
        ],
      },
      data: { state: 'waiting', attempts: 0, retryAt: null },
    })
    await tx.source.update({ where: { id }, data: { nextAt: now } })
    await enqueue(tx, 'sync-source', { sourceId: id }, { dedupeKey: syncKey(id) })
    const detail = { name, entries: count }
    await recordAudit(tx, actor, { act: 'source.replay', objectType: 'source', objectId: id, detail })
    return count
  })
  return { entries }
}
