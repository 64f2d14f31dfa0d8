import { pool } from '#lib/db/client.ts'
import { type Violation, violationOf } from './violation.ts'
import type { ExpectedRun } from './witnessed.ts'

/**
 * R7: every job was done, once by its effect. R8: once what failed is mended, nothing waits any more.
 * @param runs every one has exactly one build that was judged after its last link came
 */
export async function jobsTookEffect(runs: readonly ExpectedRun[]): Promise<Violation[]> {
  return [
    ...violationOf('R7', 'a job was given up', await rowsOf(dead)),
    ...violationOf('R7', 'a build was judged before evidence of its own run came', await rowsOf(stale)),
    ...violationOf('R7', 'a run that was acknowledged has not exactly one judged build', await unjudged(runs)),
    ...violationOf('R8', 'a job waits whose time has come', await rowsOf(waiting)),
  ]
}

const dead = `SELECT format('job %s %s: %s', "id", "name", left("lastError", 200)) AS "row" FROM "Job" WHERE "deadAt" IS NOT NULL`
const waiting = `SELECT format('job %s %s since %s, attempts %s, lease until %s: %s', "id", "name", "runAt", "attempts",
                              "leaseUntil", left("lastError", 200)) AS "row"
                 FROM "Job" WHERE "doneAt" IS NULL AND "deadAt" IS NULL AND "runAt" <= now() AND "name" <> 'sync-source'`
const stale = `SELECT format('build %s, checked %s, evidence of %s', b."short", b."checkedAt", max(s."seenAt")) AS "row"
               FROM "Build" b JOIN "Sighting" s ON s."deliveryId" = b."deliveryId"
               JOIN "Binding" i ON i."softwareId" = b."softwareId" AND i."until" IS NULL
               GROUP BY b."id" HAVING b."checkedAt" IS NULL OR b."currentId" IS NULL OR max(s."seenAt") > b."checkedAt"`

async function rowsOf(sql: string): Promise<string[]> {
  return (await pool.query<{ row: string }>(sql)).rows.map(({ row }) => row)
}

async function unjudged(runs: readonly ExpectedRun[]): Promise<string[]> {
  const { rows } = await pool.query<{ run: string; builds: number }>(
    `SELECT w."run", count(v."id")::int AS "builds" FROM unnest($1::text[], $2::text[]) AS w("software", "run")
     LEFT JOIN "Build" b ON b."softwareId" = w."software"::uuid AND b."label" = w."run"
     LEFT JOIN "Verdict" v ON v."id" = b."currentId"
     GROUP BY w."software", w."run" HAVING count(v."id") <> 1`,
    [runs.map(({ softwareId }) => softwareId), runs.map(({ run }) => run)],
  )
  return rows.map(({ run, builds }) => `run ${run}: ${builds} builds`)
}
