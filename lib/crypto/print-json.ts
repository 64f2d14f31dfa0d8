import { JsonFloat, type JsonObject, type JsonValue } from './json-value.ts'

/** JSON text of a value: the inverse of parseJson. Members keep their order; `indent` spaces a level, 0 for one line. */
export function printJson(value: JsonValue, indent = 0): string {
  return print(value, indent, '\n')
}

function print(value: JsonValue, indent: number, newline: string): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof JsonFloat) return value.text
  const inner = newline + ' '.repeat(indent)
  if (Array.isArray(value)) {
    const items = value.map((item) => print(item, indent, inner))
    return wrap('[', items, ']', indent, newline)
  }
  return wrap('{', printMembers(value, indent, inner), '}', indent, newline)
}

function printMembers(object: JsonObject, indent: number, inner: string): string[] {
  const colon = indent > 0 ? ': ' : ':'
  return Array.from(object, ([name, member]) => JSON.stringify(name) + colon + print(member, indent, inner))
}

function wrap(open: string, parts: readonly string[], close: string, indent: number, newline: string): string {
  if (parts.length === 0) return open + close
  if (indent === 0) return open + parts.join(',') + close
  const inner = newline + ' '.repeat(indent)
  return open + inner + parts.join(`,${inner}`) + newline + close
}
