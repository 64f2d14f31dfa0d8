import { sha256Hex } from '#lib/crypto/node/index.ts'
import type { Tx } from '#lib/db/client.ts'
import type { Envelope } from '#lib/in-toto/index.ts'
import { bytesOf } from '../imports/store/envelopes.ts'
import { storedTextOrNull } from '../imports/store/stored-text.ts'
import { lockVerifiers } from './lock.ts'
import { readVerifications, type StatedVerification } from './read.ts'
import { type Signer, signersOf } from './signer-of.ts'
import { loadTrust } from './trust.ts'

export interface ReadEnvelope {
  readonly id: bigint
  readonly envelope: Envelope
  /** when it was first received */
  readonly at: Date
}

interface Row extends StatedVerification {
  readonly id: bigint
  readonly at: Date
  readonly signedSha256: Uint8Array<ArrayBuffer>
  readonly signed: Signer
}

/** Subjects of one statement to the database: a verification of a large collection may have thousands. */
const chunk = 10_000

/**
 * Keeps what documents say that others decided, with whose signature it is. What is there already is checked anew and
 * takes over the answer. Verifiers are not declared or removed meanwhile, so none is missed.
 */
export async function storeVerifications(tx: Tx, read: readonly ReadEnvelope[]): Promise<void> {
  const found = read.flatMap((one) => {
    const verifications = readVerifications(one.envelope)
    return verifications.stated.length === 0 ? [] : [{ ...one, ...verifications }]
  })
  if (found.length === 0) return
  await lockVerifiers(tx, 'read')
  const names = new Set(found.flatMap(({ stated }) => stated.flatMap(({ verifier }) => verifier ?? [])))
  const keyids = found.flatMap(({ envelope }) => envelope.signatures.map(({ keyid }) => keyid))
  const trust = await loadTrust(tx, names, keyids)
  const rows = found.flatMap(({ id, at, envelope, stated }) => {
    const signedSha256 = bytesOf(sha256Hex(envelope.signedBytes))
    const named = stated.map(({ verifier }) => verifier)
    const signers = signersOf(envelope, named, trust, at.getTime())
    return stated.map((one) => {
      return { ...one, id, at, signedSha256, signed: signers.get(one.verifier) ?? { signer: 'unsigned' as const } }
    })
  })
  await insertRows(tx, rows)
  for (const { id, subjects } of found)
    for (let from = 0; from < subjects.length; from += chunk) {
      const part = subjects.slice(from, from + chunk)
      await tx.$executeRaw`
        INSERT INTO "VerificationSubject" ("envelopeId", "algo", "digest", "name")
        SELECT ${id}::bigint, t.* FROM unnest(${part.map((s) => s.algo)}::text[],
          ${part.map((s) => bytesOf(s.digest))}::bytea[], ${part.map((s) => s.name)}::text[]) AS t(a, d, n)
        ON CONFLICT DO NOTHING`
    }
}

async function insertRows(tx: Tx, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    const { signed } = row
    const fingerprint = 'fingerprint' in signed ? bytesOf(signed.fingerprint) : null
    const who = {
      signer: signed.signer,
      verifierRef: signed.signer === 'declared' ? signed.verifierRef : null,
      fingerprint,
    }
    const { id: envelopeId, index, kind, policyUri, policyDigest, resource, scope, statedAt, result } = row
    const where = { envelopeId_index: { envelopeId, index } }
    const stated = { kind, policyUri, policyDigest, resource, scope, statedAt, result, signedSha256: row.signedSha256 }
    const lists = { levels: [...row.levels], gaps: [...row.gaps] }
    const data = { ...stated, ...lists, ...who, verifier: storedTextOrNull(row.verifier), receivedAt: row.at }
    await tx.verification.upsert({ where, create: { envelopeId, index, ...data }, update: data })
  }
}
