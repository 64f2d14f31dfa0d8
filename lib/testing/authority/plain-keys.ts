import { type Key, utf8 } from '#lib/crypto/index.ts'
import type { EnvelopeSignature, Signed } from '#lib/in-toto/envelope.ts'
import type { SignatureVerifier } from '#lib/in-toto/verify/input.ts'

// Keys without arithmetic, for tests of who counts as whom: a signature is the fingerprint of the key that made it.

export function plainKey(keyid: string, more: Partial<Key> = {}): Key {
  const fingerprint = more.fingerprint ?? `material of ${keyid}`
  return {
    keyid,
    keytype: 'ed25519',
    scheme: 'ed25519',
    curve: null,
    bits: null,
    spki: null,
    pem: null,
    object: new Map(),
    subkeys: new Map(),
    expiresAt: null,
    ...more,
    fingerprint,
  }
}

/** A gpg key with its subkeys. */
export function gpgKey(keyid: string, subkeys: readonly Key[] = [], more: Partial<Key> = {}): Key {
  return plainKey(keyid, { keytype: 'gpg', subkeys: new Map(subkeys.map((one) => [one.keyid, one])), ...more })
}

export function plainSignature(
  keyid: string,
  by: Key | null,
  more: Partial<EnvelopeSignature> = {},
): EnvelopeSignature {
  const bytes = by === null ? utf8('nobody') : utf8(by.fingerprint)
  const otherHeaders = by?.keytype === 'gpg' ? '04' : null
  return { keyid, sig: 'sig', bytes, certificate: null, otherHeaders, ...more }
}

export function plainEnvelope(form: Signed['form'], ...signatures: readonly EnvelopeSignature[]): Signed {
  return { form, signatures, signedBytes: utf8('signed') }
}

/** Says yes where the signature is the key's fingerprint; `asked` notes every question. */
export function plainVerifier(asked: string[] = []): SignatureVerifier {
  return (key, message, signature, headers) => {
    asked.push(`${key.keyid} ${new TextDecoder().decode(message)} ${headers}`)
    const valid = new TextDecoder().decode(signature) === key.fingerprint
    return valid ? { valid } : { valid, why: 'another key made it' }
  }
}
