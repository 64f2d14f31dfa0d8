import type { Attention } from '#lib/contract/verifications.ts'
import { pool } from '#lib/db/client.ts'
import { anyVerificationAbout } from './any-about.ts'

export interface ByDigest {
  readonly algo: string
  readonly digest: Uint8Array
}

const levelOf = (declared: boolean): Attention => (declared ? 'failed' : 'claimed')

/** Builds with a final file that failed a verification elsewhere, by id. */
export async function attentionOfBuilds(ids: readonly string[]): Promise<Map<string, Attention>> {
  if (ids.length === 0) return new Map()
  const { rows } = await pool.query<{ id: string; declared: boolean }>(
    `SELECT f."buildId"::text AS "id", bool_or(x."declared") AS "declared"
     FROM "BuildFile" f JOIN "StandingFailure" x ON x."algo" = f."algo" AND x."digest" = f."digest"
     WHERE f."buildId" = ANY($1::uuid[]) GROUP BY 1`,
    [ids],
  )
  return new Map(rows.map(({ id, declared }) => [id, levelOf(declared)]))
}

/** One artifact. */
export async function attentionOfArtifact({ algo, digest }: ByDigest): Promise<Attention | null> {
  if (!(await anyVerificationAbout([{ algo, digest }]))) return null
  const { rows } = await pool.query<{ declared: boolean | null }>(
    'SELECT bool_or(x."declared") AS "declared" FROM "StandingFailure" x WHERE x."algo" = $1 AND x."digest" = $2',
    [algo, digest],
  )
  const declared = rows[0]?.declared ?? null
  return declared === null ? null : levelOf(declared)
}

/** More builds than these are not looked through for one list; the count says so by being it. */
export const MOST_BUILDS = 10_000

/** Ids of the builds that want attention, the newest. */
export async function buildsWanting(level: Attention | 'any'): Promise<string[]> {
  const only = level === 'any' ? '' : `HAVING bool_or(x."declared") = ${level === 'failed'}`
  const { rows } = await pool.query<{ id: string }>(
    `SELECT w."id"::text AS "id" FROM (
       SELECT f."buildId" AS "id" FROM "StandingFailure" x
       JOIN "BuildFile" f ON f."algo" = x."algo" AND f."digest" = x."digest" GROUP BY 1 ${only}) w
     JOIN "Build" b ON b."id" = w."id" ORDER BY b."firstSeenAt" DESC, b."id" DESC LIMIT ${MOST_BUILDS}`,
  )
  return rows.map(({ id }) => id)
}

/** How much failed. `claimed`: what only others than a declared verifier speak of. */
export interface Failures {
  readonly failed: number
  readonly claimed: number
}

/** Builds of a software that ship something that failed elsewhere. */
export async function countFailedBuilds(softwareId: string): Promise<Failures> {
  const { rows } = await pool.query<Failures>(
    `SELECT count(*) FILTER (WHERE "d")::int AS "failed", count(*) FILTER (WHERE NOT "d")::int AS "claimed" FROM (
       SELECT f."buildId", bool_or(x."declared") AS "d" FROM "Build" b
       JOIN "BuildFile" f ON f."buildId" = b."id"
       JOIN "StandingFailure" x ON x."algo" = f."algo" AND x."digest" = f."digest"
       WHERE b."softwareId" = $1::uuid GROUP BY 1) n`,
    [softwareId],
  )
  return rows[0] ?? { failed: 0, claimed: 0 }
}

/** How much failed elsewhere: artifacts, and builds that ship one. */
export async function countFailures(): Promise<Record<'artifacts' | 'builds', Failures>> {
  const { rows } = await pool.query<Failures & { of: 'artifacts' | 'builds' }>(
    `WITH a AS (SELECT "algo", "digest", bool_or("declared") AS "d" FROM "StandingFailure" GROUP BY 1, 2),
          b AS (SELECT f."buildId", bool_or(a."d") AS "d" FROM a
                JOIN "BuildFile" f ON f."algo" = a."algo" AND f."digest" = a."digest" GROUP BY 1)
     SELECT 'artifacts' AS "of", count(*) FILTER (WHERE "d")::int AS "failed",
            count(*) FILTER (WHERE NOT "d")::int AS "claimed" FROM a
     UNION ALL SELECT 'builds', count(*) FILTER (WHERE "d")::int, count(*) FILTER (WHERE NOT "d")::int FROM b`,
  )
  const none = { failed: 0, claimed: 0 }
  const of = (what: 'artifacts' | 'builds') => {
    const { failed, claimed } = rows.find((row) => row.of === what) ?? none
    return { failed, claimed }
  }
  return { artifacts: of('artifacts'), builds: of('builds') }
}
