import type { CollectionSearch } from '#lib/contract/archivista.ts'
import { pool } from '#lib/db/client.ts'
import { parseEnvelope } from '#lib/in-toto/index.ts'
import { collectionType, isDigest } from '../imports/store/collection-subjects.ts'
import { bytesOf, hex } from '../imports/store/envelopes.ts'

/** Collections of one answer; the client asks again without those it has. */
const shown = 500

interface Row {
  sha256: Buffer
  gitoid: Buffer
  bytes: Buffer
}

/**
 * Gitoids of the Witness collections of a name that have one of the subject digests and one of the attestation types,
 * the latest first. Where a list is null, nothing is asked of it. Finding carries no trust: whoever asked verifies.
 */
export async function searchCollections(search: CollectionSearch): Promise<string[]> {
  const found: string[] = []
  for (const row of await candidates(search)) if (hasType(row, search.attestations)) found.push(hex(row.gitoid))
  return found
}

async function candidates({ collectionName, subjectDigests, excludeGitoids }: CollectionSearch): Promise<Row[]> {
  const digests = subjectDigests?.filter(isDigest).map(bytesOf) ?? null
  const excluded = (excludeGitoids ?? []).filter((text) => /^[0-9a-f]{64}$/.test(text)).map(bytesOf)
  const { rows } = await pool.query<Row>(
    `SELECT e."sha256", e."gitoid", c."bytes" FROM "Envelope" e JOIN "EnvelopeContent" c ON c."envelopeId" = e."id"
     WHERE e."kind" = 'statement' AND e."status" = 'parsed' AND e."predicateType" = $1 AND e."name" = $2
       AND e."gitoid" <> ALL($4::bytea[])
       AND ($3::bytea[] IS NULL OR e."id" IN (SELECT s."envelopeId" FROM "CollectionSubject" s WHERE s."digest" = ANY($3)))
     ORDER BY e."id" DESC LIMIT ${shown}`,
    [collectionType, collectionName, digests, excluded],
  )
  return rows
}

/** Which attestors a collection holds is read from its bytes. */
function hasType({ bytes, sha256 }: Row, wanted: readonly string[] | null): boolean {
  if (wanted === null) return true
  const predicate = parseEnvelope(bytes, hex(sha256)).value.get('predicate')
  const attestations = predicate instanceof Map ? predicate.get('attestations') : undefined
  if (!Array.isArray(attestations)) return false
  return attestations.some((one) => {
    const type = one instanceof Map ? one.get('type') : undefined
    return typeof type === 'string' && wanted.includes(type)
  })
}
