import { sha256Hex } from '#lib/crypto/node/index.ts'
import type { Sql } from '#lib/db/sql.ts'
import type { Envelope, SignedWitnessPolicy } from '#lib/in-toto/index.ts'
import type { Reason } from '../finding.ts'
import { gitoidOf } from './gitoid.ts'
import { signaturesOf } from './signatures.ts'
import { storedText, storedTextOrNull } from './stored-text.ts'

/** Raised when a newer reader understands more: what is quarantined is then read again. */
export const PARSER_VERSION = 3

/** A document to be stored, by its bytes. */
export interface NewEnvelope {
  readonly sha256: string
  readonly bytes: Uint8Array
  /** when it came */
  readonly at: Date
  /** in-toto metadata; null: a policy, or quarantined */
  readonly envelope: Envelope | null
  readonly policy: SignedWitnessPolicy | null
  readonly reason: Reason | null
}

export interface StoredEnvelope {
  readonly id: bigint
  /** false: these bytes were there already */
  readonly isNew: boolean
  /** its edges have yet to be written */
  readonly unread: boolean
  /** quarantined before, and read now: its signatures have yet to be written too */
  readonly promoted: boolean
}

type Row = { id: bigint; sha256: Uint8Array; status: string; inserted: boolean }

/** Stores each content once with its signatures, whoever else is at it; answers by sha256. */
export async function storeEnvelopes(
  sql: Sql,
  documents: ReadonlyMap<string, NewEnvelope>,
  options: { demo: boolean },
): Promise<Map<string, StoredEnvelope>> {
  // sorted: two transactions that insert the same keys in different orders would wait for each other
  const wanted = [...documents.values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1))
  const rows = new Map<string, Row>()
  for (const row of await insert(sql, wanted, options)) rows.set(hex(row.sha256), row)
  const known = wanted.filter(({ sha256 }) => !rows.has(sha256))
  for (const [sha256, row] of await find(sql, known)) rows.set(sha256, row)
  const promoted = await promote(sql, wanted, rows)
  if (!options.demo) await notOnlyDemo(sql, [...rows.values()])
  return new Map(
    Array.from(rows, ([sha256, { id, inserted }]) => [
      sha256,
      { id, isNew: inserted, unread: inserted || promoted.has(sha256), promoted: promoted.has(sha256) },
    ]),
  )
}

async function find(sql: Sql, wanted: readonly NewEnvelope[]): Promise<Map<string, Row>> {
  if (wanted.length === 0) return new Map()
  const digests = wanted.map(({ sha256 }) => bytesOf(sha256))
  const rows = await sql.$queryRaw<Row[]>`
    SELECT "id", "sha256", "status", false AS "inserted" FROM "Envelope" WHERE "sha256" = ANY(${digests}::bytea[])`
  return new Map(rows.map((row) => [hex(row.sha256), row]))
}

async function insert(sql: Sql, documents: readonly NewEnvelope[], options: { demo: boolean }): Promise<Row[]> {
  if (documents.length === 0) return []
  const facts = documents.map(factsOf)
  const digests = documents.map(({ sha256 }) => bytesOf(sha256))
  const signatures = documents.flatMap(({ sha256, envelope, policy }) => {
    const signed = envelope ?? policy
    return signed === null ? [] : signaturesOf(signed).map((one) => ({ ...one, digest: bytesOf(sha256) }))
  })
  return sql.$queryRaw<Row[]>`
    WITH fresh AS (
      INSERT INTO "Envelope" ("sha256", "size", "form", "kind", "predicateType", "name", "signedSha256", "status",
                              "code", "message", "place", "gitoid", "firstSeenAt", "parserVersion", "demo")
      SELECT t.*, ${PARSER_VERSION}::int, ${options.demo}::boolean
      FROM unnest(${digests}::bytea[], ${documents.map(({ bytes }) => bytes.length)}::int[],
                  ${facts.map((f) => f.form)}::text[], ${facts.map((f) => f.kind)}::text[],
                  ${facts.map((f) => f.predicateType)}::text[], ${facts.map((f) => f.name)}::text[],
                  ${facts.map((f) => f.signedSha256)}::bytea[], ${facts.map((f) => f.status)}::text[],
                  ${facts.map((f) => f.code)}::text[], ${facts.map((f) => f.message)}::text[],
                  ${facts.map((f) => f.place)}::text[],
                  ${documents.map(({ bytes }) => bytesOf(gitoidOf(bytes)))}::bytea[],
                  ${documents.map(({ at }) => at)}::timestamptz[]) AS t
      ON CONFLICT ("sha256") DO NOTHING
      RETURNING "id", "sha256", "status"),
    contents AS (
      INSERT INTO "EnvelopeContent" ("envelopeId", "bytes")
      SELECT f."id", t.b FROM unnest(${digests}::bytea[], ${documents.map(({ bytes }) => bytes)}::bytea[]) AS t(s, b)
      JOIN fresh f ON f."sha256" = t.s),
    signatures AS (
      INSERT INTO "EnvelopeSignature" ("envelopeId", "index", "keyid", "certificate")
      SELECT f."id", t.i, t.keyid, t.certificate
      FROM unnest(${signatures.map((s) => s.digest)}::bytea[], ${signatures.map((s) => s.index)}::int[],
                  ${signatures.map((s) => s.keyid)}::text[], ${signatures.map((s) => s.certificate)}::boolean[])
           AS t(s, i, keyid, certificate)
      JOIN fresh f ON f."sha256" = t.s)
    SELECT "id", "sha256", "status", true AS "inserted" FROM fresh`
}

/** What an earlier reader quarantined and this one reads: the row stays, its facts are filled in. */
async function promote(
  sql: Sql,
  documents: readonly NewEnvelope[],
  rows: ReadonlyMap<string, Row>,
): Promise<Set<string>> {
  const promoted = new Set<string>()
  for (const document of documents) {
    const row = rows.get(document.sha256)
    if (row === undefined || row.inserted || row.status !== 'quarantined' || !isRead(document)) continue
    const f = factsOf(document)
    await sql.$executeRaw`
      UPDATE "Envelope" SET "form" = ${f.form}, "kind" = ${f.kind}, "predicateType" = ${f.predicateType},
        "name" = ${f.name}, "signedSha256" = ${f.signedSha256}, "status" = ${f.status}, "code" = ${f.code},
        "message" = ${f.message}, "place" = ${f.place}, "parserVersion" = ${PARSER_VERSION}
      WHERE "id" = ${row.id} AND "status" = 'quarantined'`
    promoted.add(document.sha256)
  }
  return promoted
}

const isRead = ({ envelope, policy }: NewEnvelope): boolean => envelope !== null || policy !== null

async function notOnlyDemo(sql: Sql, rows: readonly Row[]): Promise<void> {
  const known = rows.filter(({ inserted }) => !inserted).map(({ id }) => id)
  if (known.length === 0) return
  await sql.$executeRaw`UPDATE "Envelope" SET "demo" = false WHERE "demo" AND "id" = ANY(${known}::bigint[])`
}

function factsOf({ envelope, policy, reason }: NewEnvelope) {
  const why = {
    code: reason?.code ?? null,
    message: storedTextOrNull(reason?.message ?? null, 4_000),
    place: storedTextOrNull(reason?.place ?? null),
  }
  const none = { form: 'unknown', kind: 'unknown', predicateType: null, name: null, signedSha256: null }
  if (policy !== null) {
    const signedSha256 = bytesOf(sha256Hex(policy.signedBytes))
    return { ...none, ...why, form: policy.form, kind: 'policy', signedSha256, status: 'parsed' }
  }
  if (envelope === null) return { ...none, ...why, status: 'quarantined' }
  return {
    form: envelope.form,
    kind: envelope.kind,
    predicateType: envelope.kind === 'statement' ? storedText(envelope.document.predicateType) : null,
    name: storedTextOrNull(stepName(envelope)),
    signedSha256: bytesOf(sha256Hex(envelope.signedBytes)),
    status: 'parsed',
    ...why,
  }
}

/** The step that a link or a statement speaks of; untrusted like all of it. */
export function stepName(envelope: Envelope): string | null {
  if (envelope.kind === 'link') return envelope.document.name
  return envelope.kind === 'statement' ? envelope.document.step : null
}

export function bytesOf(digest: string): Uint8Array<ArrayBuffer> {
  return Buffer.from(digest, 'hex')
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
