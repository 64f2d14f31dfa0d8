import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { SourceRow, SourceSettings } from '#lib/contract/sources.ts'
import { inTransaction } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { requireFreeName } from './free-name.ts'
import { getSource } from './get.ts'
import { syncKey } from './sync/sync-source.ts'
import { testSource } from './test.ts'

/**
 * Adds a source and begins to sync it. One that does not answer is not added: what is wrong with its settings is said
 * at once, to the person who can mend them.
 */
export async function createSource(
  actor: Actor,
  { name, settings }: { name: string; settings: SourceSettings },
  now = new Date(),
): Promise<SourceRow> {
  requireRight(actor, 'source:manage')
  const probe = await testSource(actor, settings)
  if (!probe.reached)
    throw new AppError('BAD_REQUEST', `The source was not added: ${probe.message}`, { extra: { probe } })
  const id = await inTransaction(async (tx) => {
    await requireFreeName(tx, name)
    const row = await tx.source.create({
      data: {
        name,
        kind: settings.kind,
        settings,
        createdAt: now,
        createdBy: actorRef(actor),
        createdByName: actor.name,
        nextAt: now,
      },
    })
    await enqueue(tx, 'sync-source', { sourceId: row.id }, { dedupeKey: syncKey(row.id) })
    await recordAudit(tx, actor, {
      act: 'source.add',
      objectType: 'source',
      objectId: row.id,
      detail: { name, settings },
    })
    return row.id
  })
  return getSource(actor, id)
}
