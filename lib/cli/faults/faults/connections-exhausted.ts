import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Fault } from '../fault.ts'

export const connectionsExhausted: Fault = {
  number: 5,
  name: 'no connection left in PostgreSQL',
  short: false,
  inject: async ({ stand, client }) => {
    await stand.cluster.crash()
    const limits = { max_connections: '8', superuser_reserved_connections: '2', max_wal_senders: '0' }
    await stand.cluster.start(limits)
    const hogs = await Promise.all(Array.from({ length: 10 }, () => hog(stand.cluster.url)))
    const held = hogs.filter((one) => one !== null)
    const before = client.statuses.get('503') ?? 0
    const stop = client.load(8)
    await sleep(15_000)
    const refused = (client.statuses.get('503') ?? 0) - before
    await Promise.all(held.map((one) => one.end().catch(() => undefined)))
    await stop()
    await stand.cluster.stop()
    await stand.cluster.start()
    return {
      injected: `${held.length} of 8 held by others, ${refused} uploads answered 503`,
      missing: refused === 0 ? ['no upload was answered 503'] : [],
    }
  },
}

async function hog(connectionString: string): Promise<pg.Client | null> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => undefined)
  return client.connect().then(
    () => client,
    () => null,
  )
}
