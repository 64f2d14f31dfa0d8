import { inTransaction, pool } from '#lib/db/client.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'

/** At most so many at once; the next sweep takes the rest. */
const MOST = 2_000

/** Job: asks for a new verdict wherever time has passed the one that stands: expiry of a layout, waiting times. */
export async function sweepExpired(now = new Date()): Promise<number> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT b."id"::text AS "id" FROM "Verdict" v JOIN "Build" b ON b."currentId" = v."id"
     WHERE v."validUntil" <= $1 ORDER BY v."validUntil" LIMIT ${MOST}`,
    [now],
  )
  await inTransaction(async (tx) => {
    for (const { id } of rows) {
      await enqueue(tx, 'judge-build', { buildId: id }, { dedupeKey: `judge-build:${id}` })
    }
  })
  return rows.length
}
