import { createHash } from 'node:crypto'
import { gitoidOf } from '#lib/sources/archivista/gitoid.ts'
import { type DsseRow, newId, type StatementRow } from './rows.ts'

/** Archivista's own words, answered with 500. */
export class UploadRefused extends Error {}

interface Signed {
  readonly payload?: string
  readonly payloadType?: string
  readonly signatures?: readonly { readonly keyid?: string; readonly sig?: string }[] | null
}

interface SentStatement {
  readonly predicateType?: string
  readonly predicate?: { readonly name?: string; readonly attestations?: readonly { readonly type?: string }[] }
  readonly subject?: readonly { readonly name?: string; readonly digest?: Readonly<Record<string, string>> }[]
}

const COLLECTION = 'https://witness.testifysec.com/attestation-collection/v0.1'
/** 65,535 parameters of one statement, four to a row */
const MOST_ROWS = 16_383

/** The row that an upload makes. Throws UploadRefused, as the real one does, whatever the signatures are. */
export function acceptUpload(bytes: Buffer, createdAt: string, known: (gitoid: string) => boolean): DsseRow {
  const gitoid = gitoidOf(bytes)
  const { payload = '', payloadType = '', signatures } = parseGo(bytes.toString('utf8'), 'dsse.Envelope') as Signed
  const isPolicy = payloadType.includes('https://witness.testifysec.com/policy/')
  const document = Buffer.from(payload, 'base64')
  const statement = parseGo(document.toString('utf8'), 'intoto.Statement') as SentStatement
  if (known(gitoid))
    throw new UploadRefused(
      'ent: constraint failed: ERROR: duplicate key value violates unique constraint "dsses_gitoid_sha256_key" (SQLSTATE 23505)',
    )
  const row = {
    id: newId(),
    gitoidSha256: gitoid,
    payloadType,
    createdAt,
    signatures: (signatures ?? []).map(({ keyid = '', sig = '' }) => ({
      id: newId(),
      keyID: keyid,
      signature: Buffer.from(sig, 'base64').toString('base64'),
      timestamps: [] as const,
    })),
    payloadDigests: [{ id: newId(), algorithm: 'sha256', value: createHash('sha256').update(document).digest('hex') }],
    statement: isPolicy ? policyRow(gitoid, payloadType, createdAt) : statementRow(statement, createdAt),
  }
  row.statement.dsse = [row]
  return row
}

function policyRow(gitoid: string, payloadType: string, createdAt: string): StatementRow {
  return {
    id: newId(),
    predicate: payloadType,
    subjects: [{ id: newId(), name: gitoid, createdAt, subjectDigests: [] }],
    policy: { id: newId(), name: gitoid },
    attestationCollections: null,
    dsse: [],
  }
}

function statementRow({ predicateType = '', predicate, subject }: SentStatement, createdAt: string): StatementRow {
  if (predicateType === '')
    throw new UploadRefused(
      'ent: validator failed for field "Statement.predicate": value is less than the required length',
    )
  const subjects = (subject ?? []).map(({ name = '', digest = {} }) => ({
    id: newId(),
    name,
    createdAt,
    subjectDigests: Object.entries(digest).map(([algorithm, value]) => ({ id: newId(), algorithm, value })),
  }))
  refuseRows('subjects', subjects.length)
  if (subjects.some(({ name }) => name.includes('\0')))
    throw new UploadRefused(
      'insert nodes to table "subjects": ERROR: invalid byte sequence for encoding "UTF8": 0x00 (SQLSTATE 22021)',
    )
  refuseRows('subject_digests', subjects.flatMap(({ subjectDigests }) => subjectDigests).length)
  const types = predicate?.attestations ?? []
  const attestations = types.map(({ type = '' }) => ({ id: newId(), type }))
  const collection = { id: newId(), name: predicate?.name ?? '', attestations }
  return {
    id: newId(),
    predicate: predicateType,
    subjects,
    policy: null,
    attestationCollections: predicateType === COLLECTION ? collection : null,
    dsse: [],
  }
}

function refuseRows(table: string, rows: number): void {
  if (rows > MOST_ROWS)
    throw new UploadRefused(`insert nodes to table "${table}": extended protocol limited to 65535 parameters`)
}

/** As Go's encoding/json: the last of several members of one name counts. */
function parseGo(text: string, into: string): object {
  if (text.trim() === '') throw new UploadRefused('unexpected end of JSON input')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new UploadRefused(`invalid character '${text.trim().charAt(0)}' looking for beginning of value`)
  }
  if (Array.isArray(value)) throw new UploadRefused(`json: cannot unmarshal array into Go value of type ${into}`)
  if (typeof value !== 'object' || value === null)
    throw new UploadRefused(`json: cannot unmarshal ${typeof value} into Go value of type ${into}`)
  return value
}
