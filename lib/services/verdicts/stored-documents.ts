import { sha256Hex } from '#lib/crypto/node/index.ts'
import { pool } from '#lib/db/client.ts'
import { ArtifactTables, type Document, readDocument, type TimeProof, timestampProofs } from '#lib/in-toto/index.ts'
import type { Sighting, StoredDocument } from '#lib/in-toto/select/input.ts'
import type { JudgingContext } from './context.ts'

/** Times at which one document was received that are looked at. */
const RECEIPTS = 20
/** Bytes of parsed documents that are kept while one job runs. */
const CACHE_BYTES = 64 * 1024 * 1024

/** Documents parsed once for all builds of a job; links of one chain share what they list. */
export class DocumentCache {
  private readonly known = new Map<string, { document: Document; size: number }>()
  private readonly tables = new ArtifactTables()
  private bytes = 0

  read(source: string, content: Uint8Array, digest: string): Document {
    const found = this.known.get(digest)
    if (found !== undefined) return { ...found.document, source }
    const document = readDocument(source, content, digest, this.tables)
    if (this.bytes + content.length > CACHE_BYTES) {
      this.known.clear()
      this.bytes = 0
    }
    this.known.set(digest, { document, size: content.length })
    this.bytes += content.length
    return document
  }
}

export interface Row {
  sha256: Buffer
  signed: Buffer | null
  id: string
  deliveryId: string | null
  path: string
  seenAt: Date
  by: string
}

/** The envelopes, those around the same signed bytes, and everyone who brought any of them. */
export async function documentRows(ids: readonly string[]): Promise<Row[]> {
  if (ids.length === 0) return []
  const { rows } = await pool.query<Row>(
    `WITH given AS (SELECT "id", "signedSha256" FROM "Envelope" WHERE "id" = ANY($1::bigint[])),
          alike AS (SELECT "id" FROM given UNION
                    SELECT e."id" FROM given g JOIN "Envelope" e ON e."signedSha256" = g."signedSha256")
     SELECT e."id"::text AS "id", e."sha256", e."signedSha256" AS "signed", s."path", s."seenAt",
            CASE WHEN d."kind" = 'loose' THEN NULL ELSE s."deliveryId"::text END AS "deliveryId",
            coalesce(i."actorName", s."actor") AS "by"
     FROM alike a JOIN "Envelope" e ON e."id" = a."id" JOIN "Sighting" s ON s."envelopeId" = e."id"
     LEFT JOIN "Delivery" d ON d."id" = s."deliveryId" LEFT JOIN "Import" i ON i."id" = s."importId"
     ORDER BY e."sha256", s."seenAt", s."id"`,
    [ids],
  )
  return rows
}

export async function documentsOf(
  { stamping }: JudgingContext,
  rows: readonly Row[],
  deliveryId: string | null,
  at: number,
  cache: DocumentCache,
): Promise<StoredDocument[]> {
  const byEnvelope = Map.groupBy(rows, ({ id }) => id)
  const contents = await contentsOf([...byEnvelope.keys()])
  return [...byEnvelope].flatMap(([id, seen]) => {
    const [first] = seen
    if (first === undefined) return []
    const bytes = contents.get(id) ?? new Uint8Array()
    const own = seen.find((row) => row.deliveryId !== null && row.deliveryId === deliveryId) ?? first
    const digest = first.sha256.toString('hex')
    // stored bytes that are not what they were are no evidence
    const document = sha256Hex(bytes) === digest ? cache.read(own.path, bytes, digest) : damaged(own.path, digest)
    const sightings = seen.map(
      (row): Sighting => ({ deliveryId: row.deliveryId, at: row.seenAt.getTime(), path: row.path, by: row.by }),
    )
    const stamps =
      stamping.roots.length > 0 && 'envelope' in document ? timestampProofs(document.envelope, stamping, at) : []
    const proofs = [...stamps, ...receipts(seen)]
    return [{ document, signedSha256: first.signed?.toString('hex') ?? null, sightings, proofs }]
  })
}

/** When this server received these very bytes, by its own clock: then their signatures existed. */
function receipts(seen: readonly Row[]): TimeProof[] {
  const times = [...new Set(seen.map(({ seenAt }) => seenAt.getTime()))].sort((a, b) => a - b)
  return times.slice(0, RECEIPTS).map((at) => ({ kind: 'witnessed', at, by: 'Waybill', signature: null }))
}

function damaged(source: string, sha256: string): Document {
  const message = 'The stored bytes no longer have the digest under which they were received.'
  return { source, sha256, problem: { code: 'MALFORMED', message, place: '' }, open: null }
}

async function contentsOf(ids: readonly string[]): Promise<Map<string, Uint8Array>> {
  const { rows } = await pool.query<{ id: string; bytes: Buffer }>(
    'SELECT "envelopeId"::text AS "id", "bytes" FROM "EnvelopeContent" WHERE "envelopeId" = ANY($1::bigint[])',
    [ids],
  )
  return new Map(rows.map(({ id, bytes }) => [id, bytes]))
}
