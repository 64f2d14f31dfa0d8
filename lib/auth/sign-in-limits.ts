import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { pool } from '../db/client.ts'
import { AppError } from '../errors.ts'

const windowSeconds = 15 * 60

const limiter = (keyPrefix: string, points: number): RateLimiterPostgres =>
  new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    tableName: 'RateLimit',
    tableCreated: true,
    keyPrefix,
    points,
    duration: windowSeconds,
    clearExpiredByTimeout: false,
  })

type Limits = { account: RateLimiterPostgres; address: RateLimiterPostgres; any: RateLimiterPostgres }
let made: Limits | undefined
const limits = (): Limits => {
  made ??= {
    account: limiter('sign-in-account', 10),
    address: limiter('sign-in-address', 40),
    any: limiter('setup-address', 20),
  }
  return made
}

/** Attempts are counted in one table for all processes; where that cannot be asked, nobody gets in. */
async function spend(counter: RateLimiterPostgres, key: string, what: string): Promise<void> {
  try {
    await counter.consume(key)
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000))
    throw new AppError('RATE_LIMITED', `Too many attempts ${what}. Try again in ${Math.ceil(seconds / 60)} minutes.`, {
      retryAfter: seconds,
    })
  }
}

/** Counts one attempt before the password is looked at: by address and by account. */
export async function countSignIn(email: string, address: string): Promise<void> {
  await spend(limits().address, address, 'from this address')
  await spend(limits().account, email, 'for this account')
}

/** A right password: earlier failures of this account no longer count, and the attempt costs its address nothing. */
export async function forgiveSignIn(email: string, address: string): Promise<void> {
  await Promise.all([limits().account.delete(email), limits().address.reward(address, 1)])
}

/** Counts one attempt with a set-up link. */
export function countSetup(address: string): Promise<void> {
  return spend(limits().any, address, 'from this address')
}

/** Where a request comes from. lib/cli/web.mjs sets the header itself unless a trusted proxy stands in front. */
export function addressOf(headers: Headers | Record<string, string | undefined>): string {
  const given = headers instanceof Headers ? headers.get('x-forwarded-for') : headers['x-forwarded-for']
  return given?.split(',').at(-1)?.trim() || 'unknown'
}
