import { pool } from '#lib/db/client.ts'
import type { Delivery } from '#lib/in-toto/select/input.ts'
import { sameRun } from './same-run.ts'

interface DeliveryRow {
  id: string
  kind: 'handed-over' | 'pushed'
  softwareId: string | null
  issuer: string
  label: string
  attempt: number
  openedAt: Date
  closesAt: Date | null
}

/** The deliveries, and whatever else was pushed under the same label: a label is one run, with its attempts. */
export async function deliveriesOf(ids: readonly string[]): Promise<Delivery[]> {
  if (ids.length === 0) return []
  const { rows } = await pool.query<DeliveryRow>(
    `SELECT DISTINCT o."id"::text AS "id", o."kind", o."softwareId"::text AS "softwareId", o."issuer", o."label",
            o."attempt", o."openedAt", o."closesAt"
     FROM "Delivery" d JOIN "Delivery" o ON o."id" = d."id" OR (${sameRun('d', 'o')})
     WHERE d."id" = ANY($1::uuid[]) AND o."kind" <> 'loose'`,
    [ids],
  )
  return rows.map((row) => ({
    ...row,
    openedAt: row.openedAt.getTime(),
    closesAt: row.closesAt?.getTime() ?? null,
  }))
}
