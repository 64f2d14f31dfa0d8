import { FormatError } from '#lib/crypto/index.ts'
import { inTransaction, type Tx } from '#lib/db/client.ts'
import { type Envelope, parseEnvelope } from '#lib/in-toto/index.ts'
import type { JobPayload } from '#lib/jobs/definitions.ts'
import { storeVerifications } from './store.ts'

type Asked = JobPayload<'check-verifications'>['of']

const batch = 200
const types = [
  'https://slsa.dev/verification_summary/',
  'https://in-toto.io/attestation/svr/',
  'https://witness.testifysec.com/attestation-collection/',
]

/**
 * Checks verifications made elsewhere again: all of a verifier after its keys changed, those under keyids that became
 * known, or everything that may hold one. Batches by themselves; doing it twice changes nothing.
 */
export async function checkVerifications({ of }: JobPayload<'check-verifications'>): Promise<void> {
  let after = 0n
  for (;;) {
    const last = await inTransaction(async (tx) => {
      const rows = await next(tx, of, after)
      const read = rows.flatMap(({ id, bytes, at }) => {
        const envelope = readable(bytes)
        return envelope === null ? [] : [{ id, envelope, at }]
      })
      await storeVerifications(tx, read)
      return rows.at(-1)?.id ?? null
    })
    if (last === null) return
    after = last
  }
}

type Found = { id: bigint; bytes: Uint8Array; at: Date }

/** One large document at a time stays in memory: a batch ends with its bytes, too. */
async function next(tx: Tx, of: Asked, after: bigint): Promise<Found[]> {
  const ids = await idsOf(tx, of, after)
  return tx.$queryRaw<Found[]>`
    SELECT c."envelopeId" AS "id", c."bytes", e."firstSeenAt" AS "at"
    FROM (SELECT e.*, sum(e."size") OVER (ORDER BY e."id") - e."size" AS "before"
          FROM "Envelope" e WHERE e."id" = ANY(${ids}::bigint[])) e
    JOIN "EnvelopeContent" c ON c."envelopeId" = e."id"
    WHERE e."before" < ${16 * 1024 * 1024} ORDER BY 1`
}

async function idsOf(tx: Tx, of: Asked, after: bigint): Promise<bigint[]> {
  const rows =
    'verifier' in of
      ? await tx.$queryRaw<{ id: bigint }[]>`
          SELECT DISTINCT "envelopeId" AS "id" FROM "Verification"
          WHERE "verifier" = ${of.verifier} AND "envelopeId" > ${after} ORDER BY 1 LIMIT ${batch}`
      : 'keyids' in of
        ? await tx.$queryRaw<{ id: bigint }[]>`
            SELECT DISTINCT v."envelopeId" AS "id" FROM "Verification" v
            JOIN "EnvelopeSignature" s ON s."envelopeId" = v."envelopeId"
            WHERE s."keyid" = ANY(${of.keyids}::text[]) AND v."envelopeId" > ${after} ORDER BY 1 LIMIT ${batch}`
        : await tx.$queryRaw<{ id: bigint }[]>`
            SELECT "id" FROM "Envelope" WHERE "kind" = 'statement' AND "id" > ${after}
              AND "predicateType" LIKE ANY(${types.map((type) => `${type}%`)}::text[]) ORDER BY 1 LIMIT ${batch}`
  return rows.map(({ id }) => id)
}

/** Stored as read; a newer reader may be stricter, then it says nothing. */
function readable(bytes: Uint8Array): Envelope | null {
  try {
    return parseEnvelope(bytes)
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}
