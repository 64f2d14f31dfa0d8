import { closeDatabase, inTransaction } from '#lib/db/client.ts'
import { listen } from '#lib/db/listen.ts'
import { claimJob } from '#lib/jobs/claim.ts'
import { enqueue, jobChannel } from '#lib/jobs/enqueue.ts'
import { handlers } from './handlers.ts'
import { runJob } from './run-job.ts'

// The process that does the jobs. Its parent (`npm start`) tells it to stop; it also stops when its parent is gone.

/** Without a notification it looks by itself: for jobs whose time has come and leases that ran out. */
const pollMs = 2_000
const sweepMs = 60_000

let stopping = false
/** A job was committed since the queue was last looked at. */
let news = false
let wake: () => void = () => undefined

function hear(): void {
  news = true
  wake()
}

function sleep(ms: number): Promise<void> {
  if (news) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    wake = () => {
      clearTimeout(timer)
      resolve()
    }
  })
}

async function work(): Promise<void> {
  let down = false
  while (!stopping) {
    try {
      news = false
      const job = await claimJob()
      down = false
      if (job === null) await sleep(pollMs)
      else await runJob(job, handlers)
    } catch (error) {
      if (!down) console.error('worker: the database does not answer, trying on:', error)
      down = true
      await sleep(pollMs)
    }
  }
}

async function sweep(): Promise<void> {
  await inTransaction((tx) => enqueue(tx, 'sweep-expired', {}, { dedupeKey: 'sweep-expired' })).catch(() => undefined)
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

const deafen = await listen(jobChannel, hear)
const sweeper = setInterval(() => void sweep(), sweepMs)
await sweep()
process.send?.('ready')
await work()
clearInterval(sweeper)
await deafen()
await closeDatabase()
process.exit(0)
