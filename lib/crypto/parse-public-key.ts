import { decodeUtf8 } from './bytes.ts'
import { detectPrivateKey } from './detect-private-key.ts'
import { FormatError } from './format-error.ts'
import { jsonObject } from './json-value.ts'
import type { Key } from './key.ts'
import { keyObject, legacyKeyid } from './keyids.ts'
import { parseJson } from './parse-json.ts'
import { ecdsaScheme, parseKeyObject, spkiOfBlock, spkiOfPem } from './parse-key-object.ts'
import { readPem } from './pem.ts'
import { readSpki, spkiFacts } from './spki.ts'

/** A checked SubjectPublicKeyInfo as Key: scheme by its algorithm, keyid and object of the legacy flavour. */
export function keyFromSpki(der: Uint8Array): Key {
  const info = readSpki(der)
  const scheme =
    info.curve !== null ? ecdsaScheme(info.curve) : info.keytype === 'rsa' ? 'rsassa-pss-sha256' : 'ed25519'
  const bare: Key = {
    keyid: '',
    keytype: info.keytype,
    scheme,
    curve: info.curve,
    bits: info.bits,
    ...spkiFacts(der),
    object: jsonObject({}),
    subkeys: new Map(),
    expiresAt: null,
  }
  return { ...bare, keyid: legacyKeyid(bare), object: keyObject(bare, 'legacy') }
}

/** A public key in PEM: PKIX (`PUBLIC KEY`) or PKCS#1 (`RSA PUBLIC KEY`). A certificate is refused, code CERTIFICATE. */
export function parsePublicKeyPem(text: string): Key {
  return keyFromSpki(spkiOfPem(text))
}

/**
 * Every public key of a file: PEM (one or more blocks), a securesystemslib or gpg key object in JSON, or a JSON
 * object of keys by keyid. Refuses private keys (PRIVATE_KEY) and certificates (CERTIFICATE).
 */
export function parsePublicKeyFile(bytes: Uint8Array): Key[] {
  const secret = detectPrivateKey(bytes)
  if (secret !== null) {
    throw new FormatError('PRIVATE_KEY', `This file is a private key (${secret}). Give the public key only.`)
  }
  const text = decodeUtf8(bytes)
  if (text.includes('-----BEGIN ') && !text.trimStart().startsWith('{')) return pemKeys(text)
  if (!text.trimStart().startsWith('{')) {
    throw new FormatError('KEY_INVALID', 'This file is no public key: expected PEM or a JSON key object.')
  }
  return jsonKeys(bytes)
}

function pemKeys(text: string): Key[] {
  const blocks = readPem(text)
  if (blocks.length === 0) throw new FormatError('PEM', 'The PEM text has a beginning but no matching end.')
  return blocks.map((block) => keyFromSpki(spkiOfBlock(block)))
}

function jsonKeys(bytes: Uint8Array): Key[] {
  const value = parseJson(bytes)
  if (!(value instanceof Map)) throw new FormatError('KEY_INVALID', 'The JSON is no key object.')
  if (value.has('keyval')) return [parseKeyObject(value)]
  const members = [...value]
  const isKeyMap = members.length > 0 && members.every(([, member]) => member instanceof Map && member.has('keyval'))
  if (!isKeyMap) {
    throw new FormatError('KEY_INVALID', 'The JSON is neither a key object nor an object of keys by keyid.')
  }
  return members.map(([keyid, member]) => parseKeyObject(member, keyid))
}
