import { pool } from '#lib/db/client.ts'
import { SIGNED_RUN_MS } from '#lib/in-toto/select/input.ts'
import { isCalled, type JudgingContext, mayBeBy } from './context.ts'
import { INNER_PATH } from './inner-path.ts'
import { buildsRebuilt } from './rebuilt-links.ts'
import { sameRun } from './same-run.ts'

export interface Touched {
  /** deliveries in which builds may be found, newest first */
  readonly deliveries: readonly string[]
  /** per final link that came without a delivery: its envelopes */
  readonly loose: readonly (readonly string[])[]
  /** builds elsewhere that the evidence may speak about */
  readonly builds: readonly string[]
}

/** Links of the final steps, or sublayouts in their place, by whoever may sign them. */
const FINAL = `(
  ${isCalled('$2')}
  OR (e."kind" = 'layout' AND substring(s."path" from '([^/]+)[.][^./]{8}[.]link$') = ANY($2::text[])))
  AND EXISTS (SELECT 1 FROM "EnvelopeSignature" x WHERE x."envelopeId" = e."id" AND ${mayBeBy('$3')})`
const OWN = `(d."kind" = 'handed-over' OR (d."kind" = 'pushed' AND d."softwareId" = $1::uuid))`

/** Deliveries and the later attempts of their runs, which hold what those pushed. */
const withLaterAttempts = (deliveries: string): string => `SELECT o."id" FROM ${deliveries} x
  JOIN "Delivery" p ON p."id" = x."id"
  JOIN "Delivery" o ON o."id" = p."id" OR (${sameRun('p', 'o')} AND o."attempt" >= p."attempt")`

/** Everything: for a layout that is new in force, or other trust or settings. */
export async function allTargets({ software, finalNames, keyids }: JudgingContext): Promise<Touched> {
  const given = [software.id, finalNames, keyids]
  const deliveries = await pool.query<{ id: string }>(
    `WITH final AS (
       SELECT DISTINCT s."deliveryId" AS "id" FROM "Sighting" s JOIN "Envelope" e ON e."id" = s."envelopeId"
       WHERE s."deliveryId" IS NOT NULL AND ${FINAL})
     SELECT DISTINCT d."id"::text AS "id", d."openedAt" FROM "Delivery" d JOIN (${withLaterAttempts('final')}) c ON c."id" = d."id"
     WHERE ${OWN} ORDER BY d."openedAt" DESC, "id"`,
    given,
  )
  const builds = await pool.query<{ id: string }>(
    'SELECT "id"::text AS "id" FROM "Build" WHERE "softwareId" = $1::uuid ORDER BY "firstSeenAt" DESC',
    [software.id],
  )
  return {
    deliveries: deliveries.rows.map(({ id }) => id),
    loose: await looseFinals(given, ''),
    builds: builds.rows.map(({ id }) => id),
  }
}

/** What evidence since the last pass can have changed. */
export async function touchedSince(context: JudgingContext, done: bigint): Promise<Touched> {
  const { software, stepNames, evidenceNames, finalNames, keyids } = context
  const since = String(done)
  const deliveries = await pool.query<{ id: string }>(
    `WITH news AS (
       SELECT s."deliveryId", s."seenAt", e."signedSha256" AS "signed" FROM "Sighting" s JOIN "Envelope" e ON e."id" = s."envelopeId"
       WHERE s."id" > $2::bigint AND (e."kind" <> 'link' OR e."name" = ANY($3::text[]) OR s."path" ~ '${INNER_PATH}')),
     changed AS (
       SELECT "deliveryId" AS "id" FROM news WHERE "deliveryId" IS NOT NULL
       UNION
       -- seen elsewhere first: what counted as new there may be a copy now
       SELECT o."deliveryId" FROM news n JOIN "Envelope" e ON e."signedSha256" = n."signed"
         JOIN "Sighting" o ON o."envelopeId" = e."id" WHERE o."deliveryId" IS NOT NULL AND n."seenAt" <= o."seenAt")
     SELECT DISTINCT d."id"::text AS "id", d."openedAt" FROM "Delivery" d
       JOIN (${withLaterAttempts('changed')}) c ON c."id" = d."id" WHERE ${OWN}
     ORDER BY d."openedAt" DESC, "id"`,
    [software.id, since, stepNames],
  )
  const builds = await pool.query<{ id: string }>(
    `SELECT DISTINCT b."id"::text AS "id" FROM "Sighting" s
       JOIN "Envelope" e ON e."id" = s."envelopeId" AND ${isCalled('$3')}
       JOIN "Edge" g ON g."envelopeId" = e."id" AND g."role" IN ('material', 'product')
       JOIN "Artifact" a ON a."id" = g."artifactId"
       JOIN "BuildFile" f ON f."algo" = a."algo" AND f."digest" = a."digest"
       JOIN "Build" b ON b."id" = f."buildId" AND b."softwareId" = $1::uuid
     WHERE s."id" > $2::bigint`,
    [software.id, since, evidenceNames],
  )
  const near = [...(await buildsInTime(context, since)), ...(await buildsRebuilt(context, since))]
  return {
    deliveries: deliveries.rows.map(({ id }) => id),
    loose: await looseFinals([software.id, finalNames, keyids, since], 'AND s."id" > $4::bigint'),
    builds: [...new Set([...builds.rows.map(({ id }) => id), ...near])],
  }
}

/** Where runs are told by signed ids, or links of other runs may count: builds about the time of the new evidence. */
async function buildsInTime({ software, stepNames, runIdPaths, binding, settings }: JudgingContext, since: string) {
  if (runIdPaths.length === 0 && binding.sharedSteps.length === 0 && !binding.mixedRuns) return []
  const { rows } = await pool.query<{ id: string }>(
    `WITH news AS (
       SELECT min(s."seenAt") AS "first", max(s."seenAt") AS "last" FROM "Sighting" s
       JOIN "Envelope" e ON e."id" = s."envelopeId"
       WHERE s."id" > $2::bigint AND (e."kind" <> 'link' OR e."name" = ANY($3::text[]) OR s."path" ~ '${INNER_PATH}'))
     SELECT b."id"::text AS "id" FROM "Build" b, news WHERE b."softwareId" = $1::uuid
       AND b."firstSeenAt" BETWEEN news."first" - $4 * interval '1 millisecond' AND news."last" + $4 * interval '1 millisecond'`,
    [software.id, since, stepNames, Math.max(SIGNED_RUN_MS, settings.waitingMinutes * 60_000)],
  )
  return rows.map(({ id }) => id)
}

/** At most so many, newest first: what is older than that has to be checked again by hand. */
const WAITING = 1_000

/**
 * What a certificate of an authority may complete: runs whose final link is signed with a certificate and started no
 * build, and builds that fail for want of a chain.
 */
export async function waitingForAuthorities({ software, finalNames, keyids }: JudgingContext): Promise<Touched> {
  const deliveries = await pool.query<{ id: string }>(
    `SELECT d."id"::text AS "id" FROM "Delivery" d WHERE ${OWN} AND EXISTS (
       SELECT 1 FROM "Sighting" s JOIN "Envelope" e ON e."id" = s."envelopeId" WHERE s."deliveryId" = d."id" AND ${FINAL}
         AND EXISTS (SELECT 1 FROM "EnvelopeSignature" y WHERE y."envelopeId" = e."id" AND y."certificate"))
       AND NOT EXISTS (SELECT 1 FROM "Build" b WHERE b."deliveryId" = d."id" AND b."softwareId" = $1::uuid)
     ORDER BY d."openedAt" DESC, d."id" LIMIT ${WAITING}`,
    [software.id, finalNames, keyids],
  )
  const builds = await pool.query<{ id: string }>(
    `SELECT b."id"::text AS "id" FROM "Build" b JOIN "Verdict" v ON v."id" = b."currentId"
     WHERE b."softwareId" = $1::uuid AND v."code" = 'CERT_UNTRUSTED' ORDER BY b."firstSeenAt" DESC LIMIT ${WAITING}`,
    [software.id],
  )
  return {
    deliveries: deliveries.rows.map(({ id }) => id),
    loose: [],
    builds: builds.rows.map(({ id }) => id),
  }
}

/**
 * Builds that other roots may change although the layout in force takes no certificates: those of whose run something
 * is signed with one, in the place of a sublayout. Where signed run ids bring evidence from elsewhere, any.
 */
export async function certifiedInside({ software, runIdPaths }: JudgingContext): Promise<Touched> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT b."id"::text AS "id" FROM "Build" b JOIN "Delivery" d ON d."id" = b."deliveryId"
     WHERE b."softwareId" = $1::uuid AND ($2 OR EXISTS (
       SELECT 1 FROM "Delivery" o JOIN "Sighting" s ON s."deliveryId" = o."id"
         JOIN "EnvelopeSignature" x ON x."envelopeId" = s."envelopeId" AND x."certificate"
       WHERE (o."id" = d."id" OR (${sameRun('d', 'o')})) AND s."path" ~ '${INNER_PATH}'))
     ORDER BY b."firstSeenAt" DESC`,
    [software.id, runIdPaths.length > 0],
  )
  return { deliveries: [], loose: [], builds: rows.map(({ id }) => id) }
}

async function looseFinals(given: readonly unknown[], more: string): Promise<string[][]> {
  const { rows } = await pool.query<{ ids: string[] }>(
    `SELECT array_agg(DISTINCT e."id"::text) AS "ids" FROM "Sighting" s
       JOIN "Envelope" e ON e."id" = s."envelopeId" LEFT JOIN "Delivery" d ON d."id" = s."deliveryId"
     WHERE (d."id" IS NULL OR d."kind" = 'loose' OR ${OWN}) AND ${FINAL} ${more}
       -- where it belongs to a run, that run is judged
       AND NOT EXISTS (SELECT 1 FROM "Sighting" o JOIN "Delivery" p ON p."id" = o."deliveryId"
         WHERE o."envelopeId" = e."id" AND p."kind" <> 'loose' AND (p."closesAt" IS NULL OR o."seenAt" < p."closesAt"))
     GROUP BY coalesce(e."signedSha256", e."sha256")`,
    [...given],
  )
  return rows.map(({ ids }) => ids)
}
