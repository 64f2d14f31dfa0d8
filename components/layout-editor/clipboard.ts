import { type JsonObject, type JsonValue, parseJsonText, printJson } from '#lib/crypto/index.ts'
import { freeName, type ItemView } from '#lib/layout-draft/index.ts'

/** A step or inspection as layout JSON, which pastes anywhere, also into a text editor. */
export function copiedText(document: JsonObject, item: ItemView): string {
  const list = document.get(item.ref.list)
  const value = Array.isArray(list) ? list[item.ref.index] : undefined
  return value === undefined ? '' : printJson(value, 2)
}

/** The document with pasted steps or inspections appended, names made free; null where the text holds none. */
export function pasted(document: JsonObject, text: string): { document: JsonObject; name: string } | null {
  let value: JsonValue
  try {
    value = parseJsonText(text)
  } catch {
    return null
  }
  let result: { document: JsonObject; name: string } | null = null
  for (const entry of Array.isArray(value) ? value : [value]) {
    if (!(entry instanceof Map)) continue
    const type = entry.get('_type')
    const list = type === 'step' ? 'steps' : type === 'inspection' ? 'inspect' : null
    if (list === null) continue
    const into: JsonObject = new Map(result?.document ?? document)
    const wish = entry.get('name')
    const name = freeName(
      into,
      typeof wish === 'string' && wish !== '' ? wish : list === 'steps' ? 'step' : 'inspection',
    )
    const before = into.get(list)
    into.set(list, [...(Array.isArray(before) ? before : []), new Map(entry).set('name', name)])
    result = { document: into, name }
  }
  return result
}
