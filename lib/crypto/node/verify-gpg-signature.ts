import { createHash } from 'node:crypto'
import { concatBytes } from '../bytes.ts'
import type { Key } from '../key.ts'
import { publicKeyOf } from './public-key.ts'
import { type SignatureAlgorithm, type SignatureAnswer, verifyWith } from './verify-signature.ts'

const algorithms: ReadonlyMap<string, { octet: number; algorithm: SignatureAlgorithm }> = new Map([
  ['pgp+rsa-pkcsv1.5', { octet: 1, algorithm: { name: 'rsa-pkcs1-sha256' } }],
  ['pgp+dsa-fips-180-2', { octet: 17, algorithm: { name: 'dsa-sha256' } }],
  ['pgp+eddsa-ed25519', { octet: 22, algorithm: { name: 'ed25519' } }],
])

/**
 * Verifies an OpenPGP v4 signature as securesystemslib stores it: the signed bytes, the hashed headers, and their
 * length (RFC 4880, 5.2.4), always with SHA-256. `key` is the master key or subkey whose keyid the signature names.
 */
export function verifyGpgSignature(
  key: Key,
  message: Uint8Array,
  signature: Uint8Array,
  otherHeaders: Uint8Array,
): SignatureAnswer {
  const kind = key.keytype === 'gpg' ? algorithms.get(key.scheme) : undefined
  if (kind === undefined) return { valid: false, why: 'the key is no gpg key' }
  const fault = headerFault(otherHeaders, kind.octet)
  if (fault !== null) return { valid: false, why: fault }
  const length = Uint8Array.of(4, 0xff, 0, 0, otherHeaders.length >> 8, otherHeaders.length & 0xff)
  const covered = concatBytes(message, otherHeaders, length)
  try {
    const publicKey = publicKeyOf(key)
    if (kind.algorithm.name === 'ed25519') {
      const digest = createHash('sha256').update(covered).digest()
      return verifyWith(publicKey, kind.algorithm, digest, signature)
    }
    return verifyWith(publicKey, kind.algorithm, covered, padded(key, signature))
  } catch {
    return { valid: false, why: 'the public key cannot be used' }
  }
}

/** The hashed headers say version 4, the public-key algorithm and SHA-256 (8); anything else was hashed otherwise. */
function headerFault(headers: Uint8Array, octet: number): string | null {
  const [version, , algorithm, hash] = headers
  if (headers.length < 6 || headers.length > 0xffff) return 'its headers have an impossible length'
  if (version !== 4) return `it is an OpenPGP signature of version ${version}, only 4 can be read`
  if (algorithm !== octet) return 'its headers name another algorithm than the key has'
  if (hash !== 8) return 'its headers name another hash than SHA-256'
  const hashed = (headers[4] ?? 0) * 256 + (headers[5] ?? 0)
  return hashed === headers.length - 6 ? null : 'its headers have a wrong length inside'
}

/** gpg drops leading zeros of an RSA signature. */
function padded(key: Key, signature: Uint8Array): Uint8Array {
  if (key.bits === null || key.scheme !== 'pgp+rsa-pkcsv1.5') return signature
  const missing = Math.ceil(key.bits / 8) - signature.length
  return missing > 0 ? concatBytes(new Uint8Array(missing), signature) : signature
}
