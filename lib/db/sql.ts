import { createHash } from 'node:crypto'
import pg from 'pg'
import { binaryArray, type ElementType, isElementType } from './binary-array.ts'
import { lookupPool, pool } from './client.ts'
import { databaseFault } from './database-fault.ts'

/**
 * What statements of the paths that must be quick run on: a transaction of Prisma's, or one without it, which costs a
 * tenth. Values are parameters: numbers, texts, dates, bytes, bigints, and arrays of one of them with a cast.
 */
export interface Sql {
  $queryRaw<T = unknown>(query: TemplateStringsArray, ...values: unknown[]): Promise<T>
  $executeRaw(query: TemplateStringsArray, ...values: unknown[]): Promise<number>
}

interface Statement {
  readonly name: string
  readonly text: string
  /** by parameter: of what its cast says that it is an array, where that can be sent in binary */
  readonly arrays: readonly (ElementType | null)[]
}

/** A template is the same object each time its line is run: its text is put together once. */
const statements = new WeakMap<TemplateStringsArray, Statement>()

function statementOf(query: TemplateStringsArray): Statement {
  const known = statements.get(query)
  if (known !== undefined) return known
  const text = query.reduce((sql, part, at) => `${sql}$${at}${part}`)
  const name = `w${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
  const made = { text, name, arrays: query.slice(1).map(castOf) }
  statements.set(query, made)
  return made
}

function castOf(after: string): ElementType | null {
  const name = /^::(\w+)\[\]/.exec(after)?.[1] ?? ''
  return isElementType(name) ? name : null
}

function parameterOf(value: unknown, array: ElementType | null | undefined): unknown {
  const binary = array && Array.isArray(value) ? binaryArray(array, value) : null
  return binary ?? value
}

/** As Prisma answers them: bigints, not texts. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((value: string) => unknown) =>
    oid === pg.types.builtins.INT8 ? BigInt : pg.types.getTypeParser(oid, format === 'binary' ? 'text' : format),
}

/**
 * One statement of its own that finds a few rows by digest: prepared and planned once per connection. It must reach
 * every table through an index, as no other plan is taken.
 */
export const lookup: Pick<Sql, '$queryRaw'> = sqlOf(lookupPool)

function sqlOf(client: Pick<pg.Pool, 'query'>): Sql {
  const run = (query: TemplateStringsArray, given: readonly unknown[]) => {
    const { name, text, arrays } = statementOf(query)
    return client.query({ name, text, values: given.map((value, at) => parameterOf(value, arrays[at])), types })
  }
  return {
    // the type is what the caller says of its own statement, as with Prisma
    $queryRaw: async <T>(query: TemplateStringsArray, ...values: unknown[]) => (await run(query, values)).rows as T,
    $executeRaw: async (query, ...values) => (await run(query, values)).rowCount ?? 0,
  }
}

/**
 * Runs `work` in one transaction without Prisma, with prepared statements; what it throws undoes all of it. The
 * connection is given up where it broke.
 */
export async function inSqlTransaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  const onError = (error: Error): void => {
    broken = error
  }
  client.on('error', onError)
  try {
    await client.query('BEGIN')
    const result = await work(sqlOf(client))
    await client.query('COMMIT')
    return result
  } catch (error) {
    // one that does not answer is asked for nothing more: with its connection the transaction ends
    if (databaseFault(error) === 'down') broken ??= error instanceof Error ? error : new Error(String(error))
    else await client.query('ROLLBACK').catch(onError)
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}
