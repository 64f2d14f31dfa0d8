import { pool } from '#lib/db/client.ts'
import { type Violation, violationOf } from './violation.ts'
import type { Answered, ExpectedRun } from './witnessed.ts'

/**
 * R9: nothing is allowed by evidence, or a layout, that cannot be read; nothing that must not be allowed is; and nobody
 * was told so. What must be allowed in the end is.
 */
export async function nothingAllowedUnread(
  answered: readonly Answered[],
  runs: readonly ExpectedRun[],
): Promise<Violation[]> {
  const told = answered.filter(({ verdict, mayAllow }) => verdict === 'allow' && !mayAllow)
  return [
    ...violationOf('R9', 'allowed by evidence that cannot be read', await unread()),
    ...violationOf(
      'R9',
      'a client was told allow',
      told.map(({ digest }) => digest),
    ),
    ...violationOf('R9', 'a run has not the verdict that its evidence calls for', await otherwise(runs)),
  ]
}

/** Verdicts that stand. Those before them spoke of what was stored then. */
async function unread(): Promise<string[]> {
  const { rows } = await pool.query<{ row: string }>(
    `WITH allowed AS (SELECT b."short", v.* FROM "Build" b JOIN "Verdict" v ON v."id" = b."currentId" WHERE v."verdict" = 'allow'),
          used AS (
            SELECT a."short", x."sha256" FROM allowed a
              CROSS JOIN LATERAL jsonb_to_recordset(a."evidence") AS x("sha256" text, "role" text) WHERE x."role" = 'selected'
            UNION
            SELECT a."short", encode(e."sha256", 'hex') FROM allowed a JOIN "Binding" i ON i."id" = a."bindingId"
              JOIN "Envelope" e ON e."id" = i."envelopeId")
     SELECT format('build %s by %s', u."short", u."sha256") AS "row" FROM used u
     LEFT JOIN "Envelope" e ON e."sha256" = decode(u."sha256", 'hex')
     LEFT JOIN "EnvelopeContent" c ON c."envelopeId" = e."id"
     WHERE c."bytes" IS NULL OR e."status" <> 'parsed' OR sha256(c."bytes") <> e."sha256"`,
  )
  return rows.map(({ row }) => row)
}

async function otherwise(runs: readonly ExpectedRun[]): Promise<string[]> {
  const { rows } = await pool.query<{ row: string }>(
    `SELECT format('run %s: %s expected, %s stored: %s', w."run", w."verdict", v."verdict", v."headline") AS "row"
     FROM unnest($1::text[], $2::text[], $3::text[]) AS w("software", "run", "verdict")
     JOIN "Build" b ON b."softwareId" = w."software"::uuid AND b."label" = w."run"
     JOIN "Verdict" v ON v."id" = b."currentId" AND v."verdict" <> w."verdict"`,
    [runs.map(({ softwareId }) => softwareId), runs.map(({ run }) => run), runs.map(({ verdict }) => verdict)],
  )
  return rows.map(({ row }) => row)
}
