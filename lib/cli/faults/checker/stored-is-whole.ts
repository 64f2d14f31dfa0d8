import { createHash } from 'node:crypto'
import { FormatError } from '#lib/crypto/index.ts'
import { pool } from '#lib/db/client.ts'
import { type Envelope, parseEnvelope } from '#lib/in-toto/index.ts'
import { edgesOf } from '#lib/services/imports/edges-of.ts'
import { sha256Of } from './sha256-of.ts'
import { type Violation, violationOf } from './violation.ts'

interface Row {
  id: string
  sha256: string
  gitoid: string | null
  size: number
  kind: string
  status: string
  code: string | null
  signed: string | null
  bytes: Buffer | null
  keyids: string[]
  edges: number
  seen: number
  inForce: boolean
}

const page = 300

/**
 * R2: what is stored is whole, acknowledged or not: bytes, signatures, edges, who brought it. R4: it was read, or is
 * quarantined with a code; nothing is in between.
 */
export async function storedIsWhole(): Promise<Violation[]> {
  const parts: string[] = []
  const between: string[] = []
  for (let after = '0'; ; ) {
    const rows = await pageAfter(after)
    for (const row of rows) {
      parts.push(...missingParts(row).map((fault) => `envelope ${row.id} ${row.sha256}: ${fault}`))
      const fault = inBetween(row)
      if (fault !== null) between.push(`envelope ${row.id} ${row.sha256}: ${fault}`)
    }
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.id
  }
  return [
    ...violationOf('R2', 'stored, but not whole', parts),
    ...violationOf(
      'R2',
      'a file is said to be stored, but no such envelope is, or nobody brought it',
      await unfounded(),
    ),
    ...violationOf('R4', 'neither read nor quarantined with a code', between),
    ...violationOf('R4', 'an entry of a source waits for more than ten minutes', await waitingEntries()),
  ]
}

async function pageAfter(id: string): Promise<Row[]> {
  const { rows } = await pool.query<Row>(
    `SELECT e."id"::text AS "id", encode(e."sha256", 'hex') AS "sha256", encode(e."gitoid", 'hex') AS "gitoid", e."size",
            e."kind", e."status", e."code", encode(e."signedSha256", 'hex') AS "signed", c."bytes",
            coalesce((SELECT array_agg(x."keyid" ORDER BY x."index") FROM "EnvelopeSignature" x
                      WHERE x."envelopeId" = e."id"), '{}') AS "keyids",
            (SELECT count(*)::int FROM "Edge" g WHERE g."envelopeId" = e."id") AS "edges",
            (SELECT count(*)::int FROM "Sighting" s WHERE s."envelopeId" = e."id") AS "seen",
            EXISTS (SELECT FROM "Binding" b WHERE b."envelopeId" = e."id") AS "inForce"
     FROM "Envelope" e LEFT JOIN "EnvelopeContent" c ON c."envelopeId" = e."id"
     WHERE e."id" > $1::bigint ORDER BY e."id" LIMIT ${page}`,
    [id],
  )
  return rows
}

function missingParts(row: Row): string[] {
  const { bytes, sha256, gitoid, size } = row
  if (bytes === null) return ['no bytes']
  const faults: string[] = []
  if (sha256Of(bytes) !== sha256) faults.push(`its bytes have the sha256 ${sha256Of(bytes)}`)
  if (bytes.length !== size) faults.push(`${bytes.length} bytes, noted as ${size}`)
  if (gitoid !== null && gitoid !== gitoidOf(bytes)) faults.push('its gitoid is of other bytes')
  // what was signed here and put in force is nobody's upload
  if (row.seen === 0 && !row.inForce) faults.push('nobody is noted as having brought it')
  const envelope = read(bytes, sha256)
  if (envelope === null) return faults
  const keyids = envelope.signatures.map(({ keyid }) => keyid)
  if (keyids.length !== row.keyids.length) faults.push(`${row.keyids.length} of ${keyids.length} signatures`)
  const edges = edgesOf(envelope).length
  if (edges !== row.edges) faults.push(`${row.edges} of ${edges} edges`)
  return faults
}

function gitoidOf(bytes: Uint8Array): string {
  return createHash('sha256').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

function read(bytes: Uint8Array, sha256: string): Envelope | null {
  try {
    return parseEnvelope(bytes, sha256)
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}

function inBetween({ bytes, sha256, kind, status, code, signed }: Row): string | null {
  if (status === 'quarantined') return code === null ? 'quarantined without a code' : null
  if (status !== 'parsed') return `its status is ${status}`
  // bytes that are not what they were are R2's
  if (bytes === null || sha256Of(bytes) !== sha256) return null
  const envelope = read(bytes, sha256)
  if (envelope === null) return 'said to be read, but cannot be'
  if (envelope.kind !== kind) return `it is a ${envelope.kind}, noted as ${kind}`
  return signed === sha256Of(envelope.signedBytes) ? null : 'the digest of what is signed is not noted'
}

/** Files that an answer called stored or known. */
async function unfounded(): Promise<string[]> {
  const { rows } = await pool.query<{ row: string }>(
    `SELECT format('import %s file %s %s', f."importId", f."index", f."path") AS "row" FROM "ImportFile" f
     WHERE f."fate" IN ('stored', 'known', 'quarantined') AND f."kind" IN ('link', 'layout', 'statement', 'unknown')
       AND NOT EXISTS (SELECT FROM "Envelope" e JOIN "Sighting" s ON s."envelopeId" = e."id"
                       WHERE e."sha256" = f."sha256" AND s."path" = f."path")`,
  )
  return rows.map(({ row }) => row)
}

async function waitingEntries(): Promise<string[]> {
  const { rows } = await pool.query<{ row: string }>(
    `SELECT format('source %s entry %s', x."sourceId", x."key") AS "row" FROM "SourceEntry" x
     JOIN "Source" s ON s."id" = x."sourceId" AND s."removedAt" IS NULL AND s."errorCode" IS NULL
     WHERE x."state" = 'waiting' AND x."vanishedAt" IS NULL
       AND coalesce(x."retryAt", x."firstSeenAt") < now() - interval '10 minutes'`,
  )
  return rows.map(({ row }) => row)
}
