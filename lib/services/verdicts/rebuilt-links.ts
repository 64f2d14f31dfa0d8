import { pool } from '#lib/db/client.ts'
import type { Wanted } from '#lib/in-toto/select/wanted.ts'
import { isCalled, type JudgingContext, mayBeBy, namesOf } from './context.ts'

/** Links that list the rarest of the files that are looked at, newest first, and those of them that are read. */
const LISTING = 200
const READ = 20
/** How far the links of one file are counted: beyond that it is not rare. */
const COUNTED = 50
/** New links after which builds are looked for in one pass; others are found when they are judged next. */
const NEWS = 200
/** Materials of a new link among which the rarest is looked for. */
const SAMPLE = 20

/**
 * Links of the steps, by whoever may sign them, among whose materials are all those given: the newest few, since they
 * only explain and never decide.
 */
export async function idsRebuilt(context: JudgingContext, wanted: readonly Wanted[]): Promise<string[]> {
  const found = new Set<string>()
  for (const one of wanted) for (const id of await idsOf(context, one)) found.add(id)
  return [...found]
}

async function idsOf({ keyids, forms }: JudgingContext, { step, digests }: Wanted): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `WITH wanted AS (SELECT "id" FROM "Artifact" WHERE "algo" = 'sha256' AND "digest" = ANY($3::bytea[])),
     rarest AS (${rarestOf('wanted', '"id"')})
     SELECT e."id"::text AS "id" FROM rarest r CROSS JOIN LATERAL (
         SELECT DISTINCT g."envelopeId" FROM "Edge" g WHERE g."artifactId" = r."id" AND g."role" = 'material'
         ORDER BY g."envelopeId" DESC LIMIT ${LISTING}) l
       JOIN "Envelope" e ON e."id" = l."envelopeId" AND ${isCalled('$1')}
     WHERE EXISTS (SELECT 1 FROM "EnvelopeSignature" x WHERE x."envelopeId" = e."id" AND ${mayBeBy('$2')})
       AND NOT EXISTS (SELECT 1 FROM wanted w WHERE NOT EXISTS (
         SELECT 1 FROM "Edge" h WHERE h."envelopeId" = e."id" AND h."role" = 'material' AND h."artifactId" = w."id"))
     ORDER BY e."id" DESC LIMIT ${READ}`,
    [namesOf([step], forms), keyids, digests.map((hex) => Buffer.from(hex, 'hex'))],
  )
  return rows.map(({ id }) => id)
}

/** SQL: of the artifacts in a table, the one that the fewest links list as material, counted as far as is looked. */
function rarestOf(table: string, column: string): string {
  return `SELECT a.${column} AS "id" FROM ${table} a CROSS JOIN LATERAL (
      SELECT count(*) AS "n" FROM (
        SELECT 1 FROM "Edge" g WHERE g."artifactId" = a.${column} AND g."role" = 'material' LIMIT ${COUNTED}) counted) c
    -- what came last is rarer than what has been there for long
    ORDER BY c."n", a.${column} DESC LIMIT 1`
}

/**
 * Builds one of whose links lists a material that a new link of the same step lists: the step may have been done again
 * with another outcome.
 */
export async function buildsRebuilt(
  { software, evidenceNames, keyids }: JudgingContext,
  since: string,
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `WITH news AS (
       SELECT DISTINCT e."id", e."name", e."signedSha256" FROM "Sighting" s
         JOIN "Envelope" e ON e."id" = s."envelopeId" AND ${isCalled('$3')}
       WHERE s."id" > $2::bigint
         AND EXISTS (SELECT 1 FROM "EnvelopeSignature" x WHERE x."envelopeId" = e."id" AND ${mayBeBy('$4')})
       ORDER BY e."id" DESC LIMIT ${NEWS}),
     again AS (
       SELECT DISTINCT o."id" FROM news n
         CROSS JOIN LATERAL (${rarestOf(
           `(SELECT DISTINCT m."artifactId" FROM "Edge" m WHERE m."envelopeId" = n."id" AND m."role" = 'material'
             ORDER BY m."artifactId" DESC LIMIT ${SAMPLE})`,
           '"artifactId"',
         )}) r
         CROSS JOIN LATERAL (
           SELECT g."envelopeId" FROM "Edge" g WHERE g."artifactId" = r."id" AND g."role" = 'material'
           ORDER BY g."envelopeId" DESC LIMIT ${LISTING}) l
         JOIN "Envelope" o ON o."id" = l."envelopeId" AND o."signedSha256" IS DISTINCT FROM n."signedSha256"
           AND o."name" IS NOT DISTINCT FROM n."name")
     SELECT DISTINCT b."id"::text AS "id" FROM again a
       JOIN "Sighting" s ON s."envelopeId" = a."id"
       JOIN "Build" b ON b."deliveryId" = s."deliveryId" AND b."softwareId" = $1::uuid`,
    [software.id, since, evidenceNames, keyids],
  )
  return rows.map(({ id }) => id)
}
