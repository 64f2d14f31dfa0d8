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

/**
 * Notes which documents are to be sent: statements and policies in DSSE that came to Waybill itself, by push or import,
 * and not from a source; none of the demo. What the source lists already is there. Classic links and layouts are none of
 * what Archivista takes.
 */
export async function noteOwn({ source }: Run): Promise<void> {
  const { rows } = await pool.query<{ mark: unknown }>(
    'SELECT "sendMark" AS "mark" FROM "Source" WHERE "id" = $1::uuid',
    [source.id],
  )
  const mark = markSchema.parse(rows[0]?.mark ?? null)
  const bounds = await passBounds(mark)
  await inTransaction(async (tx) => {
    await holdFence(tx, source)
    await tx.$executeRaw`
      INSERT INTO "SourceUpload" ("sourceId", "envelopeId", "state")
      SELECT DISTINCT ${source.id}::uuid, e."id", CASE WHEN EXISTS (
          SELECT 1 FROM "SourceEntry" n WHERE n."sourceId" = ${source.id}::uuid AND n."envelopeId" = e."id"
            AND n."vanishedAt" IS NULL) THEN 'there' ELSE 'waiting' END
      FROM "Sighting" s JOIN "Envelope" e ON e."id" = s."envelopeId"
      WHERE s."id" > ${mark?.done ?? 0n}::bigint AND s."sourceId" IS NULL AND e."status" = 'parsed' AND e."form" = 'dsse'
        AND e."kind" IN ('statement', 'policy') AND NOT e."demo"
      ON CONFLICT DO NOTHING`
    const { done, waiting } = bounds
    const sendMark = {
      done: String(done),
      waiting: waiting === null ? null : { upTo: String(waiting.upTo), writers: waiting.writers },
    }
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
  const fates: Fate[] = []
  let stopped: unknown = null
  for (const one of waiting) {
    try {
      fates.push(await sendOne(run, one))
    } catch (error) {
      stopped = error
      break
    }
  }
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

async function sendOne({ connector, now, signal }: Run, { id, attempts, bytes }: Outgoing): Promise<Fate> {
  const fate = { id, code: null, message: null, attempts, retryAt: null }
  const unfit = whyUnfit(bytes)
  if (unfit !== null) return { ...fate, state: 'refused', ...unfit }
  try {
    const answer = await connector.send?.(bytes, signal)
    return { ...fate, state: answer === 'taken' ? 'sent' : 'there' }
  } catch (error) {
    // the source is in the way, not the document
    if (!(error instanceof SourceError) || error.code !== 'REFUSED') throw error
    const tried = attempts + 1
    const why = { code: error.code, message: storedText(error.message, 4_000), attempts: tried }
    if (tried >= SYNC.sendAttempts) return { ...fate, state: 'refused', ...why }
    return { ...fate, state: 'waiting', ...why, retryAt: new Date(now().getTime() + backoffMs(tried, Math.random())) }
  }
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
