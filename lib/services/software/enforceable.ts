import { toHex } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { type RevokedKey, readDocument, verifyLayout } from '#lib/in-toto/index.ts'
import { verifyNodeSignature } from '../verdicts/verify-node-signature.ts'
import { readStoredKeys, type StoredKey } from './owner-key.ts'

export interface InForce {
  readonly expires: Date
  readonly envelopeId: bigint
  /** since when: then every signature on it was checked */
  readonly since: Date
}
export interface Owner {
  readonly fingerprint: Uint8Array
  readonly name: string
  readonly key: Pick<StoredKey, 'pem' | 'json'>
}

/** Answers are kept by content: envelope, owner keys and revocations never change under their names. */
const known = new Map<string, string | null>()
const MOST = 2_000

/** Why a software has no layout that could allow anything; null where it has. Owner keys may change after the fact. */
export async function whyNotEnforceable(
  inForce: InForce | null,
  owners: readonly Owner[],
  revokedKeys: readonly RevokedKey[],
  now: Date,
): Promise<string | null> {
  if (inForce === null) return 'No layout is in force'
  if (owners.length === 0) return 'It has no layout-owner keys'
  if (!(now < inForce.expires)) return `Its layout expired on ${inForce.expires.toISOString().slice(0, 10)}`
  return whyNotSigned(inForce, owners, revokedKeys, now)
}

async function whyNotSigned(
  { envelopeId, since }: InForce,
  owners: readonly Owner[],
  revokedKeys: readonly RevokedKey[],
  now: Date,
): Promise<string | null> {
  const fingerprints = owners.map(({ fingerprint }) => toHex(fingerprint)).sort()
  const revoked = revokedKeys.filter(({ keys }) => keys.some((key) => fingerprints.includes(key)))
  const marks = revoked.map(({ keys, at }) => `${keys.join(' ')} ${at}`).sort()
  const name = [envelopeId, since.getTime(), ...fingerprints, ...marks].join(' ')
  const before = known.get(name)
  if (before !== undefined) return before
  const content = await db.envelopeContent.findUnique({ where: { envelopeId } })
  const { keys, unusable } = readStoredKeys(owners.map(({ name: owner, key }) => ({ name: owner, ...key })))
  const report = verifyLayout({
    layout: readDocument('layout', content?.bytes ?? new Uint8Array()),
    layoutKeys: keys,
    links: { steps: new Map(), namespaces: new Map() },
    at: now.getTime(),
    profile: 'strict',
    revokedKeys: revoked,
    layoutProofs: [{ kind: 'witnessed', at: since.getTime(), by: 'Waybill', signature: null }],
    verifySignature: verifyNodeSignature,
  })
  const signed = keys.every(({ fingerprint }) =>
    report.layout.signatures.some((line) => line.fingerprint === fingerprint && line.outcome === 'valid'),
  )
  const answer =
    keys.length > 0 && unusable.length === 0 && signed
      ? null
      : report.reasons.some(({ code }) => code.startsWith('KEY_REVOKED'))
        ? 'An owner key that signed its layout is revoked'
        : 'Its layout is not signed by every owner key'
  if (known.size >= MOST) known.clear()
  known.set(name, answer)
  return answer
}
