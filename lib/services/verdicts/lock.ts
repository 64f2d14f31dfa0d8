import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Pool, pool, type Tx } from '#lib/db/client.ts'
import { PostponeJob } from '#lib/jobs/postpone-job.ts'

/** Class of the advisory locks under which the builds of one software are judged. */
const judgingLock = 0x5742

/** So long others are waited for; then the job goes behind those that can be done. */
const patienceMs = 10_000
/** Whoever judges says so often that it is still at it. */
const beatMs = 10_000
/** One that has said nothing for so long is frozen, or cut off: its place is taken. */
const silentMs = 60_000

interface Held {
  readonly softwareId: string
  readonly fence: bigint
}
const current = new AsyncLocalStorage<Held>()

/** Somebody else judges the software now: what this worker found may be old and is not written. */
export class JudgedElsewhere extends PostponeJob {
  constructor() {
    super('the software is judged by another worker now', 0)
  }
}

/**
 * Runs `work` while nobody else judges the same software: of two verdicts the one with the older evidence must not
 * come last. The lock ends with the connection, whatever happens to this process; one who froze while he held it finds,
 * when he goes on, that his fence is lower than another's, and writes nothing any more.
 * @throws PostponeJob where somebody else is at it
 */
export async function alone<T>(softwareId: string, work: () => Promise<T>, patience = patienceMs): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  const onError = (error: Error): void => {
    broken = error
  }
  client.on('error', onError)
  let beat: NodeJS.Timeout | undefined
  try {
    await takeLock(client, softwareId, patience)
    const fence = await raiseFence(client, softwareId)
    beat = setInterval(() => void client.query('SELECT 1').catch(onError), beatMs)
    return await current.run({ softwareId, fence }, work)
  } finally {
    clearInterval(beat)
    if (broken === undefined) await client.query('SELECT pg_advisory_unlock_all()').catch(onError)
    client.off('error', onError)
    client.release(broken)
  }
}

async function takeLock(client: Pick<Pool, 'query'>, softwareId: string, patience: number): Promise<void> {
  const until = performance.now() + patience
  for (let wait = 20; ; wait = Math.min(500, wait * 2)) {
    const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS "got"', [
      judgingLock,
      softwareId,
    ])
    if (rows[0]?.got) return
    if (performance.now() > until) break
    await sleep(wait)
  }
  await removeSilent(client, softwareId)
  throw new PostponeJob('another worker judges this software', 5)
}

/** Ends the session of one who holds the lock and is silent. */
async function removeSilent(client: Pick<Pool, 'query'>, softwareId: string): Promise<void> {
  await client.query(
    `SELECT pg_terminate_backend(a."pid") FROM pg_locks l JOIN pg_stat_activity a ON a."pid" = l."pid"
     WHERE l."locktype" = 'advisory' AND l."classid" = $1::oid AND l."granted"
       AND l."objid" = (hashtext($2)::bigint & 4294967295)::oid
       AND l."database" = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND a."state" = 'idle' AND a."state_change" < now() - $3 * interval '1 millisecond'`,
    [judgingLock, softwareId, silentMs],
  )
}

async function raiseFence(client: Pick<Pool, 'query'>, softwareId: string): Promise<bigint> {
  const { rows } = await client.query<{ fence: string }>(
    'UPDATE "Software" SET "judgingFence" = "judgingFence" + 1 WHERE "id" = $1::uuid RETURNING "judgingFence"::text AS "fence"',
    [softwareId],
  )
  return BigInt(rows[0]?.fence ?? 0)
}

/**
 * Makes sure, until the transaction ends, that the software is still this worker's to judge. Outside of `alone` there
 * is nothing to hold.
 * @throws JudgedElsewhere
 */
export async function holdJudging(tx: Tx): Promise<void> {
  const held = current.getStore()
  if (held === undefined) return
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM "Software" WHERE "id" = ${held.softwareId}::uuid AND "judgingFence" = ${held.fence} FOR SHARE`
  if (rows.length === 0) throw new JudgedElsewhere()
}
