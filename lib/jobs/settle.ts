import { pool } from '#lib/db/client.ts'
import type { ClaimedJob } from './claim.ts'

/** A job that failed this often is put aside, never deleted. */
export const maxAttempts = 8

/** Seconds until the next attempt: 2, 4, 8 ... at most ten minutes. */
export function backoffSeconds(attempts: number): number {
  return Math.min(600, 2 ** Math.max(1, attempts))
}

/** Marks the job as done, unless its lease went to another worker meanwhile. */
export async function completeJob(job: ClaimedJob): Promise<void> {
  await pool.query(
    `UPDATE "Job" SET "doneAt" = now(), "leaseUntil" = NULL, "leaseToken" = NULL, "lastError" = NULL
     WHERE "id" = $1 AND "leaseToken" = $2`,
    [job.id, job.leaseToken],
  )
}

/**
 * Puts a failed job back for later, or aside after too many attempts. Where another job of its key waits already,
 * that one does the work and this one is done.
 */
export async function failJob(job: ClaimedJob, error: string): Promise<'retry' | 'dead' | 'superseded'> {
  const message = error.slice(0, 2000)
  if (job.attempts >= maxAttempts) {
    await pool.query(
      `UPDATE "Job" SET "deadAt" = now(), "leaseUntil" = NULL, "leaseToken" = NULL, "lastError" = $3
       WHERE "id" = $1 AND "leaseToken" = $2`,
      [job.id, job.leaseToken, message],
    )
    return 'dead'
  }
  try {
    await pool.query(
      `UPDATE "Job" SET "leaseUntil" = NULL, "leaseToken" = NULL, "lastError" = $3,
         "runAt" = now() + $4 * interval '1 second'
       WHERE "id" = $1 AND "leaseToken" = $2`,
      [job.id, job.leaseToken, message, backoffSeconds(job.attempts)],
    )
    return 'retry'
  } catch (error) {
    if (!isWaiting(error)) throw error
    await completeJob(job)
    return 'superseded'
  }
}

/** Another job of the same key waits already. */
function isWaiting(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === '23505'
}

/** Puts a job back for later without counting the attempt: what it needs is not there now. */
export async function postponeJob(job: ClaimedJob, why: string, seconds: number): Promise<void> {
  try {
    await pool.query(
      `UPDATE "Job" SET "leaseUntil" = NULL, "leaseToken" = NULL, "lastError" = $3,
         "attempts" = greatest(0, "attempts" - 1), "runAt" = now() + $4 * interval '1 second'
       WHERE "id" = $1 AND "leaseToken" = $2`,
      [job.id, job.leaseToken, why.slice(0, 2000), seconds],
    )
  } catch (error) {
    if (!isWaiting(error)) throw error
    await completeJob(job)
  }
}

/** Hands a job back unfinished, as if it had not been begun: the worker is being stopped. */
export async function releaseJob(job: ClaimedJob): Promise<void> {
  await pool
    .query(
      `UPDATE "Job" SET "leaseUntil" = NULL, "leaseToken" = NULL, "attempts" = greatest(0, "attempts" - 1)
       WHERE "id" = $1 AND "leaseToken" = $2`,
      [job.id, job.leaseToken],
    )
    .catch(() => undefined) // a waiting one of the same key exists, or the lease simply runs out
}
