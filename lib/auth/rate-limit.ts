import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { pool } from '../db/client.ts'
import { AppError } from '../errors.ts'

/** Counts what somebody may do `points` times within some seconds, in one table for all processes. */
export function limiter(keyPrefix: string, points: number, seconds: number): RateLimiterPostgres {
  return new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    tableName: 'RateLimit',
    tableCreated: true,
    keyPrefix,
    points,
    duration: seconds,
    clearExpiredByTimeout: false,
  })
}

/** Counts once. Where the table cannot be asked, nothing is let through. @throws AppError RATE_LIMITED */
export async function spend(counter: RateLimiterPostgres, key: string, what: string): Promise<void> {
  try {
    await counter.consume(key)
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000))
    const minutes = Math.ceil(seconds / 60)
    const wait = minutes === 1 ? 'a minute' : `${minutes} minutes`
    throw new AppError('RATE_LIMITED', `Too many attempts ${what}. Try again in ${wait}.`, { retryAfter: seconds })
  }
}
