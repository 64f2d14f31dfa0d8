import { fromHex } from './bytes.ts'
import { FormatError } from './format-error.ts'
import { type JsonObject, type JsonValue, jsonKind } from './json-value.ts'
import type { Key } from './key.ts'
import { checkRsaNumbers, hexNumber, readSpki, spkiFacts, spkiFromDsa, spkiFromEd25519, spkiFromRsa } from './spki.ts'

const methods: ReadonlyMap<string, string> = new Map([
  ['rsa', 'pgp+rsa-pkcsv1.5'],
  ['dsa', 'pgp+dsa-fips-180-2'],
  ['eddsa', 'pgp+eddsa-ed25519'],
])

/**
 * A gpg public key as securesystemslib writes it into layouts, with its subkeys. The object carries no self-signature:
 * revocation and usage flags cannot be known from it.
 */
export function parseGpgKeyObject(object: JsonObject, keyid: string): Key {
  const type = text(object, 'type')
  const method = text(object, 'method')
  if (methods.get(type) !== method) {
    throw new FormatError('KEY_SCHEME', `A gpg key of type ${type} does not sign with ${method}.`, 'method')
  }
  const hashes = object.get('hashes')
  if (!Array.isArray(hashes) || hashes.length !== 1 || hashes[0] !== 'pgp+SHA2') {
    throw new FormatError('KEY_UNSUPPORTED', 'A gpg key is read with the hashes ["pgp+SHA2"] only.', 'hashes')
  }
  if (!/^[0-9a-f]{40}$/.test(keyid)) {
    throw new FormatError(
      'KEY_ID',
      `The keyid of a gpg key is its fingerprint of 40 hex digits, this is "${keyid}".`,
      'keyid',
    )
  }
  const { spki, bits } = publicPart(type, keyval(object))
  return {
    keyid,
    keytype: 'gpg',
    scheme: method,
    curve: null,
    bits,
    ...spkiFacts(spki),
    object,
    subkeys: subkeysOf(object),
    expiresAt: expiryOf(object),
  }
}

function publicPart(type: string, value: JsonObject): { spki: Uint8Array; bits: number | null } {
  if (type === 'rsa') {
    const [n, e] = [number(value, 'n'), number(value, 'e')]
    return { bits: checkRsaNumbers(big(n), big(e)), spki: spkiFromRsa(n, e) }
  }
  if (type === 'eddsa') {
    const spki = spkiFromEd25519(fromHex(text(value, 'q')))
    readSpki(spki)
    return { bits: null, spki }
  }
  const [p, q, g, y] = [number(value, 'p'), number(value, 'q'), number(value, 'g'), number(value, 'y')]
  return { bits: checkDsaNumbers(big(p), big(q), big(g), big(y)), spki: spkiFromDsa(p, q, g, y) }
}

/** FIPS 186-4: 2048 or 3072 bits with a q of 224 or 256; g and y in the open interval (1, p). */
function checkDsaNumbers(p: bigint, q: bigint, g: bigint, y: bigint): number {
  const bits = p.toString(2).length
  const order = q.toString(2).length
  if (bits < 2048 || order < 224) {
    throw new FormatError('WEAK_KEY', `A DSA key of ${bits}/${order} bits is too weak: 2048/224 is the least.`)
  }
  if (bits > 3072) throw new FormatError('KEY_UNSUPPORTED', `A DSA key of ${bits} bits is too large: 3072 is the most.`)
  if (g <= 1n || g >= p || y <= 1n || y >= p - 1n || (p - 1n) % q !== 0n) {
    throw new FormatError('KEY_INVALID', 'The numbers of the DSA key do not belong together.')
  }
  return bits
}

function subkeysOf(object: JsonObject): ReadonlyMap<string, Key> {
  const subkeys = object.get('subkeys')
  if (subkeys === undefined) return new Map()
  if (!(subkeys instanceof Map)) {
    throw new FormatError(
      'KEY_INVALID',
      `The subkeys of a gpg key are an object, this is ${jsonKind(subkeys)}.`,
      'subkeys',
    )
  }
  return new Map(Array.from(subkeys, ([id, value]) => [id, subkeyOf(value, id)]))
}

function subkeyOf(value: JsonValue, id: string): Key {
  if (!(value instanceof Map) || value.has('subkeys')) {
    throw new FormatError('KEY_INVALID', 'A gpg subkey is a key object without subkeys of its own.', `subkeys.${id}`)
  }
  const inner = value.get('keyid')
  if (inner !== undefined && inner !== id) {
    throw new FormatError('KEY_ID', `The subkey is listed as ${id} but has another keyid inside.`, `subkeys.${id}`)
  }
  return parseGpgKeyObject(value, id)
}

/** Creation plus validity, as the reference has it; null where either is absent: the key does not expire. */
function expiryOf(object: JsonObject): number | null {
  const created = object.get('creation_time')
  const period = object.get('validity_period')
  for (const value of [created, period]) {
    if (value !== undefined && (typeof value !== 'bigint' || value < 0n || value > 1n << 40n)) {
      throw new FormatError('KEY_INVALID', 'creation_time and validity_period of a gpg key are whole seconds.')
    }
  }
  return created === undefined || period === undefined ? null : Number(created) + Number(period)
}

function keyval(object: JsonObject): JsonObject {
  const value = object.get('keyval')
  const secret = value instanceof Map ? value.get('private') : undefined
  if (secret !== undefined && secret !== '') {
    throw new FormatError(
      'PRIVATE_KEY',
      'The gpg key object has a private part. Give the public key only.',
      'keyval.private',
    )
  }
  const part = value instanceof Map ? value.get('public') : undefined
  if (part instanceof Map) return part
  throw new FormatError('KEY_INVALID', 'The gpg key has no keyval.public object.', 'keyval.public')
}

function text(object: JsonObject, name: string): string {
  const value = object.get(name)
  if (typeof value === 'string') return value
  throw new FormatError('KEY_INVALID', `The gpg key's ${name} should be a string, it is ${jsonKind(value)}.`, name)
}

function number(object: JsonObject, name: string): Uint8Array {
  const bytes = hexNumber(text(object, name))
  if (bytes.length === 0 || bytes.length > 2048) {
    throw new FormatError(
      'KEY_INVALID',
      `The gpg key's number ${name} has ${bytes.length} bytes.`,
      `keyval.public.${name}`,
    )
  }
  return bytes
}

function big(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}

/** True when a gpg key has a validity period and it is over at `at` (as in the reference: from that second on). */
export function isExpiredKey(key: Key, at: Date): boolean {
  return key.expiresAt !== null && !(at.getTime() / 1000 < key.expiresAt)
}
