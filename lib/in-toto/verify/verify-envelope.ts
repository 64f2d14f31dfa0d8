import type { Key } from '#lib/crypto/index.ts'
import type { Signed } from '../envelope.ts'
import type { SignatureVerifier } from './input.ts'
import { keyidsOnDemand } from './keyids.ts'
import { SignatureBook } from './signatures.ts'
import { groupSigners, identityOf } from './signers.ts'

/** Who of the given keys validly signed an envelope; one entry for each identity, in the order of the keys. */
export interface EnvelopeSigners {
  readonly signers: readonly { readonly key: Key; readonly keyid: string }[]
  /** at least `threshold` identities signed */
  readonly enough: boolean
}

/**
 * Checks an envelope against trusted keys: one signature of one identity counts once, under whatever keyids.
 * @param at time for the expiry of gpg keys, in milliseconds
 * @throws RangeError where the threshold is no whole number from 1 to the number of identities: never satisfied, and
 * a mistake of the caller
 */
export function verifyEnvelope(
  envelope: Signed,
  keys: readonly Key[],
  threshold: number,
  at: number,
  verifySignature: SignatureVerifier,
): EnvelopeSigners {
  const groups = groupSigners(keys)
  const identities = new Set(keys.map((key) => identityOf(key, groups)))
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > identities.size) {
    throw new RangeError(`A threshold is a whole number from 1 to the number of keys (${identities.size}).`)
  }
  const book = new SignatureBook(verifySignature, at)
  const signers = new Map<string, { key: Key; keyid: string }>()
  for (const key of keys) {
    const found = book.find(envelope, key, keyidsOnDemand(key))
    const identity = identityOf(key, groups)
    if (found.outcome === 'valid' && !signers.has(identity)) {
      signers.set(identity, { key, keyid: found.signature.keyid || key.keyid })
    }
  }
  return { signers: [...signers.values()], enough: signers.size >= threshold }
}
