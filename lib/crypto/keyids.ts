import { sha256, toHex, utf8 } from './bytes.ts'
import { encodeCanonicalJson } from './canonical-json.ts'
import { type JsonObject, type JsonValue, jsonObject } from './json-value.ts'
import type { Key } from './key.ts'
import { Memo } from './memo.ts'
import { printJson } from './print-json.ts'
import { readSpki } from './spki.ts'

type Flavour = 'legacy' | 'modern'

/**
 * The public key object as in-toto writes it: `legacy` as securesystemslib up to 0.31 and in-toto 1.x,
 * `modern` as in-toto from 2.2 makes it of a PEM file. A gpg key has one form only.
 */
export function keyObject(key: Key, flavour: Flavour): JsonObject {
  if (key.keytype === 'gpg' || key.spki === null) return key.object
  const legacy = flavour === 'legacy'
  // legacy RSA has no line break after the PEM, legacy ECDSA and all modern ones have it
  const value = publicText(key, !(legacy && key.keytype === 'rsa'))
  return jsonObject({
    keyid: keyidOf(key.keytype, key.scheme, value, legacy),
    ...(legacy ? { keyid_hash_algorithms: ['sha256', 'sha512'] } : {}),
    keytype: key.keytype,
    keyval: jsonObject({ public: value }),
    scheme: key.scheme,
  })
}

/**
 * The public key object as in-toto-golang writes it: the PEM without its last line break, and every curve called
 * nistp256 (keylib.go).
 */
export function golangKeyObject(key: Key): JsonObject {
  if (key.keytype === 'gpg' || key.spki === null) return key.object
  const scheme = key.keytype === 'ecdsa' ? 'ecdsa-sha2-nistp256' : key.scheme
  const value = publicText(key, false)
  return jsonObject({
    keyid: keyidOf(key.keytype, scheme, value, true),
    keyid_hash_algorithms: ['sha256', 'sha512'],
    keytype: key.keytype,
    keyval: jsonObject({ public: value }),
    scheme,
  })
}

/** The keyid that in-toto 1.3.1 computes; a gpg key's own fingerprint. */
export function legacyKeyid(key: Key): string {
  return textOf(keyObject(key, 'legacy').get('keyid'), key.keyid)
}

/** The keyid that in-toto from 2.2 computes for a PEM file. */
export function modernKeyid(key: Key): string {
  return textOf(keyObject(key, 'modern').get('keyid'), key.keyid)
}

function textOf(value: JsonValue | undefined, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}

/**
 * Every keyid under which the known implementations know this key (in-toto-python old and new, in-toto-golang,
 * in-toto-rs, Witness), the metadata's own first. For looking up only: a keyid proves nothing.
 */
export function keyidsOf(key: Key): string[] {
  if (key.keytype === 'gpg' || key.spki === null) return [key.keyid, ...key.subkeys.keys()]
  const { keytype, scheme } = key
  const stripped = publicText(key, false)
  const ids = [
    key.keyid,
    legacyKeyid(key),
    keyidOf(keytype, scheme, stripped, true),
    keyidOf(keytype, scheme, publicText(key, true), true),
    modernKeyid(key),
    // Witness: sha256 of the PEM file
    keyids.get(JSON.stringify([key.pem]), () => toHex(sha256(utf8(`${key.pem}\n`)))),
  ]
  if (keytype === 'ecdsa') {
    // in-toto-golang labels every curve nistp256; in-toto-rs takes the bare point
    ids.push(keyidOf(keytype, 'ecdsa-sha2-nistp256', stripped, true))
    ids.push(keyidOf(keytype, scheme, toHex(readSpki(key.spki).raw ?? new Uint8Array()), true))
  }
  return [...new Set(ids)]
}

function publicText(key: Key, lineBreak: boolean): string {
  if (key.keytype === 'ed25519' && key.spki !== null) return toHex(key.spki.subarray(-32))
  return lineBreak ? `${key.pem}\n` : `${key.pem}`
}

/** sha256 over the canonical form of what identifies a key; legacy formulas include the hash algorithms. */
function keyidOf(keytype: string, scheme: string, value: string, hashAlgorithms: boolean): string {
  return keyids.get(JSON.stringify([keytype, scheme, value, hashAlgorithms]), () => {
    const identity = jsonObject({ keytype, scheme, keyval: jsonObject({ public: value }) })
    if (hashAlgorithms) identity.set('keyid_hash_algorithms', ['sha256', 'sha512'])
    return toHex(sha256(encodeCanonicalJson(identity)))
  })
}

/** Layouts name the same few keys again and again. */
const keyids = new Memo<string>(2_000)

/**
 * A public-key file that in-toto can read: `legacy` for 1.x (PEM for RSA, else one line of JSON), `modern` is PEM.
 * A gpg key is its JSON object.
 */
export function publicKeyFile(key: Key, flavour: Flavour): Uint8Array<ArrayBuffer> {
  if (key.keytype === 'gpg' || key.pem === null) return utf8(printJson(key.object))
  if (flavour === 'modern') return utf8(`${key.pem}\n`)
  if (key.keytype === 'rsa') return utf8(key.pem)
  const object = keyObject(key, 'legacy')
  object.delete('keyid')
  return utf8(printJson(object))
}
