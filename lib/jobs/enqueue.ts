import type { Sql } from '#lib/db/sql.ts'
import { type JobName, type JobPayload, jobs } from './definitions.ts'

/** Channel on which the worker hears that a job was committed. */
export const jobChannel = 'waybill_job'

/**
 * Puts a job into the queue in the transaction that causes it. With a `dedupeKey` at most one job of that key waits:
 * asking again brings the waiting one forward. A job that is already running does not count as waiting, because it
 * may have read its facts before this transaction's.
 */
export async function enqueue<N extends JobName>(
  sql: Sql,
  name: N,
  payload: JobPayload<N>,
  options: { dedupeKey?: string; runAt?: Date } = {},
): Promise<void> {
  const checked = JSON.stringify(jobs[name].parse(payload))
  const runAt = options.runAt ?? new Date()
  await sql.$executeRaw`
    WITH job AS (
      INSERT INTO "Job" ("name", "payload", "dedupeKey", "runAt")
      VALUES (${name}, ${checked}::jsonb, ${options.dedupeKey ?? null}, ${runAt}::timestamptz)
      ON CONFLICT ("dedupeKey") WHERE "doneAt" IS NULL AND "deadAt" IS NULL AND "leaseToken" IS NULL
      DO UPDATE SET "runAt" = LEAST("Job"."runAt", EXCLUDED."runAt")
      RETURNING 1)
    SELECT pg_notify(${jobChannel}, '') FROM job`
}

/** The same for several jobs of one name, each with its key; keys sorted, so that no two writers can deadlock. */
export async function enqueueAll<N extends JobName>(
  sql: Sql,
  name: N,
  wanted: readonly { readonly payload: JobPayload<N>; readonly dedupeKey: string }[],
): Promise<void> {
  if (wanted.length === 0) return
  const sorted = wanted.toSorted((a, b) => (a.dedupeKey < b.dedupeKey ? -1 : 1))
  const payloads = sorted.map(({ payload }) => JSON.stringify(jobs[name].parse(payload)))
  await sql.$executeRaw`
    WITH job AS (
      INSERT INTO "Job" ("name", "payload", "dedupeKey", "runAt")
      SELECT ${name}::text, t.payload::jsonb, t.key, ${new Date()}::timestamptz
      FROM unnest(${payloads}::text[], ${sorted.map(({ dedupeKey }) => dedupeKey)}::text[]) AS t(payload, key)
      ON CONFLICT ("dedupeKey") WHERE "doneAt" IS NULL AND "deadAt" IS NULL AND "leaseToken" IS NULL
      DO UPDATE SET "runAt" = LEAST("Job"."runAt", EXCLUDED."runAt")
      RETURNING 1)
    SELECT pg_notify(${jobChannel}, '') FROM job LIMIT 1`
}
