import { inTransaction, pool } from '#lib/db/client.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { active, unclaimed } from './claim-source.ts'
import { syncKey } from './sync-source.ts'

/** Asks for the sync of every source whose time has come and that nobody is at. Asking twice is asking once. */
export async function enqueueDue(): Promise<number> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT "id" FROM "Source" WHERE ${active} AND "nextAt" <= now()
       AND ${unclaimed} ORDER BY "nextAt" LIMIT 1000`,
  )
  for (const { id } of rows)
    await inTransaction((tx) => enqueue(tx, 'sync-source', { sourceId: id }, { dedupeKey: syncKey(id) }))
  return rows.length
}
