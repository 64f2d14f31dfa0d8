import { closeDatabase, inTransaction } from '#lib/db/client.ts'
import { listen } from '#lib/db/listen.ts'
import { enqueue, jobChannel } from '#lib/jobs/enqueue.ts'
import { presence } from '#lib/jobs/presence.ts'
import { handlers } from './handlers.ts'
import { Lane } from './lane.ts'
import { runJob } from './run-job.ts'

// The process that does the jobs. Its parent (`npm start`) tells it to stop; it also stops when its parent is gone.

/** Without a notification it looks by itself: for jobs whose time has come and leases that ran out. */
const pollMs = 2_000
const sweepMs = 60_000

/** Sources that are waited for at the same time. */
const outsideLanes = 3
const dueMs = 15_000

let stopping = false
const lanes = [new Lane('inside'), ...Array.from({ length: outsideLanes }, () => new Lane('outside'))]

function hear(): void {
  for (const lane of lanes) lane.hear()
}

async function work(lane: Lane): Promise<void> {
  let down = false
  while (!stopping) {
    try {
      const job = await lane.claim()
      down = false
      if (job === null) await lane.sleep(pollMs)
      else await runJob(job, handlers)
    } catch (error) {
      if (!down) console.error('worker: the database does not answer, trying on:', error)
      down = true
      await lane.sleep(pollMs)
    }
  }
}

/** Sources whose time has come without a job that waits: their last worker was killed. */
async function syncDue(): Promise<void> {
  const { enqueueDue } = await import('#lib/services/sources/sync/enqueue-due.ts')
  await enqueueDue().catch(() => undefined)
}

async function sweep(): Promise<void> {
  await inTransaction((tx) => enqueue(tx, 'sweep-expired', {}, { dedupeKey: 'sweep-expired' })).catch(() => undefined)
}

/** Another version of Waybill may have been running before: what it could not read is read again. */
async function reread(): Promise<void> {
  const wanted = { dedupeKey: 'reread-quarantine' }
  await inTransaction((tx) => enqueue(tx, 'reread-quarantine', {}, wanted)).catch(() => undefined)
}

/** ... and what it decided is decided again. */
async function rejudge(): Promise<void> {
  const { judgeAfterUpgrade } = await import('#lib/services/verdicts/after-upgrade.ts')
  await judgeAfterUpgrade().catch((error: unknown) => console.error('judging again after an upgrade failed:', error))
}

function stop(): void {
  stopping = true
  hear()
  // the job at hand may end; a longer one is abandoned, its lease runs out and it is done again
  setTimeout(() => process.exit(0), 8_000).unref()
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
process.on('disconnect', stop)
process.on('message', (message) => {
  if (message === 'stop') stop()
})

const deafen = await listen(jobChannel, hear, presence)
const sweeper = setInterval(() => void sweep(), sweepMs)
const syncer = setInterval(() => void syncDue(), dueMs)
await Promise.all([sweep(), syncDue(), reread(), rejudge()])
const { watchSources } = await import('#lib/services/sources/sync/watch-sources.ts')
const unwatch = watchSources()
process.send?.('ready')
await Promise.all(lanes.map(work))
clearInterval(sweeper)
clearInterval(syncer)
unwatch()
await deafen()
await closeDatabase()
process.exit(0)
