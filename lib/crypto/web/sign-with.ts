import { toBase64 } from '../base64.ts'
import { toHex } from '../bytes.ts'
import { encodeCanonicalJson } from '../canonical-json.ts'
import { DER, writeDer, writeDerInteger } from '../der.ts'
import type { JsonValue } from '../json-value.ts'
import type { Curve } from '../key.ts'
import { pae } from '../pae.ts'
import type { PrivateKey } from './import-private-key.ts'

const hashes: Readonly<Record<Curve, string>> = { 'P-256': 'SHA-256', 'P-384': 'SHA-384', 'P-521': 'SHA-512' }

/** Signs bytes as in-toto wants it: RSA-PSS with a salt of 32, ECDSA as ASN.1 DER, pure Ed25519. */
export async function signWith(key: PrivateKey, message: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const { keytype, curve } = key.publicKey
  const bytes = Uint8Array.from(message)
  if (keytype === 'rsa') return sign({ name: 'RSA-PSS', saltLength: 32 }, key.handle, bytes)
  if (curve === null) return sign({ name: 'Ed25519' }, key.handle, bytes)
  return derFromRaw(await sign({ name: 'ECDSA', hash: hashes[curve] }, key.handle, bytes))
}

async function sign(
  algorithm: AlgorithmIdentifier | RsaPssParams | EcdsaParams,
  handle: CryptoKey,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign(algorithm, handle, bytes))
}

/** WebCrypto's r‖s as the ASN.1 sequence that in-toto reads. */
export function derFromRaw(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const half = raw.length / 2
  return writeDer(DER.sequence, writeDerInteger(raw.subarray(0, half)), writeDerInteger(raw.subarray(half)))
}

/** A signature entry of an envelope, under the keyid that in-toto 1.x computes. */
export interface EnvelopeSignature {
  readonly keyid: string
  readonly sig: string
}

/** Signs the `signed` part of a Metablock: over its canonical JSON, in hex. */
export async function signMetablock(key: PrivateKey, signed: JsonValue): Promise<EnvelopeSignature> {
  return { keyid: key.publicKey.keyid, sig: toHex(await signWith(key, encodeCanonicalJson(signed))) }
}

/** Signs a DSSE payload: over its pre-authentication encoding, in base64. */
export async function signDsse(key: PrivateKey, payloadType: string, payload: Uint8Array): Promise<EnvelopeSignature> {
  return { keyid: key.publicKey.keyid, sig: toBase64(await signWith(key, pae(payloadType, payload))) }
}
