import { constants, type KeyObject, verify } from 'node:crypto'
import { hasSmallOrder } from '../ed25519-key.ts'
import type { Curve, Key } from '../key.ts'
import { publicKeyOf } from './public-key.ts'

/** A "no" says why in words for people. */
export type SignatureAnswer = { readonly valid: true } | { readonly valid: false; readonly why: string }

/** How a signature was made; the DER and the r‖s form of ECDSA are never guessed. */
export type SignatureAlgorithm =
  | { readonly name: 'rsa-pss-sha256' }
  | { readonly name: 'rsa-pkcs1-sha256' }
  | { readonly name: 'dsa-sha256' }
  | { readonly name: 'ed25519' }
  | { readonly name: 'ecdsa'; readonly curve: Curve; readonly encoding: 'der' | 'ieee-p1363' }

const hashes: Readonly<Record<Curve, string>> = { 'P-256': 'sha256', 'P-384': 'sha384', 'P-521': 'sha512' }
const orderBytes: Readonly<Record<Curve, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 }

/**
 * Does this key's signature over these bytes verify? PSS with a salt of exactly 32, ECDSA in DER with the curve's
 * own hash, Ed25519 without small-order points. Never throws for a bad signature. gpg keys: see verifyGpgSignature.
 */
export function verifySignature(key: Key, message: Uint8Array, signature: Uint8Array): SignatureAnswer {
  const algorithm = algorithmOf(key)
  if (algorithm === null) return no('a gpg key verifies gpg signatures only')
  try {
    return verifyWith(publicKeyOf(key), algorithm, message, signature)
  } catch {
    return no('the public key cannot be used')
  }
}

function algorithmOf(key: Key): SignatureAlgorithm | null {
  if (key.keytype === 'rsa') return { name: 'rsa-pss-sha256' }
  if (key.keytype === 'ed25519') return { name: 'ed25519' }
  if (key.keytype === 'ecdsa' && key.curve !== null) return { name: 'ecdsa', curve: key.curve, encoding: 'der' }
  return null
}

/** The same with the algorithm spelled out. */
export function verifyWith(
  key: KeyObject,
  algorithm: SignatureAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
): SignatureAnswer {
  try {
    const fault = shapeFault(algorithm, signature)
    if (fault !== null) return no(fault)
    return check(key, algorithm, message, signature)
      ? { valid: true }
      : no('it was made with another key or over other bytes')
  } catch {
    // OpenSSL throws for signatures that are no signatures at all
    return no('it is not a signature of this kind')
  }
}

function check(key: KeyObject, algorithm: SignatureAlgorithm, message: Uint8Array, signature: Uint8Array): boolean {
  switch (algorithm.name) {
    case 'rsa-pss-sha256': {
      const padding = constants.RSA_PKCS1_PSS_PADDING
      return verify('sha256', message, { key, padding, saltLength: 32 }, signature)
    }
    case 'rsa-pkcs1-sha256':
      return verify('sha256', message, { key, padding: constants.RSA_PKCS1_PADDING }, signature)
    case 'dsa-sha256':
      return verify('sha256', message, { key, dsaEncoding: 'der' }, signature)
    case 'ed25519':
      return verify(null, message, key, signature)
    case 'ecdsa':
      return verify(hashes[algorithm.curve], message, { key, dsaEncoding: algorithm.encoding }, signature)
  }
}

/** Faults that can be named before any arithmetic. */
function shapeFault(algorithm: SignatureAlgorithm, signature: Uint8Array): string | null {
  if (signature.length === 0) return 'it is empty'
  if (algorithm.name === 'ed25519') {
    if (signature.length !== 64) return `an Ed25519 signature has 64 bytes, this one ${signature.length}`
    if (hasSmallOrder(signature.subarray(0, 32))) return 'its point is of small order'
  }
  if (algorithm.name === 'ecdsa' && algorithm.encoding === 'der' && signature[0] !== 0x30) {
    const raw = signature.length === 2 * orderBytes[algorithm.curve]
    return raw ? 'it is r‖s as WebCrypto makes it, in-toto wants ASN.1 DER' : 'it is not ASN.1 DER'
  }
  return null
}

function no(why: string): SignatureAnswer {
  return { valid: false, why }
}
