import { type JsonObject, type JsonValue, jsonObject, type Key, keyObject, legacyKeyid } from '#lib/crypto/index.ts'
import { arrayAt, changeItem, changeRules, itemAt, moved, objectAt, withMember, withoutMember } from './change.ts'
import type { ItemList, ItemRef, Side } from './document.ts'
import { rulesOf, viewDraft } from './view.ts'

/**
 * What a person does to a layout. Each command takes a document and gives a new one; what it does not name, unknown
 * members included, stays as it was. A command that refers to nothing gives the document back unchanged.
 */

const CLOSED: JsonValue = [['DISALLOW', '*']]

/** A name that no step or inspection has: `step`, `step-2`, `step-3` ... */
export function freeName(document: JsonObject, wish: string): string {
  const taken = new Set(viewDraft(document).items.map((item) => item.name))
  if (!taken.has(wish)) return wish
  for (let n = 2; ; n++) if (!taken.has(`${wish}-${n}`)) return `${wish}-${n}`
}

/** Appends a step: nobody may sign it yet, and no file passes. */
export function addStep(document: JsonObject, name: string): JsonObject {
  const step = jsonObject({
    _type: 'step',
    expected_command: [],
    expected_materials: CLOSED,
    expected_products: CLOSED,
    name,
    pubkeys: [],
    threshold: 1n,
  })
  return withMember(document, 'steps', [...arrayAt(document, 'steps'), step])
}

/** Appends an inspection. It runs in a folder that holds other files too, so its lists start open. */
export function addInspection(document: JsonObject, name: string, run: readonly string[] = []): JsonObject {
  const inspection = jsonObject({
    _type: 'inspection',
    expected_materials: [],
    expected_products: [],
    name,
    run: [...run],
  })
  return withMember(document, 'inspect', [...arrayAt(document, 'inspect'), inspection])
}

/** Removes a step or inspection. MATCH rules that name it stay and are shown as problems. */
export function removeItem(document: JsonObject, { list, index }: ItemRef): JsonObject {
  const items = arrayAt(document, list)
  return index < items.length ? withMember(document, list, items.toSpliced(index, 1)) : document
}

/** Removes a step or inspection together with every MATCH rule that names it. */
export function removeItemAndMatches(document: JsonObject, ref: ItemRef): JsonObject {
  const view = viewDraft(document)
  const gone = view.items.find((item) => item.ref.list === ref.list && item.ref.index === ref.index)
  if (gone === undefined) return document
  const cleaned = eachRule(document, (tokens) => (matchSource(tokens) === gone.name ? null : tokens))
  return removeItem(cleaned, ref)
}

/** What else changes when a step or inspection goes: one sentence for each rule list that names it. */
export function consequencesOfRemoving(document: JsonObject, ref: ItemRef): string[] {
  const view = viewDraft(document)
  const gone = view.items.find((item) => item.ref.list === ref.list && item.ref.index === ref.index)
  if (gone === undefined) return []
  return view.items
    .filter((item) => item !== gone)
    .flatMap((item) =>
      (['materials', 'products'] as const).flatMap((side) => {
        const count = rulesOf(item, side).filter(
          ({ rule }) => rule?.keyword === 'MATCH' && rule.from === gone.name,
        ).length
        const rules = count === 1 ? 'one MATCH rule' : `${count} MATCH rules`
        return count === 0 ? [] : [`${item.name || 'An unnamed step'} loses ${rules} of its ${side}.`]
      }),
    )
}

/** Moves a step or inspection within its list. Order matters for sublayouts only: first and last step. */
export function moveItem(document: JsonObject, { list, index }: ItemRef, to: number): JsonObject {
  const before = arrayAt(document, list)
  const after = moved(before, index, to)
  return after === before ? document : withMember(document, list, [...after])
}

/** Renames, and rewrites every `MATCH ... FROM` that names it, unless another one has the same old name. */
export function renameItem(document: JsonObject, ref: ItemRef, name: string): JsonObject {
  const item = itemAt(document, ref)
  const old = item?.get('name')
  if (item === null || old === name) return document
  const namesakes = viewDraft(document).items.filter((other) => other.name === old).length
  const renamed = changeItem(document, ref, (value) => withMember(value, 'name', name))
  if (typeof old !== 'string' || namesakes !== 1) return renamed
  return eachRule(renamed, (tokens) => (matchSource(tokens) === old ? [...tokens.slice(0, -1), name] : tokens))
}

/** `expected_command` of a step, `run` of an inspection. */
export function setCommand(document: JsonObject, ref: ItemRef, command: readonly string[]): JsonObject {
  const name = ref.list === 'steps' ? 'expected_command' : 'run'
  return changeItem(document, ref, (item) => withMember(item, name, [...command]))
}

export function setThreshold(document: JsonObject, ref: ItemRef, threshold: number): JsonObject {
  if (!Number.isSafeInteger(threshold)) return document
  return changeItem(document, ref, (item) => withMember(item, 'threshold', BigInt(threshold)))
}

export function setExpires(document: JsonObject, expires: string): JsonObject {
  return withMember(document, 'expires', expires)
}

export function setReadme(document: JsonObject, readme: string): JsonObject {
  return withMember(document, 'readme', readme)
}

// ---- rules ------------------------------------------------------------------------------------------

/** Inserts a rule; without a place before the closing `DISALLOW *`, or at the end. */
export function addRule(
  document: JsonObject,
  ref: ItemRef,
  side: Side,
  tokens: readonly string[],
  at?: number,
): JsonObject {
  return changeRules(document, ref, side, (rules) => rules.toSpliced(at ?? beforeClosing(rules), 0, [...tokens]))
}

export function setRule(
  document: JsonObject,
  ref: ItemRef,
  side: Side,
  index: number,
  tokens: readonly string[],
): JsonObject {
  return changeRules(document, ref, side, (rules) => (index < rules.length ? rules.with(index, [...tokens]) : rules))
}

export function removeRule(document: JsonObject, ref: ItemRef, side: Side, index: number): JsonObject {
  return changeRules(document, ref, side, (rules) => (index < rules.length ? rules.toSpliced(index, 1) : rules))
}

export function moveRule(document: JsonObject, ref: ItemRef, side: Side, from: number, to: number): JsonObject {
  return changeRules(document, ref, side, (rules) => moved(rules, from, to))
}

/** Which files one item takes from another: a line in the drawing. */
export interface Connection {
  /** the item whose files must come from elsewhere */
  readonly to: ItemRef
  readonly side: Side
  /** name of the step they come from */
  readonly from: string
  readonly fromSide: Side
  readonly pattern?: string
}

/** Connects two items by a MATCH before the closing DISALLOW, and tells where the rule now stands. */
export function connect(document: JsonObject, connection: Connection): { document: JsonObject; index: number } {
  const { to, side, from, fromSide, pattern = '*' } = connection
  const item = itemAt(document, to)
  if (item === null) return { document, index: -1 }
  const index = beforeClosing(arrayAt(item, side === 'materials' ? 'expected_materials' : 'expected_products'))
  const tokens = ['MATCH', pattern, 'WITH', fromSide.toUpperCase(), 'FROM', from]
  return { document: addRule(document, to, side, tokens, index), index }
}

/** Where a new rule goes: before a `DISALLOW *` that closes the list. */
function beforeClosing(rules: readonly JsonValue[]): number {
  const last = rules.at(-1)
  const closes =
    Array.isArray(last) && last.length === 2 && String(last[0]).toLowerCase() === 'disallow' && last[1] === '*'
  return closes ? rules.length - 1 : rules.length
}

/** The step that a rule's tokens name after FROM; null where it is no MATCH. */
function matchSource(tokens: readonly JsonValue[]): string | null {
  const [keyword] = tokens
  const source = tokens.at(-1)
  const from = tokens.at(-2)
  const isMatch = typeof keyword === 'string' && keyword.toLowerCase() === 'match' && tokens.length >= 6
  return isMatch && typeof from === 'string' && from.toLowerCase() === 'from' && typeof source === 'string'
    ? source
    : null
}

/** Every rule of every list put through `change`; null drops it. Entries that are no lists are left alone. */
function eachRule(
  document: JsonObject,
  change: (tokens: readonly JsonValue[]) => readonly JsonValue[] | null,
): JsonObject {
  const lists: readonly ItemList[] = ['steps', 'inspect']
  let changed = document
  for (const list of lists) {
    for (const index of arrayAt(document, list).keys()) {
      for (const side of ['materials', 'products'] as const) {
        changed = changeRules(changed, { list, index }, side, (rules) => changedRules(rules, change))
      }
    }
  }
  return changed
}

function changedRules(
  rules: readonly JsonValue[],
  change: (tokens: readonly JsonValue[]) => readonly JsonValue[] | null,
): readonly JsonValue[] {
  let same = true
  const after: JsonValue[] = []
  for (const rule of rules) {
    const next = Array.isArray(rule) ? change(rule) : rule
    if (next !== rule) same = false
    if (next === rule) after.push(rule)
    else if (Array.isArray(next)) after.push([...next])
  }
  return same ? rules : after
}

// ---- who may sign -----------------------------------------------------------------------------------

/** Lists a key in the layout, under the keyid that in-toto 1.3.1 computes (a gpg key under its own). */
export function addKey(document: JsonObject, key: Key): JsonObject {
  const keyid = listedKeyid(document, key) ?? legacyKeyid(key)
  const keys = objectAt(document, 'keys')
  return keys.has(keyid) ? document : withMember(document, 'keys', withMember(keys, keyid, keyObject(key, 'legacy')))
}

/** The keyid under which the layout has the same key already, whatever flavour it is; null where it has not. */
export function listedKeyid(document: JsonObject, key: Key): string | null {
  return viewDraft(document).keys.find((listed) => listed.key?.fingerprint === key.fingerprint)?.keyid ?? null
}

/** Lets a key sign for a step; lists the key where the layout does not have it. */
export function addFunctionary(document: JsonObject, ref: ItemRef, key: Key): JsonObject {
  const withKey = addKey(document, key)
  const keyid = listedKeyid(withKey, key) ?? legacyKeyid(key)
  return addFunctionaryId(withKey, ref, keyid)
}

/** Lets a key that the layout lists sign for a step. */
export function addFunctionaryId(document: JsonObject, ref: ItemRef, keyid: string): JsonObject {
  return changeItem(document, ref, (step) => {
    const pubkeys = arrayAt(step, 'pubkeys')
    return pubkeys.includes(keyid) ? step : withMember(step, 'pubkeys', [...pubkeys, keyid])
  })
}

/** Takes a key from a step. The key stays listed while another step names it, and goes with the last one. */
export function removeFunctionary(document: JsonObject, ref: ItemRef, keyid: string): JsonObject {
  const without = changeItem(document, ref, (step) => {
    const pubkeys = arrayAt(step, 'pubkeys')
    return pubkeys.includes(keyid)
      ? withMember(
          step,
          'pubkeys',
          pubkeys.filter((entry) => entry !== keyid),
        )
      : step
  })
  const used = viewDraft(without).items.some((item) => item.pubkeys.includes(keyid))
  return used || without === document ? without : removeKey(without, keyid)
}

/** Removes a key from the layout's list. */
export function removeKey(document: JsonObject, keyid: string): JsonObject {
  const keys = objectAt(document, 'keys')
  return keys.has(keyid) ? withMember(document, 'keys', withoutMember(keys, keyid)) : document
}
