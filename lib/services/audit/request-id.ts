import { AsyncLocalStorage } from 'node:async_hooks'

const current = new AsyncLocalStorage<string>()

/** The id of the request that is being served, or null outside of one. */
export function currentRequestId(): string | null {
  return current.getStore() ?? null
}

export function withRequestId<T>(requestId: string, work: () => T): T {
  return current.run(requestId, work)
}
