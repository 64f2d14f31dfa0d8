import { sha256, utf8 } from '#lib/crypto/index.ts'
import { pool } from '#lib/db/client.ts'
import { readDocument } from '#lib/in-toto/index.ts'
import type { FinalGroup } from '#lib/in-toto/select/builds.ts'
import { SIGNED_RUN_MS } from '#lib/in-toto/select/input.ts'
import { signedRunOf } from '#lib/in-toto/select/signed-runs.ts'
import { isCalled, type JudgingContext, mayBeBy } from './context.ts'
import { INNER_PATH } from './inner-path.ts'

/** Documents, and bytes of them, that are read at once to learn which run they name; each is read once for each path. */
const BATCH = 200
const BATCH_BYTES = 32 * 1024 * 1024

/**
 * Evidence of the layout's steps that names the same run in its signed bytes as one of the builds and was received
 * within a day of it. What a document names at a path is looked up, however many documents came that day: those that
 * were not asked about that path yet are read first.
 */
export async function idsOfRuns(
  context: JudgingContext,
  builds: readonly FinalGroup[],
  limit: number,
): Promise<string[]> {
  const named = builds.flatMap(({ run, firstSeen }) => (run === null ? [] : [{ run, firstSeen }]))
  if (named.length === 0 || context.runIdPaths.length === 0) return []
  const times = named.map(({ firstSeen }) => firstSeen)
  const from = new Date(Math.min(...times) - SIGNED_RUN_MS)
  const to = new Date(Math.max(...times) + SIGNED_RUN_MS)
  const pointers = context.runIdPaths.map(pointerOf)
  for (const path of context.runIdPaths) await learn(context, path, from, to)
  const values = [...new Set(named.map(({ run }) => run))].map(digestOf)
  const { rows } = await pool.query<{ id: string }>(
    `SELECT DISTINCT e."id"::text AS "id" FROM "RunMention" m JOIN "Envelope" e ON e."id" = m."envelopeId"
     WHERE m."pointer" = ANY($1::text[]) AND m."value" = ANY($2::bytea[]) AND ${candidate('$3', '$4', '$5', '$6')}
     LIMIT ${limit + 1}`,
    [pointers, values, from, to, context.evidenceNames, context.keyids],
  )
  return rows.map(({ id }) => id)
}

/** SQL: evidence of the layout's steps, or of a sublayout's, received in that time, by whoever may have signed it. */
function candidate(from: string, to: string, names: string, keyids: string): string {
  return `e."kind" IN ('link', 'statement') AND e."status" = 'parsed' AND e."firstSeenAt" BETWEEN ${from} AND ${to}
    AND (${isCalled(names)} OR EXISTS (
      SELECT 1 FROM "Sighting" s WHERE s."envelopeId" = e."id" AND s."path" ~ '${INNER_PATH}'))
    AND EXISTS (SELECT 1 FROM "EnvelopeSignature" x WHERE x."envelopeId" = e."id" AND ${mayBeBy(keyids)})`
}

/** Reads what was not asked about this path yet. Bytes never change, so neither does what they name. */
async function learn(context: JudgingContext, path: readonly string[], from: Date, to: Date): Promise<void> {
  const pointer = pointerOf(path)
  for (;;) {
    const { rows } = await pool.query<{ id: string; bytes: Buffer }>(
      `WITH next AS (
         SELECT e."id", e."size" FROM "Envelope" e WHERE ${candidate('$1', '$2', '$3', '$4')}
           AND NOT EXISTS (SELECT 1 FROM "RunMention" m WHERE m."envelopeId" = e."id" AND m."pointer" = $5)
         LIMIT ${BATCH}),
       until AS (SELECT "id", "size", sum("size") OVER (ORDER BY "id") AS "total" FROM next)
       SELECT u."id"::text AS "id", c."bytes" FROM until u JOIN "EnvelopeContent" c ON c."envelopeId" = u."id"
       WHERE u."total" - u."size" < ${BATCH_BYTES}`,
      [from, to, context.evidenceNames, context.keyids, pointer],
    )
    if (rows.length === 0) return
    const values = rows.map(({ bytes }) => {
      const run = runIn(bytes, path)
      return run === null ? null : digestOf(run)
    })
    await pool.query(
      `INSERT INTO "RunMention" ("envelopeId", "pointer", "value")
       SELECT t.id, $2, t.v FROM unnest($1::bigint[], $3::bytea[]) AS t(id, v) ON CONFLICT DO NOTHING`,
      [rows.map(({ id }) => id), pointer, values],
    )
  }
}

function runIn(bytes: Uint8Array, path: readonly string[]): string | null {
  const document = readDocument('', bytes)
  return 'envelope' in document ? signedRunOf(document.envelope.value, [path]) : null
}

/** Any text may be an id: it is compared by its digest. */
function digestOf(run: string): Buffer {
  return Buffer.from(sha256(utf8(run)))
}

/** A JSON pointer again (RFC 6901), to name the path. */
function pointerOf(path: readonly string[]): string {
  return path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
