import type { RateLimiterPostgres } from 'rate-limiter-flexible'
import { limiter, spend } from './rate-limit.ts'

const windowSeconds = 15 * 60

type Limits = { account: RateLimiterPostgres; address: RateLimiterPostgres; any: RateLimiterPostgres }
let made: Limits | undefined
const limits = (): Limits => {
  made ??= {
    account: limiter('sign-in-account', 10, windowSeconds),
    address: limiter('sign-in-address', 40, windowSeconds),
    any: limiter('setup-address', 20, windowSeconds),
  }
  return made
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
