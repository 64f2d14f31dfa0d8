/** A number with a fraction or an exponent. Keeps its text: signed metadata must never change by being read. */
export class JsonFloat {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Insertion order, and no prototype: `__proto__` and `constructor` are ordinary names. */
export type JsonObject = Map<string, JsonValue>

/** JSON without loss: integers of any size are bigint, other numbers keep their text. */
export type JsonValue = null | boolean | string | bigint | JsonFloat | JsonValue[] | JsonObject

/** Builds a JSON object from plain properties, in the order written. */
export function jsonObject(members: Readonly<Record<string, JsonValue>>): JsonObject {
  return new Map(Object.entries(members))
}

/** What a value is called in messages. */
export function jsonKind(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Map) return 'an object'
  if (value instanceof JsonFloat) return 'a fractional number'
  if (typeof value === 'bigint') return 'an integer'
  return typeof value === 'string' ? 'a string' : 'a boolean'
}
