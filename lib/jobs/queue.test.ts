import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { beforeEach, expect, test, vi } from 'vitest'
import { db, inTransaction } from '#lib/db/client.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { claimJob, renewLease } from './claim.ts'
import { enqueue } from './enqueue.ts'
import { presence } from './presence.ts'
import { backoffSeconds, completeJob, failJob, maxAttempts, releaseJob } from './settle.ts'

useDatabase()
beforeEach(async () => {
  await db.job.deleteMany()
})

const add = (softwareId: string, options = {}) =>
  inTransaction((tx) => enqueue(tx, 'judge-software', { softwareId }, { dedupeKey: `s:${softwareId}`, ...options }))

async function claimed() {
  const job = await claimJob()
  if (job === null) throw new Error('expected a job to claim, found none')
  return job
}

test('one job waits per key, however often it is asked for', async () => {
  const id = randomUUID()
  await Promise.all([add(id), add(id), add(id)])
  expect(await db.job.count()).toBe(1)
})

test('asking again brings a waiting job forward, never back', async () => {
  const id = randomUUID()
  await add(id, { runAt: new Date(Date.now() + 3_600_000) })
  expect(await claimJob()).toBeNull()
  await add(id)
  expect((await claimed()).payload).toEqual({ softwareId: id })
})

test('a job asked for while one of its key runs waits until that one has ended', async () => {
  const id = randomUUID()
  await add(id)
  const first = await claimed()
  await add(id)
  expect(await claimJob()).toBeNull()
  await completeJob(first)
  expect((await claimed()).id).not.toBe(first.id)
})

test('two workers never get the same job', async () => {
  await Promise.all(Array.from({ length: 6 }, () => add(randomUUID())))
  const jobs = await Promise.all(Array.from({ length: 10 }, () => claimJob()))
  const ids = jobs.flatMap((j) => (j === null ? [] : [j.id]))
  expect(ids).toHaveLength(6)
  expect(new Set(ids).size).toBe(6)
})

test('jobs that wait for other machines are taken by those who do them only', async () => {
  await inTransaction((tx) => enqueue(tx, 'sync-source', { sourceId: randomUUID() }))
  expect(await claimJob('inside')).toBeNull()
  await add(randomUUID())
  expect((await claimJob('outside'))?.name).toBe('sync-source')
  expect(await claimJob('outside')).toBeNull()
  expect((await claimJob('inside'))?.name).toBe('judge-software')
})

test('a worker whose lease ran out can neither renew nor complete what another has taken', async () => {
  await add(randomUUID())
  const gone = await claimed()
  await db.job.updateMany({ data: { leaseUntil: new Date(Date.now() - 1000) } })
  const taken = await claimed()
  expect(taken.id).toBe(gone.id)
  expect(await renewLease(gone)).toBe(false)
  await completeJob(gone)
  expect(await db.job.count({ where: { doneAt: null } })).toBe(1)
  expect(await renewLease(taken)).toBe(true)
})

test('a failed job is tried again later, and put aside after too many attempts', async () => {
  await add(randomUUID())
  const job = await claimed()
  expect(await failJob(job, 'no')).toBe('retry')
  expect(await claimJob()).toBeNull()
  await db.job.updateMany({ data: { runAt: new Date(), attempts: maxAttempts - 1 } })
  expect(await failJob(await claimed(), 'no')).toBe('dead')
  expect(await db.job.count({ where: { deadAt: { not: null } } })).toBe(1)
})

test('a failed job leaves its work to one of the same key that waits already', async () => {
  const id = randomUUID()
  await add(id)
  const job = await claimed()
  await add(id)
  expect(await failJob(job, 'no')).toBe('superseded')
  expect(await db.job.count({ where: { doneAt: null } })).toBe(1)
})

test('a released job is begun again without counting', async () => {
  await add(randomUUID())
  await releaseJob(await claimed())
  expect((await claimed()).attempts).toBe(1)
})

test('a job whose transaction fails was never asked for', async () => {
  const act = inTransaction(async (tx) => {
    await enqueue(tx, 'sweep-expired', {})
    throw new Error('undone')
  })
  await expect(act).rejects.toThrow('undone')
  expect(await db.job.count()).toBe(0)
})

test('waiting grows from attempt to attempt, up to ten minutes', () => {
  expect([1, 2, 5, 30].map(backoffSeconds)).toEqual([2, 4, 32, 600])
})

test('what a killed worker held is taken over at once, what a living one holds is not', async () => {
  const kept: { presence: number }[] = []
  const present = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
    await client.connect()
    await presence.opened?.(async (sql, values) => {
      await client.query(sql, [...values])
      kept.push({ presence: Number(values[1]) })
    })
    return client
  }
  const worker = await present()
  await add(randomUUID())
  const job = await claimed()
  expect((await db.job.findUniqueOrThrow({ where: { id: BigInt(job.id) } })).leaseHolder).toBe(kept[0]?.presence)
  expect(await claimJob()).toBeNull()
  await worker.end()
  presence.closed?.()
  const again = await vi.waitFor(claimed)
  expect(again).toMatchObject({ id: job.id, attempts: 2 })
  // who shows no presence is believed for the length of the lease
  expect(await claimJob()).toBeNull()
})

test('a job that ends every worker is not taken over at once again and again', async () => {
  await add(randomUUID())
  const job = await claimed()
  await db.job.update({ where: { id: BigInt(job.id) }, data: { leaseHolder: 1, attempts: 4 } })
  expect(await claimJob()).toBeNull()
  await db.job.update({ where: { id: BigInt(job.id) }, data: { attempts: 3 } })
  expect((await claimed()).id).toBe(job.id)
})
