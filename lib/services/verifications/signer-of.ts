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
 * Checks the signatures against the keys that are declared for the verifier who is named, then against all others that
 * are known. @param at time for the expiry of keys, in milliseconds
 */
export function signerOf(envelope: Envelope, verifier: string | null, trust: VerifierTrust, at: number): Signer {
  if (envelope.signatures.length === 0) return { signer: 'unsigned' }
  for (const { id, verifierId, keys } of trust.declared) {
    const signed = verifierId === verifier ? signedBy(envelope, keys, at) : null
    if (signed !== null) return { signer: 'declared', verifierRef: id, fingerprint: signed.fingerprint }
  }
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
