import { db, pool } from '#lib/db/client.ts'
import { auditHash, firstHash } from '#lib/services/audit/chain.ts'
import { type Violation, violationOf } from './violation.ts'

const page = 2_000

/** R6: the audit log is one unbroken chain, and has a record for each act and an act for each record. */
export async function auditHolds(): Promise<Violation[]> {
  return [
    ...violationOf('R6', 'the audit log is no unbroken chain', await breaks()),
    ...violationOf('R6', 'an act without its record, or a record without its act', await unmatched()),
  ]
}

async function breaks(): Promise<string[]> {
  let hash: Uint8Array = firstHash
  let seq = 0n
  for (;;) {
    const rows = await db.auditEntry.findMany({ where: { seq: { gt: seq } }, orderBy: { seq: 'asc' }, take: page })
    for (const row of rows) {
      if (row.seq !== seq + 1n) return [`after ${seq} comes ${row.seq}`]
      if (!Buffer.from(row.prevHash).equals(hash)) return [`${row.seq} does not follow the row before it`]
      if (!Buffer.from(row.hash).equals(auditHash(hash, row))) return [`${row.seq} is not what was recorded`]
      hash = row.hash
      seq = row.seq
    }
    if (rows.length < page) return []
  }
}

const acts: readonly string[] = [
  `SELECT format('import %s holds %s files, %s are recorded', i."id", coalesce(f.n, 0), coalesce(a.n, 0)) AS "row"
   FROM "Import" i
   LEFT JOIN (SELECT "importId", count(*) AS n FROM "ImportFile" GROUP BY 1) f ON f."importId" = i."id"
   LEFT JOIN (SELECT "objectId", sum(("detail"->>'files')::int) AS n FROM "AuditEntry" WHERE "act" = 'evidence.bring' GROUP BY 1) a
     ON a."objectId" = i."id"::text
   WHERE a.n IS NULL OR coalesce(f.n, 0) <> a.n`,
  `SELECT format('record %s of an import that is not there', a."seq") AS "row" FROM "AuditEntry" a
   WHERE a."act" = 'evidence.bring' AND NOT EXISTS (SELECT FROM "Import" i WHERE i."id"::text = a."objectId")
     AND NOT EXISTS (SELECT FROM "AuditEntry" d WHERE d."act" = 'demo.remove' AND d."seq" > a."seq")`,
  `SELECT format('software %s was created without a record', s."slug") AS "row" FROM "Software" s
   WHERE NOT EXISTS (SELECT FROM "AuditEntry" a WHERE a."act" = 'software.create' AND a."objectId" = s."id"::text)`,
  `SELECT format('binding %s was made without a record', b."id") AS "row" FROM "Binding" b
   WHERE NOT EXISTS (SELECT FROM "AuditEntry" a WHERE a."act" = 'layout.put-in-force' AND a."detail"->>'binding' = b."id"::text)`,
]

async function unmatched(): Promise<string[]> {
  const found: string[] = []
  for (const sql of acts) found.push(...(await pool.query<{ row: string }>(sql)).rows.map(({ row }) => row))
  return found
}
