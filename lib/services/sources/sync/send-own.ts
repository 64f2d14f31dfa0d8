import { z } from 'zod'
import { inTransaction, pool } from '#lib/db/client.ts'
import { readDocument } from '#lib/in-toto/index.ts'
import { SourceError } from '#lib/sources/connector.ts'
import { recordAudit } from '../../audit/record.ts'
import { storedText } from '../../imports/store/stored-text.ts'
import { passBounds } from '../../verdicts/progress.ts'
import { SYNC } from '../limits.ts'
import { sourceActor } from '../source-actor.ts'
import { backoffMs } from './backoff.ts'
import { holdFence } from './claim-source.ts'
import type { Run } from './take-entries.ts'

const markSchema = z
  .object({
    done: z.coerce.bigint(),
    waiting: z.object({ upTo: z.coerce.bigint(), writers: z.array(z.string()) }).nullable(),
  })
  .nullable()

/** Archivista's database takes 65,535 parameters in one statement, four to a row: subjects, and their digests. */
const MOST_ROWS = 16_383

/** Sightings that are looked at in one transaction. */
const NOTE_SIGHTINGS = 5_000n

/**
 * Notes which documents are to be sent: statements and policies in DSSE that came to Waybill itself, by push or import,
 * and not from a source; none of the demo. What the source lists already is there. Classic links and layouts are none of
 * what Archivista takes: some are noted as that, to be counted where people ask why they are not sent. In parts, each kept: a store of years is looked through however often that is interrupted.
 * @param isOver asked between two parts; what is left is noted by the next run
 */
export async function noteOwn(run: Run, isOver: () => boolean): Promise<void> {
  const { rows } = await pool.query<{ mark: unknown }>(
    'SELECT "sendMark" AS "mark" FROM "Source" WHERE "id" = $1::uuid',
    [run.source.id],
  )
  const mark = markSchema.parse(rows[0]?.mark ?? null)
  const bounds = await passBounds(mark)
  // what others are still writing is above it: looked at now, and again later
  const end = await lastSighting(bounds.done)
  for (let from = mark?.done ?? 0n; from < end; from += NOTE_SIGHTINGS) {
    const to = from + NOTE_SIGHTINGS < end ? from + NOTE_SIGHTINGS : end
    const isLast = to === end
    await notePart(run, [from, to], isLast ? bounds : { done: to < bounds.done ? to : bounds.done, waiting: null })
    if (!isLast && isOver()) return
  }
}

async function lastSighting(least: bigint): Promise<bigint> {
  const { rows } = await pool.query<{ last: string | null }>('SELECT max("id")::text AS "last" FROM "Sighting"')
  const last = BigInt(rows[0]?.last ?? 0)
  return last > least ? last : least
}

type Mark = NonNullable<z.infer<typeof markSchema>>

async function notePart(
  { source }: Run,
  [from, to]: readonly [bigint, bigint],
  { done, waiting }: Pick<Mark, 'done'> & { readonly waiting: { upTo: bigint; writers: string[] } | null },
): Promise<void> {
  const sendMark = {
    done: String(done),
    waiting: waiting === null ? null : { upTo: String(waiting.upTo), writers: waiting.writers },
  }
  await inTransaction(async (tx) => {
    await holdFence(tx, source)
    await tx.$executeRaw`
      INSERT INTO "SourceUpload" ("sourceId", "envelopeId", "state")
      SELECT DISTINCT ${source.id}::uuid, e."id", CASE WHEN EXISTS (
          SELECT 1 FROM "SourceEntry" n WHERE n."sourceId" = ${source.id}::uuid AND n."envelopeId" = e."id"
            AND n."vanishedAt" IS NULL) THEN 'there' ELSE 'waiting' END
      FROM "Sighting" s JOIN "Envelope" e ON e."id" = s."envelopeId"
      WHERE s."id" > ${from}::bigint AND s."id" <= ${to}::bigint AND s."sourceId" IS NULL AND e."status" = 'parsed'
        AND e."form" = 'dsse' AND e."kind" IN ('statement', 'policy') AND NOT e."demo"
      ON CONFLICT DO NOTHING`
    await tx.$executeRaw`
      INSERT INTO "SourceUpload" ("sourceId", "envelopeId", "state")
      SELECT DISTINCT ${source.id}::uuid, e."id", 'unfit'
      FROM "Sighting" s JOIN "Envelope" e ON e."id" = s."envelopeId"
      WHERE s."id" > ${from}::bigint AND s."id" <= ${to}::bigint AND s."sourceId" IS NULL AND e."status" = 'parsed'
        AND e."kind" IN ('link', 'layout') AND NOT e."demo"
        AND NOT EXISTS (SELECT FROM "SourceUpload" k WHERE k."sourceId" = ${source.id}::uuid AND k."envelopeId" = e."id")
      LIMIT (SELECT greatest(0, ${SYNC.unfit}::int - count(*)) FROM "SourceUpload"
             WHERE "sourceId" = ${source.id}::uuid AND "state" = 'unfit')
      ON CONFLICT DO NOTHING`
    await tx.source.update({ where: { id: source.id }, data: { sendMark } })
  })
}

interface Outgoing {
  readonly id: string
  readonly attempts: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

interface Fate {
  readonly id: string
  readonly state: 'waiting' | 'sent' | 'there' | 'refused'
  readonly code: string | null
  readonly message: string | null
  readonly attempts: number
  readonly retryAt: Date | null
}

/**
 * Sends some of what waits; what became of each is written down together. A run that is killed sends those again, which
 * the source then has already. Answers whether there was anything to do.
 * @throws SourceError where the source itself is in the way; FencedOut
 */
export async function sendOwn(run: Run): Promise<boolean> {
  const { source, now } = run
  const waiting = await outgoing(run)
  if (waiting.length === 0) return false
  const { fates, stopped } = await sendEach(run, waiting)
  await inTransaction(async (tx) => {
    await holdFence(tx, source)
    await tx.$executeRaw`
      UPDATE "SourceUpload" u SET "state" = t.state, "code" = t.code, "message" = t.message, "attempts" = t.attempts,
        "retryAt" = t.retry, "doneAt" = CASE WHEN t.state = 'waiting' THEN NULL ELSE ${now()}::timestamptz END
      FROM unnest(${fates.map(({ id }) => BigInt(id))}::bigint[], ${fates.map(({ state }) => state)}::text[],
                  ${fates.map(({ code }) => code)}::text[], ${fates.map(({ message }) => message)}::text[],
                  ${fates.map(({ attempts }) => attempts)}::int[],
                  ${fates.map(({ retryAt }) => retryAt?.toISOString() ?? null)}::timestamptz[])
           AS t(id, state, code, message, attempts, retry)
      WHERE u."sourceId" = ${source.id}::uuid AND u."envelopeId" = t.id`
    const sent = fates.filter(({ state }) => state === 'sent').length
    if (sent > 0)
      await recordAudit(tx, sourceActor(source), {
        act: 'source.send',
        objectType: 'source',
        objectId: source.id,
        detail: { name: source.name, sent },
      })
  })
  if (stopped !== null) throw stopped
  return true
}

async function outgoing({ source, now }: Run): Promise<Outgoing[]> {
  const { rows } = await pool.query<{ id: string; attempts: number; bytes: Buffer }>(
    `WITH next AS (
       SELECT u."envelopeId" AS "id", u."attempts", e."size" FROM "SourceUpload" u JOIN "Envelope" e ON e."id" = u."envelopeId"
       WHERE u."sourceId" = $1::uuid AND u."state" = 'waiting' AND (u."retryAt" IS NULL OR u."retryAt" <= $2)
       ORDER BY u."envelopeId" LIMIT ${SYNC.sendEntries}),
     until AS (SELECT "id", "attempts", "size", sum("size") OVER (ORDER BY "id") AS "total" FROM next)
     SELECT n."id"::text AS "id", n."attempts", c."bytes" FROM until n JOIN "EnvelopeContent" c ON c."envelopeId" = n."id"
     WHERE n."total" - n."size" < ${SYNC.takeBytes} ORDER BY n."id"`,
    [source.id, now()],
  )
  return rows.map(({ bytes, ...row }) => ({ ...row, bytes: Uint8Array.from(bytes) }))
}

/** What became of each, as far as the source was not in the way; `stopped`: what it was in the way with, or null. */
async function sendEach(run: Run, waiting: readonly Outgoing[]): Promise<{ fates: Fate[]; stopped: unknown }> {
  const fates: Fate[] = []
  let failed: SourceError | null = null
  let passed = false
  let inRow = 0
  for (const one of waiting) {
    const unfit = whyUnfit(one.bytes)
    if (unfit !== null) {
      fates.push({ ...one, ...unfit, state: 'refused', retryAt: null })
      continue
    }
    try {
      const answer = await run.connector.send?.(one.bytes, run.signal)
      fates.push({ ...one, state: answer === 'taken' ? 'sent' : 'there', code: null, message: null, retryAt: null })
      passed = true
      inRow = 0
    } catch (error) {
      if (!(error instanceof SourceError) || ofTheSource.has(error.code)) return { fates, stopped: error }
      fates.push(fateOf(run, one, error))
      if (error.code === 'REFUSED') continue
      // a document that fails again and again is in the way itself: it says nothing about the source
      if (one.attempts < OWN_FAULT) failed = error
      if (++inRow >= SYNC.failuresInRow) return { fates, stopped: error }
    }
  }
  return { fates, stopped: passed ? null : failed }
}

/** The source is in the way, not the document. */
const ofTheSource: ReadonlySet<string> = new Set(['BUSY', 'UNAUTHORIZED', 'NOT_ALLOWED', 'SETTINGS', 'ABORTED'])
/** The document itself may be: it is put aside after some attempts. What cannot be reached is tried without end. */
const doubtful: ReadonlySet<string> = new Set(['INTEGRITY', 'BAD_ANSWER', 'LIMIT', 'GONE'])
const OWN_FAULT = 3

function fateOf({ now }: Run, { id, attempts }: Outgoing, { code, message }: SourceError): Fate {
  const tried = attempts + 1
  const why = { id, code, message: storedText(message, 4_000), attempts: tried }
  const final =
    (code === 'REFUSED' && tried >= SYNC.sendAttempts) || (doubtful.has(code) && tried >= SYNC.entryAttempts)
  if (final) return { ...why, state: 'refused', retryAt: null }
  return { ...why, state: 'waiting', retryAt: new Date(now().getTime() + backoffMs(tried, Math.random())) }
}

/** Why a document is not even sent: what Archivista would keep the bytes of without ever listing them. */
function whyUnfit(bytes: Uint8Array): { code: string; message: string } | null {
  const document = readDocument('', bytes)
  // a policy, which has no subjects
  if (!('envelope' in document)) return null
  const { envelope } = document
  if (envelope.kind !== 'statement') return null
  if (isBundle(bytes))
    return { code: 'BUNDLE', message: 'A Sigstore bundle is not sent: Archivista keeps plain DSSE envelopes.' }
  const { subjects } = envelope.document
  const digests = subjects.reduce((sum, { digests: of }) => sum + Object.keys(of).length, 0)
  const rows = Math.max(subjects.length, digests)
  if (rows <= MOST_ROWS) return null
  const message = `It names ${subjects.length.toLocaleString('en')} subjects with ${digests.toLocaleString('en')} digests; Archivista takes at most ${MOST_ROWS.toLocaleString('en')} of each. It stays here.`
  return { code: 'SUBJECTS', message }
}

function isBundle(bytes: Uint8Array): boolean {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
  return typeof value === 'object' && value !== null && !('payload' in value)
}
