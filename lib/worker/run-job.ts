import { setTimeout as sleep } from 'node:timers/promises'
import { databaseFault } from '#lib/db/database-fault.ts'
import { type ClaimedJob, leaseMs, renewLease } from '#lib/jobs/claim.ts'
import { isJobName, type JobName, jobs } from '#lib/jobs/definitions.ts'
import { PostponeJob } from '#lib/jobs/postpone-job.ts'
import { completeJob, failJob, postponeJob } from '#lib/jobs/settle.ts'
import type { Handlers } from './handlers.ts'

/** A database that is away is asked again after so long. */
const awaySeconds = 5

/** Runs one claimed job to its end and settles it. Never throws for what the job does. */
export async function runJob(
  job: ClaimedJob,
  handlers: Handlers,
): Promise<'done' | 'postponed' | 'retry' | 'dead' | 'superseded'> {
  const renewal = setInterval(() => void renewLease(job).catch(() => undefined), leaseMs / 3)
  try {
    if (!isJobName(job.name)) throw new Error(`no job is called ${job.name}; this worker may be older than the server`)
    await dispatch(job.name, job.payload, handlers)
    await settled(() => completeJob(job))
    return 'done'
  } catch (error) {
    const seconds = postponement(error)
    if (seconds !== null) {
      const why = error instanceof Error ? error.message : String(error)
      await settled(() => postponeJob(job, why, seconds))
      return 'postponed'
    }
    const outcome = await failJob(job, error instanceof Error ? (error.stack ?? error.message) : String(error))
    const what = `job ${job.id} (${job.name}) failed at attempt ${job.attempts}`
    console.error(`${what}, ${outcome === 'dead' ? 'given up' : outcome}:`, error)
    return outcome
  } finally {
    clearInterval(renewal)
  }
}

/**
 * A database that is away for a moment must not leave the job with its lease. After the lease somebody else has it.
 */
async function settled(settle: () => Promise<void>): Promise<void> {
  const until = performance.now() + leaseMs
  for (;;) {
    try {
      return await settle()
    } catch (error) {
      if (databaseFault(error) !== 'down' || performance.now() > until) throw error
      await sleep(1_000)
    }
  }
}

/** No number of attempts is too many while the database is away: a job that is put aside is judged by nobody. */
function postponement(error: unknown): number | null {
  if (error instanceof PostponeJob) return error.seconds
  return databaseFault(error) === 'down' ? awaySeconds : null
}

function dispatch<N extends JobName>(name: N, payload: unknown, handlers: Handlers): Promise<void> {
  return handlers[name](parsePayload(name, payload))
}

/** The cast is safe: the schema of this very name has parsed it. TypeScript cannot follow the index. */
function parsePayload<N extends JobName>(name: N, payload: unknown): Parameters<Handlers[N]>[0] {
  return jobs[name].parse(payload) as Parameters<Handlers[N]>[0]
}
