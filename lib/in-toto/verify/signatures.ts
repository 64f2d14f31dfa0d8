import { isExpiredKey, type Key } from '#lib/crypto/index.ts'
import type { EnvelopeSignature, Signed } from '../envelope.ts'
import type { SignatureVerifier } from './input.ts'

/** What one key has to do with one signature. */
export type CheckedSignature =
  | { readonly outcome: 'valid'; readonly signature: EnvelopeSignature; readonly key: Key }
  | { readonly outcome: 'invalid' | 'expired'; readonly signature: EnvelopeSignature; readonly why: string }

/** What one key has to do with the signatures of a document. */
export type SignatureOutcome = CheckedSignature | { readonly outcome: 'missing' }

/** Checks signatures, each (signature, key) once. */
export class SignatureBook {
  private readonly known = new Map<EnvelopeSignature, Map<string, CheckedSignature>>()
  private readonly verify: SignatureVerifier
  private readonly at: number

  constructor(verify: SignatureVerifier, at: number) {
    this.verify = verify
    this.at = at
  }

  /**
   * Finds the key's signature on a document by keyid (specification 4.2; the keyid is a label, the signature is the
   * proof). Metablock: only the first signature under one of the key's ids is tried, as in every verifier. DSSE: any.
   * A gpg key answers for its subkeys.
   */
  find(envelope: Signed, key: Key, keyids: { includes(keyid: string): boolean }): SignatureOutcome {
    let last: SignatureOutcome = { outcome: 'missing' }
    for (const signature of envelope.signatures) {
      const anonymous = envelope.form === 'dsse' && signature.keyid === ''
      if (!anonymous && !keyids.includes(signature.keyid)) continue
      const found = this.check(envelope, signature, key)
      if (found.outcome === 'valid' || envelope.form === 'metablock') return found
      // an anonymous signature of somebody else says nothing about this key
      if (!anonymous) last = found
    }
    return last
  }

  /** Whether this very signature is by this key. */
  check(envelope: Signed, signature: EnvelopeSignature, key: Key): CheckedSignature {
    let answers = this.known.get(signature)
    if (answers === undefined) {
      answers = new Map()
      this.known.set(signature, answers)
    }
    const known = answers.get(key.fingerprint)
    if (known !== undefined) return known
    const answer = this.decide(envelope, signature, key)
    answers.set(key.fingerprint, answer)
    return answer
  }

  private decide(envelope: Signed, signature: EnvelopeSignature, key: Key): CheckedSignature {
    const signer = key.keyid === signature.keyid ? key : (key.subkeys.get(signature.keyid) ?? key)
    if (signature.bytes === null) {
      const why = envelope.form === 'dsse' ? 'it is not base64' : 'it is not hex'
      return { outcome: 'invalid', signature, why }
    }
    const gpg = key.keytype === 'gpg'
    if (gpg !== (signature.otherHeaders !== null)) {
      return { outcome: 'invalid', signature, why: 'key and signature are not of one kind' }
    }
    const { bytes, otherHeaders } = signature
    const check = (signed: Uint8Array) => this.verify(signer, signed, bytes, otherHeaders)
    const answer = envelope.lendSignedBytes?.(check) ?? check(envelope.signedBytes)
    if (!answer.valid) return { outcome: 'invalid', signature, why: answer.why }
    if (isExpiredKey(signer, new Date(this.at))) {
      return { outcome: 'expired', signature, why: 'the key had expired' }
    }
    return { outcome: 'valid', signature, key: signer }
  }
}
