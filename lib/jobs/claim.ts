import { randomUUID } from 'node:crypto'
import { pool } from '#lib/db/client.ts'
import { outsideJobs } from './definitions.ts'
import { holder, holderGone } from './presence.ts'

export type ClaimedJob = {
  id: string
  name: string
  payload: unknown
  dedupeKey: string | null
  /** how often it was begun, this time included */
  attempts: number
  leaseToken: string
}

/** A running job is given to nobody else for this long; long ones are renewed. */
export const leaseMs = 60_000

/** How often a job is taken over at once where its worker is gone; one that ends its workers waits for its lease. */
const quickTakeovers = 3

const abandoned = (job: string): string =>
  `(${job}."leaseUntil" < now() OR (${job}."attempts" <= ${quickTakeovers} AND ${holderGone(`${job}."leaseHolder"`)}))`

/**
 * Takes the job that waits longest, or one whose worker is gone (it shows no presence any more, or its
 * lease ran out), or null. Two jobs of one
 * dedupe key never run at the same time.
 * @param lane `outside`: only jobs that wait for other machines; `inside`: only the others
 */
export async function claimJob(lane: 'outside' | 'inside' | 'any' = 'any'): Promise<ClaimedJob | null> {
  const leaseToken = randomUUID()
  const { rows } = await pool.query<Omit<ClaimedJob, 'leaseToken'>>(
    `UPDATE "Job" SET "leaseToken" = $1, "leaseUntil" = now() + $2 * interval '1 millisecond', "leaseHolder" = $5,
       "attempts" = "attempts" + 1
     WHERE "id" = (
       SELECT j."id" FROM "Job" j
       WHERE j."doneAt" IS NULL AND j."deadAt" IS NULL AND j."runAt" <= now()
         AND (j."leaseUntil" IS NULL OR ${abandoned('j')})
         AND ($3::text = 'any' OR (j."name" = ANY($4::text[])) = ($3::text = 'outside'))
         AND NOT EXISTS (
           SELECT 1 FROM "Job" r
           WHERE r."dedupeKey" = j."dedupeKey" AND r."id" <> j."id" AND r."doneAt" IS NULL AND r."deadAt" IS NULL
             AND r."leaseUntil" IS NOT NULL AND NOT ${abandoned('r')})
       ORDER BY j."runAt", j."id" FOR UPDATE SKIP LOCKED LIMIT 1)
     RETURNING "id"::text, "name", "payload", "dedupeKey", "attempts"`,
    [leaseToken, leaseMs, lane, outsideJobs, holder()],
  )
  const row = rows[0]
  return row === undefined ? null : { ...row, leaseToken }
}

/** Keeps a long job from being taken for abandoned. False: it was given to somebody else meanwhile. */
export async function renewLease(job: ClaimedJob): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE "Job" SET "leaseUntil" = now() + $3 * interval '1 millisecond' WHERE "id" = $1 AND "leaseToken" = $2`,
    [job.id, job.leaseToken, leaseMs],
  )
  return rowCount === 1
}
