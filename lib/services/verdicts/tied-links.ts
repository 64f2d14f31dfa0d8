import { pool } from '#lib/db/client.ts'
import type { Wanted } from '#lib/in-toto/select/wanted.ts'
import { isCalled, type JudgingContext, mayBeBy, namesOf } from './context.ts'

/** Links of one step that digests may tie to one build; beyond that nobody can tell. */
const TIED = 1_000
/** Links that took what a link of another run made, looked at to see whether it serves another build. */
const TAKERS = 2_000
/** Links that came in the same deliveries as it. */
const COMPANIONS = 5_000

interface Found {
  readonly ids: readonly string[]
  /** there are more: what they say is not known */
  readonly truncated: boolean
}

/**
 * Links of any run that list the wanted files, and what speaks against taking them: links that took what they made, and
 * those that came with them.
 */
export async function idsTied(context: JudgingContext, wanted: readonly Wanted[]): Promise<Found> {
  const tied = await Promise.all(wanted.map((one) => idsOfWanted(context, one)))
  const ids = [...new Set(tied.flat())]
  const cut = tied.some((found) => found.length > TIED)
  if (ids.length === 0 || !context.binding.mixedRuns) return { ids, truncated: cut }
  const takers = await idsTaking(context, ids)
  const companions = await idsBeside(context, ids)
  return {
    ids: [...new Set([...ids, ...takers, ...companions])],
    truncated: cut || takers.length > TAKERS || companions.length > COMPANIONS,
  }
}

const SIGNED = `EXISTS (SELECT 1 FROM "EnvelopeSignature" x WHERE x."envelopeId" = e."id" AND ${mayBeBy('$2')})`

async function idsOfWanted({ keyids, forms }: JudgingContext, { step, digests }: Wanted): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT e."id"::text AS "id" FROM "Artifact" a
       JOIN "Edge" g ON g."artifactId" = a."id" AND g."role" IN ('material', 'product')
       JOIN "Envelope" e ON e."id" = g."envelopeId"
     WHERE a."algo" = 'sha256' AND a."digest" = ANY($3::bytea[]) AND ${isCalled('$1')} AND ${SIGNED}
     GROUP BY e."id" HAVING count(DISTINCT a."digest") = $4 LIMIT ${TIED + 1}`,
    [namesOf([step], forms), keyids, digests.map((hex) => Buffer.from(hex, 'hex')), digests.length],
  )
  return rows.map(({ id }) => id)
}

async function idsTaking({ evidenceNames, keyids }: JudgingContext, ids: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT DISTINCT e."id"::text AS "id" FROM "Edge" made
       JOIN "Edge" taken ON taken."artifactId" = made."artifactId" AND taken."role" IN ('material', 'product')
       JOIN "Envelope" e ON e."id" = taken."envelopeId" AND ${isCalled('$1')}
     WHERE made."envelopeId" = ANY($3::bigint[]) AND made."role" = 'product' AND ${SIGNED} LIMIT ${TAKERS + 1}`,
    [evidenceNames, keyids, ids],
  )
  return rows.map(({ id }) => id)
}

async function idsBeside(
  { evidenceNames, stepNames, keyids }: JudgingContext,
  ids: readonly string[],
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT DISTINCT e."id"::text AS "id" FROM "Sighting" held
       JOIN "Sighting" beside ON beside."deliveryId" = held."deliveryId"
       JOIN "Envelope" e ON e."id" = beside."envelopeId" AND (${isCalled('$1')}
         -- a sublayout fills a step as well
         OR (e."kind" = 'layout' AND substring(beside."path" from '([^/]+)[.][^./]{8}[.]link$') = ANY($4::text[])))
     WHERE held."envelopeId" IN (
       SELECT o."id" FROM "Envelope" g JOIN "Envelope" o ON o."id" = g."id" OR o."signedSha256" = g."signedSha256"
       WHERE g."id" = ANY($3::bigint[])) AND ${SIGNED} LIMIT ${COMPANIONS + 1}`,
    [evidenceNames, keyids, ids, stepNames],
  )
  return rows.map(({ id }) => id)
}
