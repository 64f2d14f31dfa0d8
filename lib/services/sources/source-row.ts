import { entryStateSchema, type SourceRow, type SourceState, sourceSettingsSchema } from '#lib/contract/sources.ts'
import { pool } from '#lib/db/client.ts'
import type { Source } from '#lib/generated/prisma/client.ts'
import { SYNC } from './limits.ts'

type Counts = SourceRow['entries']

/** A source as the contract says it. */
export function sourceRow(row: Source, entries: Counts, sending: SourceRow['sending'], now: Date): SourceRow {
  const { id, name, createdByName, errorCode, errorMessage, errorSince, failures } = row
  const { listed, expected, everySeconds } = row
  const settings = sourceSettingsSchema.parse(row.settings)
  return {
    id,
    name,
    settings,
    state: stateOf(row, entries, now),
    createdAt: row.createdAt.toISOString(),
    createdByName,
    caughtUpAt: textOf(row.caughtUpAt),
    sweptAt: textOf(row.sweptAt),
    nextAt: row.nextAt.toISOString(),
    lastTriedAt: textOf(row.lastTriedAt),
    progress:
      row.sweepStartedAt === null
        ? null
        : { listed: Number(listed), expected: expected === null ? null : Number(expected) },
    entries,
    error:
      errorCode === null || errorMessage === null || errorSince === null
        ? null
        : { code: errorCode, message: errorMessage, since: errorSince.toISOString(), failures },
    paused: row.pausedAt === null ? null : { at: row.pausedAt.toISOString(), byName: row.pausedByName ?? '' },
    everySeconds,
    usualSeconds: SYNC.pollMs[settings.kind] / 1_000,
    sending,
  }
}

/**
 * What people see first. Trouble wins over all but a pause: a source that fails may look caught up. One whose time has
 * come is behind until somebody has looked: whoever asks for a sync sees it begin, and a worker that is away is noticed.
 */
function stateOf(row: Source, entries: Counts, now: Date): SourceState {
  if (row.pausedAt !== null) return 'paused'
  if (row.errorCode !== null) return 'failing'
  if (row.leaseUntil !== null && row.leaseUntil > now) return 'syncing'
  if (row.caughtUpAt === null) return 'new'
  return entries.waiting > 0 || row.sweepStartedAt !== null || row.nextAt <= now ? 'behind' : 'up-to-date'
}

function textOf(at: Date | null): string | null {
  return at?.toISOString() ?? null
}

export function noEntries(): Counts {
  return {
    waiting: 0,
    taken: 0,
    known: 0,
    quarantined: 0,
    refused: 0,
    listed: 0,
    skipped: 0,
    failed: 0,
    vanished: 0,
    total: 0,
  }
}

/** How many entries of each source are in which state. */
export async function countEntries(ids: readonly string[]): Promise<Map<string, Counts>> {
  const { rows } = await pool.query<{ id: string; state: string; entries: string; vanished: string }>(
    `SELECT "sourceId" AS "id", "state", count(*)::text AS "entries", count("vanishedAt")::text AS "vanished"
     FROM "SourceEntry" WHERE "sourceId" = ANY($1::uuid[]) GROUP BY 1, 2`,
    [ids],
  )
  const counts = new Map<string, Counts>()
  for (const { id, state, entries, vanished } of rows) {
    const row = counts.get(id) ?? noEntries()
    row[entryStateSchema.parse(state)] = Number(entries)
    row.vanished += Number(vanished)
    row.total += Number(entries)
    counts.set(id, row)
  }
  return counts
}
