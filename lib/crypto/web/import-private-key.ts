import { fromBase64 } from '../base64.ts'
import { concatBytes } from '../bytes.ts'
import { FormatError } from '../format-error.ts'
import type { Key } from '../key.ts'
import { keyFromSpki } from '../parse-public-key.ts'
import { spkiFromEd25519, spkiFromPoint, spkiFromRsa } from '../spki.ts'
import { type KeyKind, kindOfPkcs8 } from './pkcs8.ts'
import { PrivateKeyError } from './private-key-error.ts'

/** A private key ready to sign. Its secret part stays inside the browser's key store and cannot be read back. */
export interface PrivateKey {
  readonly publicKey: Key
  readonly handle: CryptoKey
}

/** Imports a PrivateKeyInfo and computes its public key. */
export async function importPrivateKey(pkcs8: Uint8Array): Promise<PrivateKey> {
  const kind = kindOfPkcs8(pkcs8)
  // WebCrypto gives the public part of a private key only through an export, so it is imported twice
  const readable = await importAs(kind, pkcs8, true)
  const publicKey = keyFromSpki(publicPart(kind, await crypto.subtle.exportKey('jwk', readable)))
  return { publicKey, handle: await importAs(kind, pkcs8, false) }
}

async function importAs(kind: KeyKind, pkcs8: Uint8Array, extractable: boolean): Promise<CryptoKey> {
  try {
    const bytes = Uint8Array.from(pkcs8)
    return await crypto.subtle.importKey('pkcs8', bytes, importParameters(kind), extractable, ['sign'])
  } catch (cause) {
    const unknown = cause instanceof Error && cause.name === 'NotSupportedError'
    if (unknown) {
      const name = kind.keytype === 'ecdsa' ? kind.curve : kind.keytype
      throw new PrivateKeyError(
        'UNSUPPORTED',
        `This browser cannot sign with ${name} keys. Sign with in-toto-sign instead.`,
      )
    }
    throw new FormatError('KEY_INVALID', 'the key cannot be imported')
  }
}

function importParameters(kind: KeyKind): AlgorithmIdentifier | RsaHashedImportParams | EcKeyImportParams {
  if (kind.keytype === 'rsa') return { name: 'RSA-PSS', hash: 'SHA-256' }
  if (kind.keytype === 'ecdsa') return { name: 'ECDSA', namedCurve: kind.curve }
  return { name: 'Ed25519' }
}

function publicPart(kind: KeyKind, jwk: JsonWebKey): Uint8Array {
  if (kind.keytype === 'rsa') return spkiFromRsa(number(jwk.n), number(jwk.e))
  if (kind.keytype === 'ed25519') return spkiFromEd25519(number(jwk.x))
  return spkiFromPoint(kind.curve, concatBytes(Uint8Array.of(4), number(jwk.x), number(jwk.y)))
}

function number(text: string | undefined): Uint8Array {
  if (text === undefined) throw new FormatError('KEY_INVALID', 'the key has no public part')
  return fromBase64(text)
}
