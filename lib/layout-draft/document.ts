import {
  FormatError,
  type JsonObject,
  type JsonValue,
  jsonKind,
  jsonObject,
  parseJsonText,
  printJson,
} from '#lib/crypto/index.ts'

/** The two lists of a layout that hold nodes of the drawing. */
export type ItemList = 'steps' | 'inspect'

/** Where a step or inspection stands in the document. Names may be missing or double while one edits. */
export interface ItemRef {
  readonly list: ItemList
  readonly index: number
}

export type Side = 'materials' | 'products'

/** The member of a step or inspection that holds the rules of a side. */
export function rulesMember(side: Side): 'expected_materials' | 'expected_products' {
  return side === 'materials' ? 'expected_materials' : 'expected_products'
}

/** A new layout that demands nothing yet. `expires` as in-toto writes times: 2030-01-31T12:00:00Z. */
export function emptyLayout(expires: string): JsonObject {
  return jsonObject({ _type: 'layout', expires, inspect: [], keys: jsonObject({}), readme: '', steps: [] })
}

/**
 * Reads the JSON text of a layout without losing anything: unknown members, odd values and orders stay.
 * @throws FormatError where the text is not strict JSON (place is line:column) or no object that calls itself a layout
 */
export function readLayoutText(text: string): JsonObject {
  const value = parseJsonText(text)
  if (!(value instanceof Map)) {
    throw new FormatError('LAYOUT_INVALID', `Expected a layout, which is an object; found ${jsonKind(value)}.`, '1:1')
  }
  const type = value.get('_type')
  if (type !== 'layout') {
    const found = typeof type === 'string' ? JSON.stringify(type) : jsonKind(type)
    throw new FormatError('LAYOUT_INVALID', `Expected "layout" at _type; found ${found}.`, '_type')
  }
  return value
}

/** The text that people see and that is stored: two spaces of indent, members in their order. */
export function layoutText(document: JsonObject): string {
  return printJson(document, 2)
}

/** Same JSON, member order included. */
export function equalJson(a: JsonValue, b: JsonValue): boolean {
  return a === b || printJson(a) === printJson(b)
}
