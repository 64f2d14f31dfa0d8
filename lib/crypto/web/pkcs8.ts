import { DER, derChildren, derInteger, derOid, expectTag, readDer, writeDer, writeDerOid } from '../der.ts'
import { FormatError } from '../format-error.ts'
import type { Curve } from '../key.ts'
import { PrivateKeyError } from './private-key-error.ts'

export type KeyKind =
  | { readonly keytype: 'rsa' }
  | { readonly keytype: 'ed25519' }
  | { readonly keytype: 'ecdsa'; readonly curve: Curve }

const RSA = '1.2.840.113549.1.1.1'
const EC = '1.2.840.10045.2.1'
const ED25519 = '1.3.101.112'
const curves: ReadonlyMap<string, Curve> = new Map([
  ['1.2.840.10045.3.1.7', 'P-256'],
  ['1.3.132.0.34', 'P-384'],
  ['1.3.132.0.35', 'P-521'],
])

const version0 = writeDer(DER.integer, Uint8Array.of(0))

/** What kind of key a PrivateKeyInfo (RFC 5208, RFC 5958) holds. */
export function kindOfPkcs8(pkcs8: Uint8Array): KeyKind {
  const [version, algorithm, key] = derChildren(readDer(pkcs8, DER.sequence))
  derInteger(version)
  expectTag(key, DER.octetString)
  const [oid, parameters] = derChildren(expectTag(algorithm, DER.sequence))
  const kind = derOid(oid)
  if (kind === RSA) return { keytype: 'rsa' }
  if (kind === ED25519) return { keytype: 'ed25519' }
  const curve = kind === EC ? curves.get(derOid(parameters)) : undefined
  if (curve !== undefined) return { keytype: 'ecdsa', curve }
  throw new PrivateKeyError(
    'UNSUPPORTED',
    `Keys of the algorithm ${kind} cannot sign here. Use RSA, Ed25519 or ECDSA on P-256, P-384 or P-521.`,
  )
}

/** PrivateKeyInfo around a PKCS#1 RSAPrivateKey. */
export function pkcs8FromPkcs1(pkcs1: Uint8Array): Uint8Array<ArrayBuffer> {
  const algorithm = writeDer(DER.sequence, writeDerOid(RSA), writeDer(DER.null))
  return writeDer(DER.sequence, version0, algorithm, writeDer(DER.octetString, pkcs1))
}

/** PrivateKeyInfo around a SEC 1 ECPrivateKey, which names its curve itself. */
export function pkcs8FromSec1(sec1: Uint8Array): Uint8Array<ArrayBuffer> {
  const parameters = derChildren(readDer(sec1, DER.sequence)).find((part) => part.tag === 0xa0)
  if (parameters === undefined) throw new FormatError('DER', 'The elliptic-curve key does not name its curve.')
  const algorithm = writeDer(DER.sequence, writeDerOid(EC), parameters.content)
  return writeDer(DER.sequence, version0, algorithm, writeDer(DER.octetString, sec1))
}

/** PrivateKeyInfo around the 32 bytes of an Ed25519 seed (RFC 8410). */
export function pkcs8FromEd25519(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  const algorithm = writeDer(DER.sequence, writeDerOid(ED25519))
  return writeDer(DER.sequence, version0, algorithm, writeDer(DER.octetString, writeDer(DER.octetString, seed)))
}
