import { FormatError } from './format-error.ts'
import type { JsonValue } from './json-value.ts'
import { parseJson } from './parse-json.ts'

const pemKinds: readonly (readonly [label: RegExp, kind: string])[] = [
  [/^ENCRYPTED PRIVATE KEY$/, 'encrypted PKCS#8'],
  [/^PRIVATE KEY$/, 'PKCS#8'],
  [/^RSA PRIVATE KEY$/, 'PKCS#1 RSA'],
  [/^EC PRIVATE KEY$/, 'SEC 1 elliptic curve'],
  [/^DSA PRIVATE KEY$/, 'DSA'],
  [/^OPENSSH PRIVATE KEY$/, 'OpenSSH'],
  [/^PGP PRIVATE KEY BLOCK$/, 'OpenPGP'],
  [/PRIVATE KEY/, 'PEM'],
]

/** The repeats are bounded: the text is anybody's, and unbounded ones would take quadratic time. */
const secretMarks = /-----BEGIN ([A-Z0-9 ]{0,30}PRIVATE KEY[A-Z ]{0,10})-----/

/** Every byte is one character: nothing is lost or refused before the search. */
const latin1 = new TextDecoder('latin1')

/**
 * Names the kind of private key that a file is or contains, or null. Looks at the raw characters first, so that a
 * damaged file with a key in it is recognised too.
 */
export function detectPrivateKey(bytes: Uint8Array): string | null {
  const text = latin1.decode(bytes)
  const label = secretMarks.exec(text)?.[1]
  const start = /\S/.exec(text)?.[0]
  const json = start === '{' || start === '[' ? securesystemslibKind(bytes, text) : null
  if (json !== null) return json
  if (label !== undefined) return pemKinds.find(([pattern]) => pattern.test(label))?.[1] ?? 'PEM'
  return encryptedSecuresystemslib.test(text.trim())
    ? 'encrypted securesystemslib'
    : isPkcs8Der(bytes)
      ? 'PKCS#8 DER'
      : null
}

/** salt@@@@iterations@@@@hmac@@@@iv@@@@ciphertext, all hex but the count (securesystemslib keys.encrypt_key). */
export const encryptedSecuresystemslib = /^[0-9a-f]{16,}@@@@\d+@@@@[0-9a-f]{32,}@@@@[0-9a-f]{16,}@@@@[0-9a-f]+$/i

function securesystemslibKind(bytes: Uint8Array, text: string): string | null {
  if (!/"private"\s*:|\\u00|"d"\s*:/.test(text)) return null
  try {
    return secretIn(parseJson(bytes), 0) ? 'securesystemslib JSON' : null
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause
    // unreadable JSON with something in a private member: better refused than stored
    return /"private"\s*:\s*"[^"]/.test(text) ? 'securesystemslib JSON' : null
  }
}

/** A keyval with a private part anywhere, or a JSON Web Key with its secret number. */
function secretIn(value: JsonValue, depth: number): boolean {
  if (depth > 64) return false
  if (Array.isArray(value)) return value.some((item) => secretIn(item, depth + 1))
  if (!(value instanceof Map)) return false
  const secret = value.get('private')
  if (typeof secret === 'string' && secret !== '' && value.has('public')) return true
  if (value.has('kty') && typeof value.get('d') === 'string') return true
  return [...value.values()].some((member) => secretIn(member, depth + 1))
}

/** SEQUENCE { INTEGER 0 or 1, SEQUENCE { OID … } …: binary PKCS#8. */
function isPkcs8Der(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x30) return false
  const header = (bytes[1] ?? 0) < 0x80 ? 2 : 2 + ((bytes[1] ?? 0) & 0x7f)
  const [tag, length, version, next] = bytes.subarray(header, header + 4)
  return tag === 2 && length === 1 && (version === 0 || version === 1) && next === 0x30
}
