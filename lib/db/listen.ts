import pg from 'pg'
import { env } from '../env.ts'

export interface ListenOptions {
  readonly retryMs?: number
  /** called with each new connection: what it takes in the session lasts as long as the connection */
  readonly opened?: (query: (sql: string, values: readonly unknown[]) => Promise<void>) => Promise<void>
  /** the connection is gone, and with it what was taken */
  readonly closed?: () => void
}

/**
 * Calls `heard` for every notification on the channel. A lost connection is made anew by itself; what was sent
 * meanwhile is not heard, so whoever listens also looks from time to time. Returns how to stop.
 */
export async function listen(
  channel: string,
  heard: () => void,
  { retryMs = 2_000, opened, closed }: ListenOptions = {},
): Promise<() => Promise<void>> {
  let stopped = false
  let client: pg.Client | undefined
  const begin = async (): Promise<void> => {
    const fresh = new pg.Client({ connectionString: env().databaseUrl })
    client = fresh
    fresh.on('notification', heard)
    fresh.on('error', () => undefined) // 'end' follows
    let again = false
    const retry = (): void => {
      closed?.()
      if (stopped || again) return
      again = true
      setTimeout(() => void begin(), retryMs).unref()
    }
    fresh.on('end', retry)
    try {
      await fresh.connect()
      await opened?.(async (sql, values) => {
        await fresh.query(sql, [...values])
      })
      await fresh.query(`LISTEN ${fresh.escapeIdentifier(channel)}`)
    } catch {
      await fresh.end().catch(() => undefined)
      retry()
    }
  }
  await begin()
  return async () => {
    stopped = true
    await client?.end().catch(() => undefined)
  }
}
