import { pool } from '#lib/db/client.ts'
import { type Violation, violationOf } from './violation.ts'

/** Looked for in the rows themselves: an index that should forbid them may be what failed. */
const doubles: readonly { message: string; sql: string }[] = [
  {
    message: 'several rows for one content',
    sql: `SELECT format('envelopes %s', array_agg(c."envelopeId" ORDER BY 1)) AS "row" FROM "EnvelopeContent" c
          GROUP BY sha256(c."bytes") HAVING count(*) > 1`,
  },
  {
    message: 'several rows for one digest',
    sql: `SELECT format('envelopes %s', array_agg("id" ORDER BY 1)) AS "row" FROM "Envelope"
          GROUP BY "sha256" HAVING count(*) > 1`,
  },
  {
    message: 'one run has several deliveries of one attempt',
    sql: `SELECT format('run %s of %s: deliveries %s', "label", "softwareId", array_agg("id")) AS "row" FROM "Delivery"
          WHERE "kind" = 'pushed' GROUP BY "softwareId", "issuer", "label", "attempt" HAVING count(*) > 1`,
  },
  {
    message: 'one bringing is noted several times',
    sql: `SELECT format('sightings %s', array_agg("id" ORDER BY 1)) AS "row" FROM "Sighting"
          GROUP BY "envelopeId", "deliveryId", "path", "actor" HAVING count(*) > 1`,
  },
  {
    message: 'one entry of a source is noted several times',
    sql: `SELECT format('source %s entry %s', "sourceId", "key") AS "row" FROM "SourceEntry"
          GROUP BY "sourceId", "key" HAVING count(*) > 1`,
  },
  {
    message: 'one artifact has several rows',
    sql: `SELECT format('artifacts %s', array_agg("id" ORDER BY 1)) AS "row" FROM "Artifact"
          GROUP BY "algo", "digest" HAVING count(*) > 1`,
  },
  {
    message: 'one build has several rows',
    sql: `SELECT format('builds %s', array_agg("id")) AS "row" FROM "Build"
          GROUP BY "softwareId", "groupKey" HAVING count(*) > 1`,
  },
]

/** R3: no two rows for one content, no two deliveries for one run or for one entry of a source. */
export async function nothingTwice(): Promise<Violation[]> {
  const found: Violation[] = []
  for (const { message, sql } of doubles) {
    const { rows } = await pool.query<{ row: string }>(sql)
    found.push(
      ...violationOf(
        'R3',
        message,
        rows.map(({ row }) => row),
      ),
    )
  }
  return found
}
