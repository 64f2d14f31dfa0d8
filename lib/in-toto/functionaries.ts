import { FormatError, type JsonValue, parsePublicKeyFile, parseSpiffeId, utf8 } from '#lib/crypto/index.ts'
import { member, readArray, readObject, readString } from './reader.ts'
import type { Functionary } from './verify/input.ts'

const CODE = 'FUNCTIONARIES'
const MEMBERS = ['name', 'keys', 'spiffe_ids']

/**
 * Declared functionaries as data: people and workloads with every key and SPIFFE ID by which they sign, each of whom a
 * threshold counts once:
 * `[{"name": "Mira Novak", "keys": ["<keyid, fingerprint or PEM>"], "spiffe_ids": ["spiffe://bank.example/ci/build"]}]`.
 * A member that nobody knows is refused: a misspelt one would make two of one person.
 * @throws FormatError FUNCTIONARIES with the place
 */
export function parseFunctionaries(value: JsonValue): Functionary[] {
  return readArray(value, 'the top', CODE).map((item, index) => readFunctionary(item, `[${index}]`))
}

/** What `parseFunctionaries` reads again as the same. */
export function printFunctionaries(functionaries: readonly Functionary[]): string {
  return JSON.stringify(functionaries.map(({ name, keys, spiffeIds }) => ({ name, keys, spiffe_ids: spiffeIds })))
}

function readFunctionary(item: JsonValue, place: string): Functionary {
  const value = readObject(item, place, CODE)
  for (const name of value.keys()) if (!MEMBERS.includes(name)) throw wrong(MEMBERS.join(', '), member(place, name))
  const name = readString(value.get('name'), `${place}.name`, CODE)
  if (name.trim() === '') throw wrong('a name', `${place}.name`)
  const list = (of: string) => readArray(value.get(of) ?? [], `${place}.${of}`, CODE)
  const keys = list('keys').flatMap((key, index) => readNamedKey(key, `${place}.keys[${index}]`, CODE))
  const spiffeIds = list('spiffe_ids').map((id, index) => readSpiffeId(id, `${place}.spiffe_ids[${index}]`))
  if (keys.length + spiffeIds.length === 0) throw wrong('a key or a SPIFFE ID', place)
  return { name, keys, spiffeIds }
}

/**
 * A key as somebody names it in such a list: a keyid or fingerprint in hex, or the key itself.
 * @throws FormatError `code` with the place
 */
export function readNamedKey(item: JsonValue, place: string, code: string): string[] {
  const text = readString(item, place, code)
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) return [text]
  try {
    const keys = parsePublicKeyFile(utf8(text))
    if (keys.length > 0) return keys.map(({ fingerprint }) => fingerprint)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
  }
  throw new FormatError(
    code,
    `Expected a keyid or fingerprint in lower-case hex, or a public key in PEM at ${place}.`,
    place,
  )
}

function readSpiffeId(item: JsonValue, place: string): string {
  const parsed = parseSpiffeId(readString(item, place, CODE))
  if (!parsed.valid) throw wrong('a SPIFFE ID like spiffe://bank.example/ci/build', place)
  return parsed.spiffeId.id
}

function wrong(expected: string, place: string): FormatError {
  return new FormatError(CODE, `Expected ${expected} at ${place}.`, place)
}
