import { fromHex } from './bytes.ts'
import { FormatError } from './format-error.ts'
import { parseGpgKeyObject } from './gpg-key.ts'
import { type JsonObject, type JsonValue, jsonKind } from './json-value.ts'
import type { Curve, Key } from './key.ts'
import { legacyKeyid } from './keyids.ts'
import { Memo } from './memo.ts'
import { type PemBlock, readPem } from './pem.ts'
import {
  normalSpki,
  type PublicKeyInfo,
  readSpki,
  spkiFacts,
  spkiFromEd25519,
  spkiFromPkcs1,
  spkiFromPoint,
} from './spki.ts'

const ecdsaSchemes: ReadonlyMap<string, Curve> = new Map([
  ['ecdsa-sha2-nistp256', 'P-256'],
  ['ecdsa-sha2-nistp384', 'P-384'],
  ['ecdsa-sha2-nistp521', 'P-521'],
])

/** The scheme that signs with a curve. */
export function ecdsaScheme(curve: Curve): string {
  return `ecdsa-sha2-nistp${curve.slice(2)}`
}

/**
 * Reads a public key object as in-toto metadata has it (securesystemslib, in-toto-golang, gpg).
 * `keyid` is the name under which a layout lists it; a `keyid` member that says otherwise is refused.
 * Codes: KEY_INVALID, KEY_UNSUPPORTED, KEY_SCHEME, KEY_ID, WEAK_KEY, PRIVATE_KEY, CERTIFICATE.
 */
export function parseKeyObject(value: JsonValue, keyid?: string): Key {
  if (!(value instanceof Map)) {
    throw new FormatError('KEY_INVALID', `A public key is an object, this is ${jsonKind(value)}.`)
  }
  const inner = value.get('keyid')
  if (inner !== undefined && typeof inner !== 'string') {
    throw new FormatError('KEY_INVALID', `The keyid of a key is a string, this is ${jsonKind(inner)}.`, 'keyid')
  }
  if (inner !== undefined && keyid !== undefined && inner !== keyid) {
    throw new FormatError('KEY_ID', `The key is listed as ${keyid} but calls itself ${inner}.`, 'keyid')
  }
  const id = keyid ?? inner ?? ''
  if (value.get('type') !== undefined && value.get('method') !== undefined) return parseGpgKeyObject(value, id)
  const key = parseKeyval(value, id)
  return id === '' ? { ...key, keyid: legacyKeyid(key) } : key
}

function parseKeyval(object: JsonObject, keyid: string): Key {
  const keytype = text(object, 'keytype')
  const scheme = text(object, 'scheme')
  const keyval = object.get('keyval')
  if (!(keyval instanceof Map)) throw new FormatError('KEY_INVALID', 'The key has no keyval object.', 'keyval')
  refusePrivate(keyval)
  const { info, facts } = publicPart(keytype, keyval)
  const family = keytype.startsWith('ecdsa') ? 'ecdsa' : keytype
  if (info.keytype !== family) {
    throw new FormatError(
      'KEY_SCHEME',
      `The key says keytype ${keytype}, but its public part is ${info.keytype}.`,
      'keytype',
    )
  }
  assertScheme(keytype, scheme, info.curve)
  return {
    keyid,
    keytype: info.keytype,
    scheme,
    curve: info.curve,
    bits: info.bits,
    ...facts,
    object,
    subkeys: new Map(),
    expiresAt: null,
  }
}

function text(object: JsonObject, name: string): string {
  const value = object.get(name)
  if (typeof value === 'string') return value
  throw new FormatError(
    'KEY_INVALID',
    `The key's ${name} is a string in every key object, here it is ${jsonKind(value)}.`,
    name,
  )
}

/** Legacy writers leave an empty `private`; anything in it is a secret that must not be here. */
function refusePrivate(keyval: JsonObject): void {
  const secret = keyval.get('private')
  if (secret !== undefined && secret !== null && secret !== '') {
    throw new FormatError(
      'PRIVATE_KEY',
      'The key object has a private part. Give the public key only.',
      'keyval.private',
    )
  }
}

/** Reading and checking a key costs as much as verifying with it; layouts name the same few keys again and again. */
const publicParts = new Memo<PublicPart>(1_000)

interface PublicPart {
  readonly info: PublicKeyInfo
  readonly facts: ReturnType<typeof spkiFacts>
}

function publicPart(keytype: string, keyval: JsonObject): PublicPart {
  const read = (): PublicPart => {
    const spki = publicSpki(keytype, keyval)
    return { info: readSpki(spki), facts: spkiFacts(spki) }
  }
  const value = keyval.get('public')
  return typeof value === 'string' ? publicParts.get(JSON.stringify([keytype, value]), read) : read()
}

function publicSpki(keytype: string, keyval: JsonObject): Uint8Array {
  const value = keyval.get('public')
  if (typeof value !== 'string' || value === '') {
    const certificate = keyval.get('certificate')
    if (typeof certificate === 'string' && certificate !== '') {
      throw new FormatError(
        'CERTIFICATE',
        'The key is a certificate, which is no public key by itself.',
        'keyval.certificate',
      )
    }
    throw new FormatError('KEY_INVALID', 'The key has no public part.', 'keyval.public')
  }
  if (keytype === 'ed25519' && !value.includes('-----BEGIN')) return spkiFromEd25519(fromHex(value))
  if (keytype.startsWith('ecdsa') && /^04[0-9a-fA-F]{128}$/.test(value)) return spkiFromPoint('P-256', fromHex(value))
  return spkiOfPem(value)
}

/** SubjectPublicKeyInfo of a PEM text that holds exactly one public key. */
export function spkiOfPem(pem: string): Uint8Array {
  const blocks = readPem(pem)
  const [first] = blocks
  if (first === undefined) throw new FormatError('KEY_INVALID', 'The public key is not PEM.')
  if (blocks.length > 1) throw new FormatError('KEY_INVALID', `Expected one PEM block, found ${blocks.length}.`)
  return spkiOfBlock(first)
}

/** SubjectPublicKeyInfo of a PEM block. Refuses certificates and private keys, each with its own code. */
export function spkiOfBlock({ label, bytes }: PemBlock): Uint8Array {
  if (label === 'PUBLIC KEY') return normalSpki(bytes)
  if (label === 'RSA PUBLIC KEY') return normalSpki(spkiFromPkcs1(bytes))
  if (label.includes('CERTIFICATE')) {
    throw new FormatError('CERTIFICATE', 'This is a certificate, not a public key. Export the public key from it.')
  }
  if (label.includes('PRIVATE KEY')) {
    throw new FormatError('PRIVATE_KEY', 'This is a private key. Give the public key only.')
  }
  throw new FormatError('KEY_UNSUPPORTED', `A PEM block "${label}" is not a public key that can be read here.`)
}

/** A scheme that does not fit its key would let a verifier hash or pad in another way than the signer did. */
function assertScheme(keytype: string, scheme: string, curve: Curve | null): void {
  if (keytype === 'rsa' && scheme === 'rsassa-pss-sha256') return
  if (keytype === 'ed25519' && scheme === 'ed25519') return
  const named = keytype === 'ecdsa' || keytype === scheme
  if (curve !== null && named && ecdsaSchemes.get(scheme) === curve) return
  const wanted = curve === null ? (keytype === 'rsa' ? 'rsassa-pss-sha256' : 'ed25519') : ecdsaScheme(curve)
  throw new FormatError(
    'KEY_SCHEME',
    `The key's scheme is ${scheme}, but a key of this kind signs with ${wanted}.`,
    'scheme',
  )
}
