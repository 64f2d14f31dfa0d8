import { randomUUID } from 'node:crypto'

/** Archivista's rows, joined. Ids are random, and the order of a list is theirs. */
export interface DsseRow {
  readonly id: string
  readonly gitoidSha256: string
  readonly payloadType: string
  /** with microseconds, as PostgreSQL keeps it; null in rows of old versions */
  readonly createdAt: string | null
  readonly signatures: readonly { id: string; keyID: string; signature: string; timestamps: readonly [] }[]
  readonly payloadDigests: readonly { id: string; algorithm: string; value: string }[]
  readonly statement: StatementRow
}

export interface StatementRow {
  readonly id: string
  readonly predicate: string
  readonly subjects: readonly SubjectRow[]
  readonly policy: { id: string; name: string } | null
  readonly attestationCollections: { id: string; name: string; attestations: { id: string; type: string }[] } | null
  dsse: readonly DsseRow[]
}

export interface SubjectRow {
  readonly id: string
  readonly name: string
  readonly createdAt: string | null
  readonly subjectDigests: readonly { id: string; algorithm: string; value: string }[]
}

export const newId = (): string => randomUUID()

/** Microseconds since 1970 of an RFC 3339 text of any precision; null where it is none. */
export function micros(text: string): bigint | null {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text)
  if (parts === null) return null
  const seconds = Date.parse(`${parts[1]}T${parts[2]}${parts[4]}`)
  if (Number.isNaN(seconds)) return null
  return BigInt(seconds) * 1000n + BigInt((parts[3] ?? '').padEnd(6, '0').slice(0, 6))
}
