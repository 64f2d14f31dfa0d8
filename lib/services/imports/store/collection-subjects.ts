import type { Sql } from '#lib/db/sql.ts'
import type { Envelope } from '#lib/in-toto/index.ts'
import { bytesOf } from './envelopes.ts'

export const collectionType = 'https://witness.testifysec.com/attestation-collection/v0.1'

/** Notes every digest of a Witness collection's subjects, of whatever algorithm, for Witness's own search. */
export async function storeCollectionSubjects(
  sql: Sql,
  read: readonly { id: bigint; envelope: Envelope }[],
): Promise<void> {
  const rows = read.flatMap(({ id, envelope }) => [...digestsOf(envelope)].map((digest) => ({ id, digest })))
  if (rows.length === 0) return
  await sql.$executeRaw`
    INSERT INTO "CollectionSubject" ("digest", "envelopeId")
    SELECT * FROM unnest(${rows.map(({ digest }) => bytesOf(digest))}::bytea[], ${rows.map(({ id }) => id)}::bigint[])
    ON CONFLICT DO NOTHING`
}

function digestsOf(envelope: Envelope): Set<string> {
  if (envelope.kind !== 'statement' || envelope.document.predicateType !== collectionType) return new Set()
  return new Set(envelope.document.subjects.flatMap(({ digests }) => Object.values(digests).filter(isDigest)))
}

export function isDigest(text: string): boolean {
  return /^(?:[0-9a-f]{2}){16,64}$/.test(text)
}
