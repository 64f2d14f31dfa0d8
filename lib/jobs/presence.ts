import { randomInt } from 'node:crypto'
import type { ListenOptions } from '#lib/db/listen.ts'

// A worker shows that it lives by a lock of its listening session, which the server takes back the moment its connection
// ends, however it ends. A frozen worker, or one behind a dead network, keeps it: for those a lease runs out.

/** Class of the advisory locks by which workers show that they live. */
const presenceLock = 0x5743

let id: number | null = null

/** Makes the listening connection the sign of this process; another one, another sign. */
export const presence: Pick<ListenOptions, 'opened' | 'closed'> = {
  opened: async (query) => {
    const fresh = randomInt(1, 2 ** 31 - 1)
    await query('SELECT pg_advisory_lock($1::int, $2::int)', [presenceLock, fresh])
    id = fresh
  },
  closed: () => {
    id = null
  },
}

/** What leases of this process are marked with; null where it shows no presence: then only time ends them. */
export function holder(): number | null {
  return id
}

/** SQL: the holder in this column showed its presence and is gone. */
export function holderGone(column: string): string {
  return `(${column} IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_locks l WHERE l."locktype" = 'advisory' AND l."classid" = ${presenceLock} AND l."granted"
      AND l."database" = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l."objid" = ${column}::oid))`
}
