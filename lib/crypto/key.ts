import type { JsonObject } from './json-value.ts'

export type KeyType = 'rsa' | 'ed25519' | 'ecdsa' | 'gpg'
export type Curve = 'P-256' | 'P-384' | 'P-521'

/** A public key that was checked when it was read: known type, agreeing scheme, sufficient strength. */
export interface Key {
  /** as written in the metadata, an opaque label; computed (legacy flavour) where the file has none */
  readonly keyid: string
  readonly keytype: KeyType
  /** e.g. rsassa-pss-sha256, ed25519, ecdsa-sha2-nistp256; for gpg its method, e.g. pgp+eddsa-ed25519 */
  readonly scheme: string
  readonly curve: Curve | null
  /** size of an RSA modulus or DSA prime */
  readonly bits: number | null
  /** SubjectPublicKeyInfo, DER */
  readonly spki: Uint8Array | null
  /** the same as PEM without a last line break */
  readonly pem: string | null
  /** sha256 of `spki`, lower-case hex: what makes two key objects the same key */
  readonly fingerprint: string
  /** as in the metadata; for PEM files the legacy key object */
  readonly object: JsonObject
  /** gpg: subkeys by keyid */
  readonly subkeys: ReadonlyMap<string, Key>
  /** gpg: seconds since 1970 from which the key is expired, null if it never is */
  readonly expiresAt: number | null
}
