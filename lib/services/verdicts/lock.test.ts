import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { db, inTransaction, pool } from '#lib/db/client.ts'
import { PostponeJob } from '#lib/jobs/postpone-job.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { alone, holdJudging, JudgedElsewhere } from './lock.ts'

useDatabase()

let count = 0
const software = async (): Promise<string> => {
  const name = `software ${++count}`
  return (await db.software.create({ data: { name, slug: name, createdAt: new Date() } })).id
}

test('two never judge one software at the same time, and both get their turn', async () => {
  const id = await software()
  let running = 0
  let most = 0
  const work = async (): Promise<void> => {
    most = Math.max(most, ++running)
    await sleep(30)
    running--
  }
  await Promise.all([alone(id, work), alone(id, work), alone(id, work)])
  expect(most).toBe(1)
})

test('one that cannot have its turn is put back, not failed', async () => {
  const id = await software()
  const held = Promise.withResolvers<void>()
  const taken = Promise.withResolvers<void>()
  const first = alone(id, () => {
    taken.resolve()
    return held.promise
  })
  await taken.promise
  const work = vi.fn(async () => undefined)
  await expect(alone(id, work, 50)).rejects.toThrow(PostponeJob)
  expect(work).not.toHaveBeenCalled()
  held.resolve()
  await first
  await alone(id, work, 50)
  expect(work).toHaveBeenCalledOnce()
})

test('one whose session was taken from him while he was frozen writes nothing any more', async () => {
  const id = await software()
  const written: string[] = []
  const write = (who: string) =>
    inTransaction(async (tx) => {
      await holdJudging(tx)
      written.push(who)
    })
  await expect(
    alone(id, async () => {
      await write('frozen, before')
      await pool.query(
        `SELECT pg_terminate_backend(l."pid") FROM pg_locks l WHERE l."locktype" = 'advisory' AND l."classid" = ${0x5742}
           AND l."database" = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      )
      await alone(id, () => write('other'))
      await write('frozen, after')
    }),
  ).rejects.toThrow(JudgedElsewhere)
  expect(written).toEqual(['frozen, before', 'other'])
})
