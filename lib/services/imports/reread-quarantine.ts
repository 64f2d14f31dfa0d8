import { systemActor } from '#lib/auth/actor.ts'
import { inTransaction, pool } from '#lib/db/client.ts'
import type { Sql } from '#lib/db/sql.ts'
import { enqueue, enqueueAll } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { versionFromEnvelope } from '../layouts/version-from-envelope.ts'
import { classify } from './classify.ts'
import { concernedSoftware } from './concerned-software.ts'
import { evidenceNames } from './evidence-names.ts'
import type { Finding, Reason } from './finding.ts'
import { fileName } from './found-in.ts'
import { type NewEnvelope, PARSER_VERSION, storeEnvelopes } from './store/envelopes.ts'
import { functionaryName, storeKeys } from './store/keys.ts'
import { storedText, storedTextOrNull } from './store/stored-text.ts'
import { storeRead } from './store-read.ts'
import { versionNameOf } from './version-name.ts'
import { inWriting, type Writing } from './writing.ts'

/** So many, or so many bytes, at a time: judging waits for nobody's quarantine. */
const slice = { documents: 100, bytes: 64 * 1024 * 1024 }

/** What an older reader quarantined. */
interface Quarantined {
  readonly id: bigint
  readonly sha256: string
  readonly bytes: Uint8Array
  /** under which it came first */
  readonly path: string
  readonly at: Date
  readonly demo: boolean
}

/**
 * Reads again, after an upgrade, what an older reader quarantined: the bytes and the row stay, what is in them is filled
 * in, and the builds that they may speak for are judged again. Where and in which delivery a document was seen stays as
 * it is. What still cannot be read gets the new reason. Doing it twice changes nothing; it goes on by a job of its own.
 */
export async function rereadQuarantine(): Promise<void> {
  const ids = await unreadIds(slice.documents)
  let bytes = 0
  for (const id of ids) {
    const document = await load(id)
    bytes += document?.bytes.length ?? 0
    if (document === null) await noteReason(BigInt(id), null)
    else await readAgain(document)
    if (bytes >= slice.bytes) break
  }
  if (ids.length > 0)
    await inTransaction((tx) => enqueue(tx, 'reread-quarantine', {}, { dedupeKey: 'reread-quarantine' }))
}

/** In no order: with one, a search that finds nothing might read everything there is. */
async function unreadIds(most: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT "id"::text AS "id" FROM "Envelope" WHERE "status" = 'quarantined' AND "parserVersion" < $1 LIMIT $2`,
    [PARSER_VERSION, most],
  )
  return rows.map(({ id }) => id)
}

async function load(id: string): Promise<Quarantined | null> {
  const { rows } = await pool.query<{ sha256: string; bytes: Buffer; path: string; at: Date; demo: boolean }>(
    `SELECT encode(e."sha256", 'hex') AS "sha256", c."bytes", e."firstSeenAt" AS "at", e."demo",
            coalesce((SELECT s."path" FROM "Sighting" s WHERE s."envelopeId" = e."id" ORDER BY s."id" LIMIT 1), '') AS "path"
     FROM "Envelope" e JOIN "EnvelopeContent" c ON c."envelopeId" = e."id" WHERE e."id" = $1`,
    [id],
  )
  const [row] = rows
  return row === undefined ? null : { ...row, id: BigInt(id), bytes: Uint8Array.from(row.bytes) }
}

async function readAgain(document: Quarantined): Promise<void> {
  const finding = findingOf(document)
  if (finding.is !== 'envelope' && finding.is !== 'policy') return noteReason(document.id, reasonOf(finding))
  await inWriting([{ finding }], (writing) => fillIn(writing, document, finding))
}

/** A fault of the reader's is said to be that, and keeps nothing else from being read. */
function findingOf({ path, bytes, sha256 }: Quarantined): Finding {
  try {
    return classify(path, bytes, sha256, { meant: true })
  } catch (error) {
    console.error(`reading ${sha256} again failed:`, error)
    const message =
      'Reading this document again failed by a fault of Waybill, which its log describes. It is kept as it came.'
    return { is: 'quarantined', reason: { code: 'MALFORMED', message, place: null } }
  }
}

/** null: what was said before still says it best. */
function reasonOf(finding: Exclude<Finding, { is: 'envelope' | 'policy' }>): Reason | null {
  return finding.is === 'quarantined' ? finding.reason : null
}

async function noteReason(id: bigint, reason: Reason | null): Promise<void> {
  await pool.query(
    `UPDATE "Envelope" SET "parserVersion" = $2, "code" = coalesce($3, "code"), "message" = coalesce($4, "message"),
       "place" = CASE WHEN $3::text IS NULL THEN "place" ELSE $5 END
     WHERE "id" = $1 AND "status" = 'quarantined'`,
    [
      String(id),
      PARSER_VERSION,
      reason?.code ?? null,
      storedTextOrNull(reason?.message ?? null, 4_000),
      storedTextOrNull(reason?.place ?? null),
    ],
  )
}

async function fillIn(
  writing: Writing,
  { id, sha256, bytes, path, at, demo }: Quarantined,
  finding: Extract<Finding, { is: 'envelope' | 'policy' }>,
): Promise<void> {
  const { sql, tx } = writing
  // as storing takes it, but before the row: whoever removes the demo has them in this order, too
  await sql.$executeRaw`LOCK TABLE "Envelope" IN ROW EXCLUSIVE MODE`
  // gone with the demo, or read already
  const still = await sql.$queryRaw<unknown[]>`
    SELECT 1 FROM "Envelope" WHERE "id" = ${id}::bigint AND "status" = 'quarantined' FOR UPDATE`
  if (still.length === 0) return
  const envelope = finding.is === 'envelope' ? finding.envelope : null
  const policy = finding.is === 'policy' ? finding.policy : null
  const document: NewEnvelope = { sha256, bytes, at, envelope, policy, reason: finding.reason }
  const documents = new Map([[sha256, document]])
  const stored = await storeEnvelopes(sql, documents, { demo: true })
  await storeRead(writing, documents, stored)
  if (envelope?.kind === 'layout') {
    const name = functionaryName(fileName(path))
    const keys = [...envelope.document.keys.values()].map((key) => ({ key, name }))
    await storeKeys(sql, keys, { at, demo })
  }
  await sql.$executeRaw`
    UPDATE "SourceEntry" SET "state" = 'taken', "code" = NULL, "message" = NULL
    WHERE "envelopeId" = ${id}::bigint AND "state" = 'quarantined'`
  const version = envelope?.kind === 'layout' ? versionNameOf(path) : null
  const actor = systemActor('reading again')
  if (version !== null && tx !== null)
    await versionFromEnvelope(tx, actor, { envelopeId: id, bytes, name: version, at, demo })
  if (envelope !== null) await enqueueJudging(sql, id, new Set(evidenceNames(envelope)))
  const detail = { path: storedText(path), kind: envelope?.kind ?? 'policy', reader: PARSER_VERSION }
  await recordAudit(sql, actor, { act: 'evidence.reread', objectType: 'envelope', objectId: sha256, detail })
}

/** Software whose layout names the step, and software under whose runs the document was pushed. */
async function enqueueJudging(sql: Sql, id: bigint, steps: ReadonlySet<string>): Promise<void> {
  const [concerned = []] = await concernedSoftware(sql, [steps])
  const pushed = await sql.$queryRaw<{ softwareId: string }[]>`
    SELECT DISTINCT d."softwareId" FROM "Sighting" s JOIN "Delivery" d ON d."id" = s."deliveryId"
    WHERE s."envelopeId" = ${id}::bigint AND d."softwareId" IS NOT NULL`
  const software = [...new Set([...concerned, ...pushed.map(({ softwareId }) => softwareId)])]
  const jobs = software.map((softwareId) => ({ payload: { softwareId }, dedupeKey: `judge-software:${softwareId}` }))
  await enqueueAll(sql, 'judge-software', jobs)
}
