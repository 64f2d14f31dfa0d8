import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { db, inTransaction } from '#lib/db/client.ts'
import { listen } from '#lib/db/listen.ts'
import { claimJob } from '#lib/jobs/claim.ts'
import { enqueue, jobChannel } from '#lib/jobs/enqueue.ts'
import { PostponeJob } from '#lib/jobs/postpone-job.ts'
import { useDatabase } from '#lib/testing/database.ts'
import type { Handlers } from './handlers.ts'
import { runJob } from './run-job.ts'

useDatabase()
const softwareId = randomUUID()
const idle: Handlers = {
  'judge-software': async () => {},
  'judge-build': async () => {},
  'sweep-expired': async () => {},
  'check-verifications': async () => {},
  'reread-quarantine': async () => {},
  'sync-source': async () => {},
}

beforeEach(async () => {
  await db.job.deleteMany()
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => vi.restoreAllMocks())

async function claimed() {
  await inTransaction((tx) => enqueue(tx, 'judge-software', { softwareId }))
  const job = await claimJob()
  if (job === null) throw new Error('expected a job to claim, found none')
  return job
}

test('the handler of the name gets the payload, and the job is done', async () => {
  const handler = vi.fn(async () => {})
  expect(await runJob(await claimed(), { ...idle, 'judge-software': handler })).toBe('done')
  expect(handler).toHaveBeenCalledWith({ softwareId })
  expect(await db.job.count({ where: { doneAt: null } })).toBe(0)
})

test('a job that finds the database away, or another worker at it, is put back and not counted', async () => {
  const away = Object.assign(new Error('could not extend file: No space left on device'), { code: '53100' })
  for (const thrown of [away, new Error('wrapped', { cause: away }), new PostponeJob('somebody is at it', 7)]) {
    const job = await claimed()
    const handler = () => Promise.reject(thrown)
    expect(await runJob(job, { ...idle, 'judge-software': handler })).toBe('postponed')
    const row = await db.job.findUniqueOrThrow({ where: { id: BigInt(job.id) } })
    expect(row).toMatchObject({ attempts: 0, leaseToken: null, deadAt: null, doneAt: null })
    expect(row.runAt.getTime()).toBeGreaterThan(Date.now())
    await db.job.deleteMany()
  }
})

test('what a handler throws is kept with the job, which is tried again', async () => {
  const outcome = await runJob(await claimed(), {
    ...idle,
    'judge-software': () => Promise.reject(new Error('no disk')),
  })
  expect(outcome).toBe('retry')
  expect((await db.job.findFirst())?.lastError).toContain('no disk')
})

test('a job that nobody knows, or with a payload that does not fit, is not run', async () => {
  const job = await claimed()
  expect(await runJob({ ...job, name: 'format-disk' }, idle)).toBe('retry')
  await db.job.deleteMany()
  const other = await claimed()
  expect(await runJob({ ...other, payload: { softwareId: '1' } }, idle)).toBe('retry')
})

test('the worker hears of a job when its transaction commits, not before', async () => {
  let heard = 0
  const stop = await listen(jobChannel, () => heard++)
  await inTransaction(async (tx) => {
    await enqueue(tx, 'sweep-expired', {})
    await new Promise((r) => setTimeout(r, 100))
    expect(heard).toBe(0)
  })
  await vi.waitFor(() => expect(heard).toBe(1))
  await stop()
})

test('hearing goes on after the connection was lost', async () => {
  let heard = 0
  const stop = await listen(jobChannel, () => heard++, { retryMs: 20 })
  await db.$executeRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'`
  await vi.waitFor(
    async () => {
      await inTransaction((tx) => enqueue(tx, 'sweep-expired', {}))
      expect(heard).toBeGreaterThan(0)
    },
    { timeout: 5_000, interval: 50 },
  )
  await stop()
})
