import { FormatError, type JsonObject, type JsonValue, type Key, parseKeyObject } from '#lib/crypto/index.ts'
import { parseRule, type Rule } from '#lib/in-toto/index.ts'
import { type AuthorityView, type ConstraintView, viewAuthorities, viewConstraints } from './certificate-view.ts'
import { arrayAt, objectAt } from './change.ts'
import { type ItemRef, rulesMember, type Side } from './document.ts'

/** One entry of a rule list, also where it is not a rule yet. */
export interface RuleView {
  readonly index: number
  /** as written; null where the entry is no list of strings */
  readonly tokens: readonly string[] | null
  readonly rule: Rule | null
  /** why `rule` is null */
  readonly problem: string | null
}

export interface ItemView {
  readonly ref: ItemRef
  readonly kind: 'step' | 'inspection'
  /** stable while the name stays: what positions and selections are kept under */
  readonly id: string
  readonly name: string
  readonly materials: readonly RuleView[]
  readonly products: readonly RuleView[]
  /** expected_command of a step, run of an inspection */
  readonly command: readonly string[]
  readonly pubkeys: readonly string[]
  /** null where it is not a whole number */
  readonly threshold: number | null
  /** ITE-7 constraints that the document has */
  readonly certConstraints: number
  readonly constraints: readonly ConstraintView[]
}

export interface KeyView {
  readonly keyid: string
  readonly key: Key | null
  /** why `key` is null */
  readonly problem: string | null
}

/** The document as it can be drawn: nothing throws, what cannot be read is said in its place. */
export interface DraftView {
  readonly document: JsonObject
  readonly expires: string
  readonly readme: string
  readonly keys: readonly KeyView[]
  /** roots, then intermediates */
  readonly authorities: readonly AuthorityView[]
  /** steps, then inspections, in the document's order */
  readonly items: readonly ItemView[]
}

/** Reads a draft for drawing and checking. */
export function viewDraft(document: JsonObject): DraftView {
  const seen = new Map<string, number>()
  const items = [
    ...arrayAt(document, 'steps').map((value, index) => viewItem(value, { list: 'steps', index }, seen)),
    ...arrayAt(document, 'inspect').map((value, index) => viewItem(value, { list: 'inspect', index }, seen)),
  ]
  return {
    document,
    expires: text(document.get('expires')),
    readme: text(document.get('readme')),
    keys: Array.from(objectAt(document, 'keys'), ([keyid, value]) => viewKey(keyid, value)),
    authorities: [...viewAuthorities(document, 'rootcas'), ...viewAuthorities(document, 'intermediatecas')],
    items,
  }
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function strings(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}

function viewItem(value: JsonValue, ref: ItemRef, seen: Map<string, number>): ItemView {
  const item: JsonObject = value instanceof Map ? value : new Map()
  const name = text(item.get('name'))
  const times = (seen.get(name) ?? 0) + 1
  seen.set(name, times)
  const threshold = item.get('threshold')
  return {
    ref,
    kind: ref.list === 'steps' ? 'step' : 'inspection',
    // a slash cannot be part of a usable name, so this cannot be taken for one
    id: times === 1 && name !== '' ? name : `${name}/${times}`,
    name,
    materials: viewRules(item, 'materials'),
    products: viewRules(item, 'products'),
    command: strings(item.get(ref.list === 'steps' ? 'expected_command' : 'run')),
    pubkeys: strings(item.get('pubkeys')),
    threshold: typeof threshold === 'bigint' ? Number(threshold) : null,
    certConstraints: arrayAt(item, 'cert_constraints').length,
    constraints: viewConstraints(item),
  }
}

function viewRules(item: JsonObject, side: Side): RuleView[] {
  return arrayAt(item, rulesMember(side)).map(viewRule)
}

function viewRule(value: JsonValue, index: number): RuleView {
  if (!Array.isArray(value) || value.some((token) => typeof token !== 'string')) {
    return { index, tokens: null, rule: null, problem: 'Expected a list of strings.' }
  }
  const tokens = strings(value)
  try {
    return { index, tokens, rule: parseRule(tokens), problem: null }
  } catch (error) {
    return { index, tokens, rule: null, problem: messageOf(error) }
  }
}

function viewKey(keyid: string, value: JsonValue): KeyView {
  try {
    return { keyid, key: parseKeyObject(value, keyid), problem: null }
  } catch (error) {
    return { keyid, key: null, problem: messageOf(error) }
  }
}

function messageOf(error: unknown): string {
  if (error instanceof FormatError) return error.message
  throw error
}

/** The step or inspection that `id` names. */
export function itemById(view: DraftView, id: string): ItemView | null {
  return view.items.find((item) => item.id === id) ?? null
}

export function rulesOf(item: ItemView, side: Side): readonly RuleView[] {
  return side === 'materials' ? item.materials : item.products
}
