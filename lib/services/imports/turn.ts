import { setTimeout as sleep } from 'node:timers/promises'
import { databaseFault } from '#lib/db/database-fault.ts'
import { AppError } from '#lib/errors.ts'

// Uploads wait here for their turn, not inside the database: a pool that a thousand uploads hold leaves no page a
// connection, and a transaction that waits for another one's row is slower than one that comes after it.

const parallel = 4
const waitingLimit = 5_000
const attempts = 6

let running = 0
const waiting: (() => void)[] = []

/**
 * Runs a transaction when it is its turn, and again where the database asks for that: 40P01 (deadlock), 40001
 * (serialization), 23505 (somebody else was first; the second look finds their row).
 */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  await enter()
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (attempt >= attempts || databaseFault(error) !== 'clash') throw error
        await sleep(2 ** attempt * 5 * (0.5 + Math.random()))
      }
    }
  } finally {
    leave()
  }
}

function enter(): Promise<void> {
  if (running < parallel) {
    running++
    return Promise.resolve()
  }
  if (waiting.length >= waitingLimit) throw tooManyWaiting(waitingLimit)
  return new Promise((resolve) => waiting.push(resolve))
}

export function tooManyWaiting(limit: number): AppError {
  const message = `${limit} uploads are waiting already. Nothing of this one was stored; send it again later.`
  return new AppError('RATE_LIMITED', message, { retryAfter: 10 })
}

/** Hands the place over, so that nobody can slip in between. */
function leave(): void {
  const next = waiting.shift()
  if (next === undefined) running--
  else next()
}
