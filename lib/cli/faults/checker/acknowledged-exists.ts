import { pool } from '#lib/db/client.ts'
import { sha256Of } from './sha256-of.ts'
import { type Violation, violationOf } from './violation.ts'
import type { Acknowledged } from './witnessed.ts'

interface Row {
  sha256: string
  bytes: Buffer | null
  seen: { path: string; label: string | null }[]
}

/** R1: every acknowledged upload exists, with the bytes that were sent, seen under its path and in its run. */
export async function acknowledgedExists(
  acknowledged: readonly Acknowledged[],
  inSources: readonly string[],
): Promise<Violation[]> {
  const lost: string[] = []
  const other: string[] = []
  const unseen: string[] = []
  const lied = acknowledged.filter(({ sha256, answered }) => answered !== null && answered !== sha256)
  for (let from = 0; from < acknowledged.length; from += 500) {
    const some = acknowledged.slice(from, from + 500)
    const rows = await rowsOf(some.map(({ sha256 }) => sha256))
    for (const { sha256, path, run } of some) {
      const row = rows.get(sha256)
      if (row === undefined || row.bytes === null) lost.push(sha256)
      else if (sha256Of(row.bytes) !== sha256) other.push(sha256)
      else if (!row.seen.some((one) => one.path === path && (run === null || one.label === run)))
        unseen.push(`${sha256} at ${path}${run === null ? '' : ` of run ${run}`}`)
    }
  }
  const stored = await rowsOf(inSources)
  return [
    ...violationOf('R1', 'acknowledged, but not stored', lost),
    ...violationOf('R1', 'acknowledged, but stored with other bytes', other),
    ...violationOf('R1', 'acknowledged, but nobody is noted as having brought it so', unseen),
    ...violationOf(
      'R1',
      'answered with the digest of something else',
      lied.map(({ sha256, answered }) => `${sha256} answered as ${answered}`),
    ),
    ...violationOf(
      'R1',
      'lies in a source, but is not stored',
      inSources.filter((sha256) => stored.get(sha256)?.bytes == null),
    ),
  ]
}

async function rowsOf(digests: readonly string[]): Promise<Map<string, Row>> {
  const { rows } = await pool.query<Row>(
    `SELECT encode(e."sha256", 'hex') AS "sha256", c."bytes",
            coalesce((SELECT jsonb_agg(jsonb_build_object('path', s."path", 'label', d."label"))
                      FROM "Sighting" s LEFT JOIN "Delivery" d ON d."id" = s."deliveryId"
                      WHERE s."envelopeId" = e."id"), '[]') AS "seen"
     FROM "Envelope" e LEFT JOIN "EnvelopeContent" c ON c."envelopeId" = e."id"
     WHERE e."sha256" = ANY($1::bytea[])`,
    [digests.map((hex) => Buffer.from(hex, 'hex'))],
  )
  return new Map(rows.map((row) => [row.sha256, row]))
}
