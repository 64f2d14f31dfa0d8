import { concatBytes, fromHex, sha256, toHex } from './bytes.ts'
import {
  DER,
  derBits,
  derChildren,
  derInteger,
  derOid,
  expectTag,
  readDer,
  writeDer,
  writeDerInteger,
  writeDerOid,
} from './der.ts'
import { assertEd25519Key } from './ed25519-key.ts'
import { assertPointOnCurve } from './elliptic-curve.ts'
import { FormatError } from './format-error.ts'
import type { Curve } from './key.ts'
import { writePem } from './pem.ts'

const OID = {
  rsa: '1.2.840.113549.1.1.1',
  dsa: '1.2.840.10040.4.1',
  ec: '1.2.840.10045.2.1',
  ed25519: '1.3.101.112',
} as const

const curves: ReadonlyMap<string, Curve> = new Map([
  ['1.2.840.10045.3.1.7', 'P-256'],
  ['1.3.132.0.34', 'P-384'],
  ['1.3.132.0.35', 'P-521'],
])

/** What a SubjectPublicKeyInfo holds, checked for strength. */
export interface PublicKeyInfo {
  readonly keytype: 'rsa' | 'ed25519' | 'ecdsa'
  readonly curve: Curve | null
  readonly bits: number | null
  /** ed25519: the 32 bytes; ecdsa: the uncompressed point */
  readonly raw: Uint8Array | null
}

/** Reads and checks a SubjectPublicKeyInfo. Codes: KEY_UNSUPPORTED, WEAK_KEY, KEY_INVALID, DER. */
export function readSpki(der: Uint8Array): PublicKeyInfo {
  const [algorithm, bits, extra] = derChildren(readDer(der, DER.sequence))
  if (extra !== undefined) throw new FormatError('KEY_INVALID', 'The public key has parts that do not belong to one.')
  const [oid, parameters] = derChildren(expectTag(algorithm, DER.sequence))
  const key = derBits(bits)
  const kind = derOid(oid)
  if (kind === OID.rsa) return { keytype: 'rsa', curve: null, bits: checkRsa(key), raw: null }
  if (kind === OID.ed25519) {
    assertEd25519Key(key)
    return { keytype: 'ed25519', curve: null, bits: null, raw: key }
  }
  if (kind === OID.ec) return ecInfo(derOid(parameters), key)
  throw new FormatError(
    'KEY_UNSUPPORTED',
    `Keys of the algorithm ${kind} are not supported. Use RSA, Ed25519 or ECDSA on P-256, P-384 or P-521.`,
  )
}

function ecInfo(curveOid: string, point: Uint8Array): PublicKeyInfo {
  const curve = curves.get(curveOid)
  if (curve === undefined) {
    throw new FormatError('KEY_UNSUPPORTED', `The curve ${curveOid} is not supported. Use P-256, P-384 or P-521.`)
  }
  assertPointOnCurve(curve, point)
  return { keytype: 'ecdsa', curve, bits: null, raw: point }
}

/** Size of the modulus, after refusing what is too weak or too large to check in bounded time. */
function checkRsa(key: Uint8Array): number {
  const [modulus, exponent, extra] = derChildren(readDer(key, DER.sequence))
  if (extra !== undefined) throw new FormatError('KEY_INVALID', 'The RSA public key has more than two numbers.')
  return checkRsaNumbers(derInteger(modulus), derInteger(exponent))
}

/** Refuses RSA moduli below 2048 and above 16384 bits, and exponents that are even, 1 or beyond 64 bits. */
export function checkRsaNumbers(modulus: bigint, exponent: bigint): number {
  const bits = modulus.toString(2).length
  if (bits < 2048) throw new FormatError('WEAK_KEY', `An RSA key of ${bits} bits is too weak: 2048 is the least.`)
  if (bits > 16384)
    throw new FormatError('KEY_UNSUPPORTED', `An RSA key of ${bits} bits is too large: 16384 is the most.`)
  if (exponent < 3n || exponent % 2n === 0n || exponent >= 1n << 64n) {
    throw new FormatError(
      'WEAK_KEY',
      `The RSA public exponent ${exponent} is not usable: expected an odd number from 3.`,
    )
  }
  if (modulus % 2n === 0n) throw new FormatError('KEY_INVALID', 'The RSA modulus is even.')
  return bits
}

const rsaAlgorithm = writeDer(DER.sequence, writeDerOid(OID.rsa), writeDer(DER.null))
const ed25519Algorithm = writeDer(DER.sequence, writeDerOid(OID.ed25519))

/** SubjectPublicKeyInfo around a PKCS#1 RSAPublicKey. */
export function spkiFromPkcs1(pkcs1: Uint8Array): Uint8Array<ArrayBuffer> {
  return writeDer(DER.sequence, rsaAlgorithm, bitString(pkcs1))
}

/** SubjectPublicKeyInfo of an RSA key by its numbers, big-endian. */
export function spkiFromRsa(modulus: Uint8Array, exponent: Uint8Array): Uint8Array<ArrayBuffer> {
  return spkiFromPkcs1(writeDer(DER.sequence, writeDerInteger(modulus), writeDerInteger(exponent)))
}

/** SubjectPublicKeyInfo of the 32 bytes of an Ed25519 key. */
export function spkiFromEd25519(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  return writeDer(DER.sequence, ed25519Algorithm, bitString(raw))
}

/** SubjectPublicKeyInfo of an uncompressed point. */
export function spkiFromPoint(curve: Curve, point: Uint8Array): Uint8Array<ArrayBuffer> {
  const oid = [...curves].find(([, name]) => name === curve)?.[0] ?? ''
  return writeDer(DER.sequence, writeDer(DER.sequence, writeDerOid(OID.ec), writeDerOid(oid)), bitString(point))
}

/** SubjectPublicKeyInfo of a DSA key by its numbers, big-endian (RFC 3279). */
export function spkiFromDsa(p: Uint8Array, q: Uint8Array, g: Uint8Array, y: Uint8Array): Uint8Array<ArrayBuffer> {
  const parameters = writeDer(DER.sequence, writeDerInteger(p), writeDerInteger(q), writeDerInteger(g))
  return writeDer(DER.sequence, writeDer(DER.sequence, writeDerOid(OID.dsa), parameters), bitString(writeDerInteger(y)))
}

function bitString(bytes: Uint8Array): Uint8Array {
  return writeDer(DER.bitString, concatBytes(Uint8Array.of(0), bytes))
}

/** The members of a Key that follow from its SubjectPublicKeyInfo. */
export function spkiFacts(spki: Uint8Array): { spki: Uint8Array; pem: string; fingerprint: string } {
  return { spki, pem: writePem('PUBLIC KEY', spki), fingerprint: toHex(sha256(spki)) }
}

/** The SubjectPublicKeyInfo with exactly the encoding that writers produce, so that a key has one fingerprint. */
export function normalSpki(der: Uint8Array): Uint8Array {
  const info = readSpki(der)
  if (info.keytype === 'rsa') {
    const [, bits] = derChildren(readDer(der, DER.sequence))
    return spkiFromPkcs1(derBits(bits))
  }
  if (info.raw === null) return der
  return info.curve === null ? spkiFromEd25519(info.raw) : spkiFromPoint(info.curve, info.raw)
}

/** Hex to bytes for the numbers of a key object; an odd digit count is padded in front. */
export function hexNumber(text: string): Uint8Array {
  return fromHex(text.length % 2 === 0 ? text : `0${text}`)
}
