import { type SourceSettings, sourceSettingsSchema } from '#lib/contract/sources.ts'
import { pool } from '#lib/db/client.ts'
import type { Sql } from '#lib/db/sql.ts'
import { holder, holderGone } from '#lib/jobs/presence.ts'
import type { Cursor } from '#lib/sources/connector.ts'
import { SYNC } from '../limits.ts'
import type { PassState } from './plan-passes.ts'

/** A source that this worker syncs. Whoever claims it later has a higher fence. */
export interface ClaimedSource {
  readonly id: string
  readonly name: string
  readonly fence: string
  readonly settings: SourceSettings
  /** who vouches where a folder counts as one run */
  readonly createdBy: string
  readonly vouchedSince: Date | null
  readonly failures: number
  /** between two looks; null: as usual for its kind */
  readonly everySeconds: number | null
  readonly passes: PassState
}

interface Row {
  id: string
  name: string
  fence: string
  settings: unknown
  createdBy: string
  vouchedSince: Date | null
  failures: number
  everySeconds: number | null
  followCursor: { cursor: Cursor } | null
  sweepCursor: { cursor: Cursor } | null
  sweepStartedAt: Date | null
  sweptAt: Date | null
}

/** Somebody else syncs the source now, or it was changed, paused or removed: what this worker would write is not written. */
export class FencedOut extends Error {
  constructor() {
    super('the source went to another worker')
    this.name = 'FencedOut'
  }
}

/** SQL: the source is synced at all. */
export const active = `("removedAt" IS NULL AND "pausedAt" IS NULL)`

/** SQL: nobody is at the source. */
export const unclaimed = `("leaseUntil" IS NULL OR "leaseUntil" < now() OR ${holderGone('"leaseHolder"')})`

/** Takes the source; null where another worker is at it, or it is paused or removed. */
export async function claimSource(id: string): Promise<ClaimedSource | null> {
  const { rows } = await pool.query<Row>(
    `UPDATE "Source" SET "fence" = "fence" + 1, "leaseUntil" = now() + $2 * interval '1 millisecond', "leaseHolder" = $3,
       "lastTriedAt" = now()
     WHERE "id" = $1::uuid AND ${active} AND ${unclaimed}
     RETURNING "id", "name", "fence"::text, "settings", "createdBy", "vouchedSince", "failures", "everySeconds",
               "followCursor", "sweepCursor", "sweepStartedAt", "sweptAt"`,
    [id, SYNC.leaseMs, holder()],
  )
  const [row] = rows
  if (row === undefined) return null
  const { name, fence, createdBy, vouchedSince, failures, everySeconds } = row
  const { followCursor: follow, sweepCursor, sweepStartedAt, sweptAt } = row
  const settings = sourceSettingsSchema.parse(row.settings)
  const sweep = sweepStartedAt === null ? null : { cursor: sweepCursor?.cursor ?? null, startedAt: sweepStartedAt }
  const passes = { follow, sweep, sweptAt }
  return { id, name, fence, settings, createdBy, vouchedSince, failures, everySeconds, passes }
}

/** Makes sure, until the transaction ends, that the source is still this worker's. @throws FencedOut */
export async function holdFence(sql: Sql, { id, fence }: ClaimedSource): Promise<void> {
  const held = await sql.$executeRaw`
    UPDATE "Source" SET "leaseUntil" = now() + ${SYNC.leaseMs}::int * interval '1 millisecond'
    WHERE "id" = ${id}::uuid AND "fence" = ${BigInt(fence)} AND "removedAt" IS NULL AND "pausedAt" IS NULL`
  if (held !== 1) throw new FencedOut()
}

/** Keeps the source while something takes long. */
export async function renewSource({ id, fence }: ClaimedSource): Promise<void> {
  await pool.query(
    `UPDATE "Source" SET "leaseUntil" = now() + $3 * interval '1 millisecond'
     WHERE "id" = $1::uuid AND "fence" = $2::bigint AND ${active}`,
    [id, fence, SYNC.leaseMs],
  )
}
