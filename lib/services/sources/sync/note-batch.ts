import type { Tx } from '#lib/db/client.ts'
import type { Batch, Cursor, Entry } from '#lib/sources/connector.ts'
import { recordAudit } from '../../audit/record.ts'
import { storedText } from '../../imports/store/stored-text.ts'
import { sourceActor } from '../source-actor.ts'
import { type ClaimedSource, holdFence } from './claim-source.ts'
import type { Pass } from './plan-passes.ts'

interface Noted {
  readonly key: string
  readonly path: string
  readonly version: string | null
  readonly seenAt: string | null
  readonly skipped: { readonly code: string; readonly message: string } | null
}

/**
 * Writes a batch down, together with the cursor after it: the cursor moves in the transaction that notes what came
 * before it, or not at all. What is new or has another version waits to be fetched. At the end of a whole pass, what it
 * did not list is marked as gone.
 */
export async function noteBatch(
  tx: Tx,
  source: ClaimedSource,
  pass: Pass,
  batch: Batch,
  options: { follows: 'changes' | 'sweep'; vanishes: boolean; now: Date },
): Promise<void> {
  await holdFence(tx, source)
  await noteEntries(tx, source.id, notedOf(batch), pass, options.now)
  await moveCursor(tx, source, pass, batch, options)
  if (batch.caughtUp && pass.kind === 'sweep' && options.vanishes) await markVanished(tx, source, pass, options.now)
}

function notedOf({ entries, skipped = [] }: Batch): Noted[] {
  const all = new Map<string, Noted>()
  for (const { key, code, message } of skipped) {
    const clean = storedText(key, 1_024)
    all.set(clean, { key: clean, path: clean, version: null, seenAt: null, skipped: { code, message } })
  }
  for (const { key, path, version, seenAt } of entries) {
    const clean = storedText(key, 3_072)
    const fault = {
      code: 'NAME',
      message: 'Expected a name of at most 1,024 characters without NUL. It is not fetched.',
    }
    const noted = { key: clean, path: storedText(path), version, seenAt: timeOf(seenAt) }
    all.set(clean, { ...noted, skipped: clean === key && key.length <= 1_024 ? null : fault })
  }
  return [...all.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** What the source says as a time is noted only if it is one. */
function timeOf(text: string | null): string | null {
  const ms = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) || Math.abs(ms) > 8e14 ? null : new Date(ms).toISOString()
}

/**
 * `lastSeenAt` of a whole pass is its begin for all its entries, so that a clock which is set back in the middle makes
 * nothing look gone.
 */
async function noteEntries(tx: Tx, sourceId: string, rows: readonly Noted[], pass: Pass, now: Date): Promise<void> {
  if (rows.length === 0) return
  const seenAt = pass.kind === 'sweep' ? pass.startedAt : now
  await tx.$executeRaw`
    INSERT INTO "SourceEntry" AS e ("sourceId", "key", "path", "version", "state", "code", "message", "claimedAt",
                                    "firstSeenAt", "lastSeenAt")
    SELECT ${sourceId}::uuid, t.key, t.path, t.version, CASE WHEN t.code IS NULL THEN 'waiting' ELSE 'skipped' END,
           t.code, t.message, t.claimed, ${now}::timestamptz, ${seenAt}::timestamptz
    FROM unnest(${rows.map((r) => r.key)}::text[], ${rows.map((r) => r.path)}::text[],
                ${rows.map((r) => r.version)}::text[], ${rows.map((r) => r.skipped?.code ?? null)}::text[],
                ${rows.map((r) => (r.skipped === null ? null : storedText(r.skipped.message, 4_000)))}::text[],
                ${rows.map((r) => r.seenAt)}::timestamptz[]) AS t(key, path, version, code, message, claimed)
    ON CONFLICT ("sourceId", "key") DO UPDATE SET
      "lastSeenAt" = GREATEST(e."lastSeenAt", EXCLUDED."lastSeenAt"), "vanishedAt" = NULL`
  await fetchAgain(
    tx,
    sourceId,
    rows.filter(({ skipped }) => skipped === null),
  )
  await sayWhySkipped(tx, sourceId, rows)
}

/** Known entries that mean other bytes than before, or could not be had then. */
async function fetchAgain(tx: Tx, sourceId: string, rows: readonly Noted[]): Promise<void> {
  await tx.$executeRaw`
    UPDATE "SourceEntry" e SET "path" = t.path, "version" = t.version, "claimedAt" = t.claimed, "state" = 'waiting',
      "code" = NULL, "message" = NULL, "attempts" = 0, "retryAt" = NULL
    FROM unnest(${rows.map((r) => r.key)}::text[], ${rows.map((r) => r.path)}::text[],
                ${rows.map((r) => r.version)}::text[], ${rows.map((r) => r.seenAt)}::timestamptz[])
         AS t(key, path, version, claimed)
    WHERE e."sourceId" = ${sourceId}::uuid AND e."key" = t.key
      AND (e."state" = 'skipped' OR e."version" IS DISTINCT FROM t.version
           OR (e."state" = 'failed' AND e."code" = 'GONE'))`
}

/** What was taken before and is passed over now (it is being written again) stays taken. */
async function sayWhySkipped(tx: Tx, sourceId: string, rows: readonly Noted[]): Promise<void> {
  const skipped = rows.flatMap(({ key, skipped: why }) => (why === null ? [] : [{ key, ...why }]))
  if (skipped.length === 0) return
  await tx.$executeRaw`
    UPDATE "SourceEntry" e SET "code" = t.code, "message" = t.message
    FROM unnest(${skipped.map((r) => r.key)}::text[], ${skipped.map((r) => r.code)}::text[],
                ${skipped.map((r) => storedText(r.message, 4_000))}::text[]) AS t(key, code, message)
    WHERE e."sourceId" = ${sourceId}::uuid AND e."key" = t.key AND e."state" = 'skipped' AND e."code" <> t.code`
}

/**
 * Notes what a source answered about a digest, as if it had listed it now: the cursors stay where they are. What could not
 * be had before is tried again, and all of it is fetched before what nobody waits for.
 */
export async function noteFound(tx: Tx, sourceId: string, entries: readonly Entry[], now: Date): Promise<void> {
  const rows = notedOf({ entries, cursor: null, caughtUp: false })
  await noteEntries(tx, sourceId, rows, { kind: 'follow', cursor: null, startedAt: now }, now)
  await tx.$executeRaw`
    UPDATE "SourceEntry" SET "state" = 'waiting', "code" = NULL, "message" = NULL, "attempts" = 0, "retryAt" = NULL,
      "askedAt" = ${now}::timestamptz
    WHERE "sourceId" = ${sourceId}::uuid AND "key" = ANY(${rows.map(({ key }) => key)}::text[])
      AND "state" IN ('waiting', 'failed')`
}

async function moveCursor(
  tx: Tx,
  source: ClaimedSource,
  pass: Pass,
  { cursor, caughtUp, entries, total }: Batch,
  { follows }: { follows: 'changes' | 'sweep' },
): Promise<void> {
  const box = JSON.stringify({ cursor } satisfies { cursor: Cursor })
  const ended = caughtUp ? pass.startedAt : null
  if (pass.kind === 'follow') {
    await tx.$executeRaw`
      UPDATE "Source" SET "followCursor" = ${box}::jsonb, "caughtUpAt" = coalesce(${ended}::timestamptz, "caughtUpAt"),
        "expected" = coalesce(${total ?? null}::bigint, "expected")
      WHERE "id" = ${source.id}::uuid`
    return
  }
  await tx.$executeRaw`
    UPDATE "Source" SET
      "listed" = CASE WHEN "sweepStartedAt" IS NULL THEN 0 ELSE "listed" END + ${entries.length}::int,
      "expected" = coalesce(${total ?? null}::bigint, "expected"),
      "sweepCursor" = CASE WHEN ${caughtUp} THEN NULL ELSE ${box}::jsonb END,
      "sweepStartedAt" = CASE WHEN ${caughtUp} THEN NULL ELSE ${pass.startedAt}::timestamptz END,
      "sweptAt" = coalesce(${ended}::timestamptz, "sweptAt"),
      "caughtUpAt" = GREATEST("caughtUpAt", coalesce(${ended}::timestamptz, "caughtUpAt")),
      "followCursor" = CASE WHEN ${caughtUp && follows === 'changes'} THEN ${box}::jsonb ELSE "followCursor" END
    WHERE "id" = ${source.id}::uuid`
}

/** Evidence that disappears from a source is worth knowing; what was taken stays. */
async function markVanished(tx: Tx, source: ClaimedSource, pass: Pass, now: Date): Promise<void> {
  const gone = await tx.$queryRaw<{ key: string }[]>`
    UPDATE "SourceEntry" SET "vanishedAt" = ${now}::timestamptz
    WHERE "sourceId" = ${source.id}::uuid AND "vanishedAt" IS NULL AND "lastSeenAt" < ${pass.startedAt}::timestamptz
    RETURNING "key"`
  if (gone.length === 0) return
  await recordAudit(tx, sourceActor(source), {
    act: 'source.entries-vanished',
    objectType: 'source',
    objectId: source.id,
    detail: { entries: gone.length, some: gone.slice(0, 20).map(({ key }) => key) },
  })
}
