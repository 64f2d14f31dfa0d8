import { FormatError, JsonFloat, type JsonObject, type JsonValue } from '#lib/crypto/index.ts'

/** Typed access to parsed JSON: each function takes the value and its place, and throws FormatError naming both. */

function wrong(code: string, expected: string, value: JsonValue | undefined, place: string): FormatError {
  return new FormatError(code, `Expected ${expected} at ${place}; found ${shown(value)}.`, place)
}

/** A value in a message: short, and whatever it is. */
export function shown(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (value instanceof Map) return 'an object'
  if (Array.isArray(value)) return 'an array'
  if (value instanceof JsonFloat) return `the number ${value.text}`
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  return String(value)
}

/** The member's path in a message: names that are not plain words are quoted. */
export function member(place: string, name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)
    ? place === ''
      ? name
      : `${place}.${name}`
    : `${place}[${JSON.stringify(name)}]`
}

export function readObject(value: JsonValue | undefined, place: string, code: string): JsonObject {
  if (!(value instanceof Map)) throw wrong(code, 'an object', value, place)
  return value
}

export function readArray(value: JsonValue | undefined, place: string, code: string): readonly JsonValue[] {
  if (!Array.isArray(value)) throw wrong(code, 'an array', value, place)
  return value
}

export function readString(value: JsonValue | undefined, place: string, code: string): string {
  if (typeof value !== 'string') throw wrong(code, 'a string', value, place)
  return value
}

export function readStrings(value: JsonValue | undefined, place: string, code: string): readonly string[] {
  const items = readArray(value, place, code)
  if (areStrings(items)) return items
  const index = items.findIndex((item) => typeof item !== 'string')
  throw wrong(code, 'a string', items[index], `${place}[${index}]`)
}

function areStrings(items: readonly JsonValue[]): items is readonly string[] {
  return items.every((item) => typeof item === 'string')
}
