import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { type Prisma, PrismaClient } from '#lib/generated/prisma/client.ts'
import { env } from '../env.ts'

/** What a service passes on inside `inTransaction`. */
export type Tx = Prisma.TransactionClient
export type Pool = pg.Pool

/** One per process, also when `next dev` loads this module anew. */
const kept: Kept = globalKeep()

interface Kept {
  waybillPool?: pg.Pool
  waybillLookupPool?: pg.Pool
  waybillClient?: PrismaClient
}

/** Safe: the names are written nowhere else, and all members are optional. */
function globalKeep() {
  return globalThis as Kept
}

function openPool(planning: string, of: pg.PoolConfig): pg.Pool {
  const opened = new pg.Pool({
    connectionString: env().databaseUrl,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    // a server that is frozen, or behind a dead network, ends no statement: then this side gives up
    query_timeout: 35_000,
    idle_in_transaction_session_timeout: 120_000,
    // just-in-time compilation costs more than these short queries take; that each statement sees what was committed
    // before it, once it has the locks it waited for, is what much here rests on
    options: `-c jit=off -c default_transaction_isolation=read\\ committed ${planning}`,
    ...of,
  })
  // an idle connection that breaks (the server was restarted) is replaced at the next use
  opened.on('error', (error) => console.error(`database connection lost: ${error.message}`))
  return opened
}

function thePool(): pg.Pool {
  // a plan made while tables were empty is worse than planning again
  kept.waybillPool ??= openPool('-c plan_cache_mode=force_custom_plan', { max: 10 })
  return kept.waybillPool
}

function theLookupPool(): pg.Pool {
  // planning takes several times as long as finding a few rows by their index, so plans are kept; as they are never of
  // another kind, one made while tables were empty is as good
  const byIndex = ['seqscan', 'hashjoin', 'mergejoin'].map((way) => `-c enable_${way}=off`).join(' ')
  const planning = `-c plan_cache_mode=force_generic_plan ${byIndex}`
  // kept open for longer, as the plans go with their connection
  const of = { max: 4, idleTimeoutMillis: 300_000, allowExitOnIdle: true }
  kept.waybillLookupPool ??= openPool(planning, of)
  return kept.waybillLookupPool
}

function theClient(): PrismaClient {
  kept.waybillClient ??= new PrismaClient({ adapter: new PrismaPg(thePool()) })
  return kept.waybillClient
}

/** An object made at its first use: modules may be loaded where no database is configured (`next build`). */
function lazy<T extends object>(make: () => T): T {
  const target = Object.create(null) as T // never read: every access goes to what `make` returns
  return new Proxy(target, {
    get(_, name) {
      const real = make()
      const value: unknown = Reflect.get(real, name, real)
      return typeof value === 'function' ? value.bind(real) : value
    },
  })
}

/** Prisma over the one pool. */
export const db: PrismaClient = lazy(theClient)
/** The same connections without Prisma, for bulk work. */
export const pool: pg.Pool = lazy(thePool)
/** Connections of their own for finding a few rows by digest: who waits for a verdict does not wait behind lists. */
export const lookupPool: pg.Pool = lazy(theLookupPool)

/** Runs `work` in one transaction; what it throws undoes all of it. Keep it short and wait for nothing outside. */
export function inTransaction<T>(work: (tx: Tx) => Promise<T>, timeout = 60_000): Promise<T> {
  return db.$transaction(work, { maxWait: 15_000, timeout })
}

/** Closes what is open; the next use opens anew. */
export async function closeDatabase(): Promise<void> {
  const { waybillClient, waybillPool, waybillLookupPool } = kept
  kept.waybillClient = undefined
  kept.waybillPool = undefined
  kept.waybillLookupPool = undefined
  await waybillClient?.$disconnect()
  await Promise.all([waybillPool?.end(), waybillLookupPool?.end()])
}
