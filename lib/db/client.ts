import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { type Prisma, PrismaClient } from '#lib/generated/prisma/client.ts'
import { env } from '../env.ts'

/** What a service passes on inside `inTransaction`. */
export type Tx = Prisma.TransactionClient
export type Pool = pg.Pool

/** One per process, also when `next dev` loads this module anew. */
const kept: { waybillPool?: pg.Pool; waybillClient?: PrismaClient } = globalKeep()

/** Safe: the two names are written nowhere else, and both members are optional. */
function globalKeep() {
  return globalThis as { waybillPool?: pg.Pool; waybillClient?: PrismaClient }
}

function openPool(): pg.Pool {
  const opened = new pg.Pool({
    connectionString: env().databaseUrl,
    max: 10,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    // a server that is frozen, or behind a dead network, ends no statement: then this side gives up
    query_timeout: 35_000,
    idle_in_transaction_session_timeout: 120_000,
    // just-in-time compilation costs more than these short queries take; a plan made while tables were empty is worse
    // than planning again
    options: '-c jit=off -c plan_cache_mode=force_custom_plan',
  })
  // an idle connection that breaks (the server was restarted) is replaced at the next use
  opened.on('error', (error) => console.error(`database connection lost: ${error.message}`))
  return opened
}

function thePool(): pg.Pool {
  kept.waybillPool ??= openPool()
  return kept.waybillPool
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

/** Runs `work` in one transaction; what it throws undoes all of it. Keep it short and wait for nothing outside. */
export function inTransaction<T>(work: (tx: Tx) => Promise<T>, timeout = 60_000): Promise<T> {
  return db.$transaction(work, { maxWait: 15_000, timeout })
}

/** Closes what is open; the next use opens anew. */
export async function closeDatabase(): Promise<void> {
  const { waybillClient, waybillPool } = kept
  kept.waybillClient = undefined
  kept.waybillPool = undefined
  await waybillClient?.$disconnect()
  await waybillPool?.end()
}
