import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { useDatabase } from '#lib/testing/database.ts'
import { type ElementType, isElementType } from './binary-array.ts'
import { pool } from './client.ts'
import { inSqlTransaction, type Sql } from './sql.ts'

useDatabase()

/** What the server reads out of an array, and what it is told as text. */
const readers: Readonly<Record<ElementType, (sql: Sql, values: readonly unknown[]) => Promise<unknown>>> = {
  boolean: (sql, values) => sql.$queryRaw`SELECT ${values}::boolean[]::text AS "read"`,
  bytea: (sql, values) => sql.$queryRaw`SELECT ${values}::bytea[]::text AS "read"`,
  bigint: (sql, values) => sql.$queryRaw`SELECT ${values}::bigint[]::text AS "read"`,
  int: (sql, values) => sql.$queryRaw`SELECT ${values}::int[]::text AS "read"`,
  text: (sql, values) => sql.$queryRaw`SELECT ${values}::text[]::text AS "read"`,
  timestamptz: (sql, values) => sql.$queryRaw`SELECT ${values}::timestamptz[]::text AS "read"`,
}

/** The same array as pg itself sends it: as text. */
const asText = async (type: ElementType, values: readonly unknown[]) =>
  (await pool.query(`SELECT $1::${type}[]::text AS "read"`, [values])).rows

const someTime = {
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
}
const samples: Readonly<Record<ElementType, fc.Arbitrary<unknown>>> = {
  boolean: fc.boolean(),
  bytea: fc.uint8Array({ maxLength: 40 }),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  int: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  text: fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0')),
  timestamptz: fc.date(someTime),
}

describe('an array is read by the server as it would be from text', () => {
  test.each(Object.keys(samples).filter(isElementType))('%s', async (type) => {
    const arrays = fc.array(fc.option(samples[type], { nil: null }), { maxLength: 12 })
    const check = async (values: unknown[]) => {
      const read = await inSqlTransaction((sql) => readers[type](sql, values))
      expect(read).toEqual(await asText(type, values))
    }
    await fc.assert(fc.asyncProperty(arrays, check), { numRuns: 60, examples: [[[]], [[null]], [[null, null]]] })
  })

  test.each<[ElementType, unknown[]]>([
    ['text', ['"', '\\', '{}', ',', 'NULL', '', ' ', 'ä€𝄞', '\ud800 alone', 'line\nend']],
    ['bigint', [1, 2]],
    ['int', ['7', 8]],
    ['bytea', ['\\x00ff']],
    ['timestamptz', ['2026-03-01T10:00:00Z', new Date('1969-12-31T23:59:59.999Z')]],
    ['text', [1, true]],
  ])('%s: %j', async (type, values) => {
    const read = await inSqlTransaction((sql) => readers[type](sql, values))
    expect(read).toEqual(await asText(type, values))
  })

  test('bytes in shared memory, and a part of a larger piece', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(7)
    const part = Uint8Array.from([1, 2, 3, 4]).subarray(1, 3)
    const read = await inSqlTransaction((sql) => readers.bytea(sql, [shared, part]))
    expect(read).toEqual([{ read: '{"\\\\x07070707","\\\\x0203"}' }])
  })

  test('a text with NUL is refused, and so is a number out of range', async () => {
    await expect(inSqlTransaction((sql) => readers.text(sql, ['a\0b']))).rejects.toMatchObject({ code: '22021' })
    await expect(inSqlTransaction((sql) => readers.int(sql, [2 ** 31]))).rejects.toMatchObject({ code: '22003' })
    await expect(inSqlTransaction((sql) => readers.bigint(sql, [2n ** 63n]))).rejects.toMatchObject({ code: '22003' })
  })
})
