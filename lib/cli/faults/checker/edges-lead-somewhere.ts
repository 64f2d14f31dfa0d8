import { pool } from '#lib/db/client.ts'
import { type Violation, violationOf } from './violation.ts'

/** R2: every edge is of an envelope and leads to an artifact under a name. No foreign key holds that. */
export async function edgesLeadSomewhere(): Promise<Violation[]> {
  const { rows } = await pool.query<{ row: string }>(
    `SELECT format('%s edge of envelope %s to artifact %s under name %s', g."role", g."envelopeId", g."artifactId",
                   g."nameId") AS "row" FROM "Edge" g
     LEFT JOIN "Envelope" e ON e."id" = g."envelopeId"
     LEFT JOIN "Artifact" a ON a."id" = g."artifactId"
     LEFT JOIN "Name" n ON n."id" = g."nameId"
     WHERE e."id" IS NULL OR a."id" IS NULL OR n."id" IS NULL ORDER BY 1`,
  )
  return violationOf(
    'R2',
    'an edge has lost an end',
    rows.map(({ row }) => row),
  )
}
