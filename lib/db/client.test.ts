import { expect, test } from 'vitest'
import { databaseUrl, useDatabase } from '#lib/testing/database.ts'
import { closeDatabase, db, lookupPool, pool } from './client.ts'

useDatabase()

const shown = { transaction_isolation: 'read committed' }

test('each statement sees what was committed before it, whatever the database has for its default', async () => {
  const name = databaseUrl().pathname.slice(1)
  await pool.query(`ALTER DATABASE "${name}" SET default_transaction_isolation = 'repeatable read'`)
  await closeDatabase()
  for (const one of [pool, lookupPool]) expect((await one.query('SHOW transaction_isolation')).rows).toEqual([shown])
  expect(await db.$transaction((tx) => tx.$queryRaw`SHOW transaction_isolation`)).toEqual([shown])
})
