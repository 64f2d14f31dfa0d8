import type { JsonObject, JsonValue } from '#lib/crypto/index.ts'
import { type ItemRef, rulesMember, type Side } from './document.ts'

/** Copies along a path; whatever is beside it is shared with the document that came in, which stays as it was. */

/** The object with one member replaced, in its place; appended where it is new. */
export function withMember(object: JsonObject, name: string, value: JsonValue): JsonObject {
  const copy: JsonObject = new Map(object)
  copy.set(name, value)
  return copy
}

export function withoutMember(object: JsonObject, name: string): JsonObject {
  const copy: JsonObject = new Map(object)
  copy.delete(name)
  return copy
}

/** The array at a member, or none where the member is something else. */
export function arrayAt(object: JsonObject, name: string): readonly JsonValue[] {
  const value = object.get(name)
  return Array.isArray(value) ? value : []
}

export function objectAt(object: JsonObject, name: string): JsonObject {
  const value = object.get(name)
  return value instanceof Map ? value : new Map()
}

/** A step or inspection; null where the document has none there. */
export function itemAt(document: JsonObject, { list, index }: ItemRef): JsonObject | null {
  const item = arrayAt(document, list)[index]
  return item instanceof Map ? item : null
}

/** The document with one step or inspection changed. A reference to nothing changes nothing. */
export function changeItem(document: JsonObject, ref: ItemRef, change: (item: JsonObject) => JsonObject): JsonObject {
  const item = itemAt(document, ref)
  if (item === null) return document
  const changed = change(item)
  return changed === item
    ? document
    : withMember(document, ref.list, arrayAt(document, ref.list).with(ref.index, changed))
}

/** The document with one rule list changed. */
export function changeRules(
  document: JsonObject,
  ref: ItemRef,
  side: Side,
  change: (rules: readonly JsonValue[]) => readonly JsonValue[],
): JsonObject {
  const name = rulesMember(side)
  return changeItem(document, ref, (item) => {
    const before = arrayAt(item, name)
    const after = change(before)
    return after === before ? item : withMember(item, name, [...after])
  })
}

/** The list with the entry at `from` moved to `to`; the same list where that is nowhere. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const entry = list[from]
  if (entry === undefined || from === to || to < 0 || to >= list.length) return list
  return list.toSpliced(from, 1).toSpliced(to, 0, entry)
}
