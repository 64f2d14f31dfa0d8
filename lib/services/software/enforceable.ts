import { toHex } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { readDocument, verifyLayout } from '#lib/in-toto/index.ts'
import { verifyNodeSignature } from '../verdicts/verify-node-signature.ts'
import { readStoredKeys, type StoredKey } from './owner-key.ts'

export interface InForce {
  readonly expires: Date
  readonly envelopeId: bigint
}
export interface Owner {
  readonly fingerprint: Uint8Array
  readonly name: string
  readonly key: Pick<StoredKey, 'pem' | 'json'>
}

/** Answers are kept by content: envelope and owner keys never change under their names. */
const known = new Map<string, boolean>()
const MOST = 2_000

/** Why a software has no layout that could allow anything; null where it has. Owner keys may change after the fact. */
export async function whyNotEnforceable(
  inForce: InForce | null,
  owners: readonly Owner[],
  now: Date,
): Promise<string | null> {
  if (inForce === null) return 'No layout is in force'
  if (owners.length === 0) return 'It has no layout-owner keys'
  if (!(now < inForce.expires)) return `Its layout expired on ${inForce.expires.toISOString().slice(0, 10)}`
  return (await allSigned(inForce.envelopeId, owners, now)) ? null : 'Its layout is not signed by every owner key'
}

async function allSigned(envelopeId: bigint, owners: readonly Owner[], now: Date): Promise<boolean> {
  const name = [envelopeId, ...owners.map(({ fingerprint }) => toHex(fingerprint)).sort()].join(' ')
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
    verifySignature: verifyNodeSignature,
  })
  const signed = keys.every(({ fingerprint }) =>
    report.layout.signatures.some((line) => line.fingerprint === fingerprint && line.outcome === 'valid'),
  )
  const answer = keys.length > 0 && unusable.length === 0 && signed
  if (known.size >= MOST) known.clear()
  known.set(name, answer)
  return answer
}
