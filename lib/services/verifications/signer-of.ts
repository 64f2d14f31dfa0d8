import type { Key } from '#lib/crypto/index.ts'
import { type Envelope, verifyEnvelope } from '#lib/in-toto/index.ts'
import { verifyNodeSignature } from '../verdicts/verify-node-signature.ts'
import type { VerifierTrust } from './trust.ts'

/** Whose signature is on a verification; `declared` alone means that who is named in it said it. */
export type Signer =
  | { readonly signer: 'declared'; readonly verifierRef: string; readonly fingerprint: string }
  /** validly signed, by a key that nobody declared for the verifier it names */
  | { readonly signer: 'other-key'; readonly fingerprint: string }
  /** a known key is named, and did not sign these bytes */
  | { readonly signer: 'not-valid'; readonly fingerprint: string }
  | { readonly signer: 'unknown-key' | 'unsigned' }

/**
 * Checks the signatures on a document against the keys that are declared for the verifiers who are named in it, and
 * against all others that are known; answers for each verifier. @param at time for the expiry of keys, in milliseconds
 */
export function signersOf(
  envelope: Envelope,
  verifiers: readonly (string | null)[],
  trust: VerifierTrust,
  at: number,
): Map<string | null, Signer> {
  // each key is tried once, however many verifications the document holds
  const otherwise = otherSigner(envelope, trust, at)
  const signers = new Map<string | null, Signer>(verifiers.map((verifier) => [verifier, otherwise]))
  for (const { id, verifierId, keys } of trust.declared.toReversed()) {
    const signed = signers.has(verifierId) ? signedBy(envelope, keys, at) : null
    if (signed !== null)
      signers.set(verifierId, { signer: 'declared', verifierRef: id, fingerprint: signed.fingerprint })
  }
  return signers
}

function otherSigner(envelope: Envelope, trust: VerifierTrust, at: number): Signer {
  if (envelope.signatures.length === 0) return { signer: 'unsigned' }
  const named = [...new Set(envelope.signatures.flatMap(({ keyid }) => trust.known.get(keyid) ?? []))]
  const signed = signedBy(envelope, named, at)
  if (signed !== null) return { signer: 'other-key', fingerprint: signed.fingerprint }
  const [first] = named
  return first === undefined ? { signer: 'unknown-key' } : { signer: 'not-valid', fingerprint: first.fingerprint }
}

function signedBy(envelope: Envelope, keys: readonly Key[], at: number): Key | null {
  if (keys.length === 0) return null
  return verifyEnvelope(envelope, keys, 1, at, verifyNodeSignature).signers[0]?.key ?? null
}
