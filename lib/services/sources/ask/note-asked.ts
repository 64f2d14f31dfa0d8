import { isDeepStrictEqual } from 'node:util'
import { type EntryState, entryStateSchema, sourceSettingsSchema } from '#lib/contract/sources.ts'
import { inTransaction } from '#lib/db/client.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import type { Entry } from '#lib/sources/connector.ts'
import { storedText } from '../../imports/store/stored-text.ts'
import { noteFound } from '../sync/note-batch.ts'
import { syncKey } from '../sync/sync-source.ts'
import type { AskableSource } from './ask-sources.ts'

/** Keys that were written down, each with what had become of it before; null: it was never listed. */
export type Noted = ReadonlyMap<string, EntryState | null>

/**
 * Writes down what a source has about a digest and wakes the worker, in one transaction. Null where the source is not what
 * was asked any more: its keys would mean something else.
 */
export async function noteAsked(source: AskableSource, entries: readonly Entry[], now: Date): Promise<Noted | null> {
  return inTransaction(async (tx) => {
    // the row is held as whoever syncs holds it: no two write its entries at once
    const [row] = await tx.$queryRaw<{ settings: unknown }[]>`
      UPDATE "Source" SET "nextAt" = ${now}::timestamptz
      WHERE "id" = ${source.id}::uuid AND "removedAt" IS NULL AND "pausedAt" IS NULL RETURNING "settings"`
    if (row === undefined || !isDeepStrictEqual(sourceSettingsSchema.parse(row.settings), source.settings)) return null
    const keys = entries.map(({ key }) => storedText(key, 1_024))
    const before = await tx.sourceEntry.findMany({
      where: { sourceId: source.id, key: { in: keys } },
      select: { key: true, state: true },
    })
    const states = new Map(before.map(({ key, state }) => [key, entryStateSchema.parse(state)]))
    await noteFound(tx, source.id, entries, now)
    await enqueue(tx, 'sync-source', { sourceId: source.id }, { dedupeKey: syncKey(source.id) })
    return new Map(keys.map((key) => [key, states.get(key) ?? null]))
  })
}
