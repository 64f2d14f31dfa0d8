import {
  FormatError,
  type Key,
  keyFromSpki,
  parseJsonText,
  parseKeyObject,
  parsePublicKeyPem,
  toHex,
} from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { db, type Tx } from '#lib/db/client.ts'
import { openEnvelope } from '#lib/in-toto/index.ts'
import { type VersionWithSignatures, versionIncludes } from './version-row.ts'

/**
 * An imported version may carry signatures of keys that Waybill came to know later (an administrator named them as
 * owners). Checks the envelope it came in against the owner keys that have no signature here yet, and keeps what
 * verifies. Versions drawn here have all their signatures already.
 */
export async function recognizeSigners(row: VersionWithSignatures): Promise<VersionWithSignatures> {
  if (row.envelopeId === null || row.software === null) return row
  const signed = new Set(row.signatures.map((signature) => toHex(signature.fingerprint)))
  const missing = row.software.owners.filter((owner) => !signed.has(toHex(owner.fingerprint)))
  if (missing.length === 0) return row
  const content = await db.envelopeContent.findUnique({ where: { envelopeId: row.envelopeId } })
  const keys = await db.publicKey.findMany({
    where: { fingerprint: { in: missing.map((owner) => owner.fingerprint) } },
  })
  if (content === null) return row
  const added = await storeVerified(db, row, content.bytes, keys, row.createdAt)
  return added === 0 ? row : db.layoutVersion.findUniqueOrThrow({ where: { id: row.id }, include: versionIncludes })
}

type StoredKey = { fingerprint: Uint8Array<ArrayBuffer>; pem: string | null; json: string | null }

/**
 * Keeps the signatures of an envelope that verify with the given keys over exactly the bytes of the version.
 * Answers how many were new.
 */
export async function storeVerified(
  tx: Tx,
  version: { id: string; dssePayload: Uint8Array; createdBy: string },
  bytes: Uint8Array,
  keys: readonly StoredKey[],
  at: Date,
): Promise<number> {
  const envelope = openEnvelope(bytes)
  const found = keys.flatMap((stored) => {
    const key = keyOf(stored)
    if (key === null) return []
    const signature = envelope.signatures.find(
      (candidate) =>
        candidate.bytes !== null &&
        candidate.otherHeaders === null &&
        verifySignature(key, envelope.signedBytes, candidate.bytes).valid,
    )
    return signature === undefined ? [] : [{ stored, signature }]
  })
  let added = 0
  for (const { stored, signature } of found) {
    const sig = envelope.form === 'metablock' ? { metablockSig: signature.sig } : { dsseSig: signature.sig }
    const where = { versionId_fingerprint: { versionId: version.id, fingerprint: stored.fingerprint } }
    const before = await tx.layoutSignature.findUnique({ where })
    if (before === null) {
      await tx.layoutSignature.create({
        data: {
          versionId: version.id,
          fingerprint: stored.fingerprint,
          keyid: signature.keyid,
          at,
          by: version.createdBy,
          ...sig,
        },
      })
      added++
    } else if (envelope.form === 'metablock' ? before.metablockSig === null : before.dsseSig === null) {
      await tx.layoutSignature.update({ where, data: sig })
      added++
    }
  }
  return added
}

/** A stored public key as one that verifies; null for kinds that cannot (gpg signatures are checked when judging). */
function keyOf(stored: StoredKey): Key | null {
  try {
    if (stored.pem !== null) return parsePublicKeyPem(stored.pem)
    const key = stored.json === null ? null : parseKeyObject(parseJsonText(stored.json))
    return key?.spki ? keyFromSpki(key.spki) : null
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}
