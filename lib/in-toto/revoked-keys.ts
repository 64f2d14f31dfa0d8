import { FormatError, type JsonValue } from '#lib/crypto/index.ts'
import { readNamedKey } from './functionaries.ts'
import { member, readArray, readObject, readString } from './reader.ts'
import { formatTimestamp, parseTimestamp } from './time.ts'
import type { RevokedKey } from './verify/input.ts'

const CODE = 'REVOKED_KEYS'
const MEMBERS = ['key', 'revoked_at', 'reason']

/**
 * Revoked keys as data: each with the moment from which on what it signs counts for nothing:
 * `[{"key": "<keyid, fingerprint or PEM>", "revoked_at": "2030-01-31T12:00:00Z", "reason": "laptop stolen"}]`.
 * A member that nobody knows is refused: a misspelt one would leave a stolen key in force.
 * @throws FormatError REVOKED_KEYS with the place
 */
export function parseRevokedKeys(value: JsonValue): RevokedKey[] {
  return readArray(value, 'the top', CODE).map((item, index) => readRevokedKey(item, `[${index}]`))
}

/** What `parseRevokedKeys` reads again as the same; one entry for each name of a key. */
export function printRevokedKeys(revoked: readonly RevokedKey[]): string {
  return JSON.stringify(
    revoked.flatMap(({ keys, at }) => keys.map((key) => ({ key, revoked_at: formatTimestamp(at) }))),
  )
}

function readRevokedKey(item: JsonValue, place: string): RevokedKey {
  const value = readObject(item, place, CODE)
  for (const name of value.keys()) if (!MEMBERS.includes(name)) throw wrong(MEMBERS.join(', '), member(place, name))
  const keys = readNamedKey(value.get('key') ?? null, `${place}.key`, CODE)
  const at = parseTimestamp(readString(value.get('revoked_at') ?? null, `${place}.revoked_at`, CODE))
  if (at === null) throw wrong('a time like 2030-01-31T12:00:00Z', `${place}.revoked_at`)
  const reason = value.get('reason') ?? ''
  if (typeof reason !== 'string') throw wrong('a text', `${place}.reason`)
  return { keys, at }
}

function wrong(expected: string, place: string): FormatError {
  return new FormatError(CODE, `Expected ${expected} at ${place}.`, place)
}
