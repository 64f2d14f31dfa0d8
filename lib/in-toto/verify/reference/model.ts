// Longer than most: how in-toto for Python reads two kinds of documents, in one place.
import {
  encodeCanonicalJson,
  FormatError,
  type JsonObject,
  type JsonValue,
  jsonObject,
  type Key,
  parseKeyObject,
} from '#lib/crypto/index.ts'
import type { Envelope, OpenEnvelope } from '../../envelope.ts'
import type { Inspection, Step } from '../../layout.ts'
import type { Artifacts } from '../../link.ts'
import { readDigests } from '../../link.ts'
import { parseRule, type Rule } from '../../rule.ts'
import { parseTimestamp } from '../../time.ts'
import type { Document } from '../input.ts'
import { Refusal } from './refusal.ts'

/** Documents as in-toto for Python reads them: missing members have defaults, unknown ones are dropped. */
export type Model = LinkModel | LayoutModel

export interface LinkModel {
  readonly kind: 'link'
  readonly open: OpenEnvelope
  readonly materials: Artifacts
  readonly products: Artifacts
}

export interface LayoutModel {
  readonly kind: 'layout'
  readonly open: OpenEnvelope
  readonly expires: number
  readonly keys: ReadonlyMap<string, Key | null>
  readonly steps: readonly StepModel[]
  readonly inspections: readonly ItemModel[]
}

export interface ItemModel {
  readonly name: string
  readonly materials: readonly Rule[]
  readonly products: readonly Rule[]
  /** expected command, or what to run */
  readonly command: readonly JsonValue[]
}

export interface StepModel extends ItemModel {
  readonly pubkeys: readonly string[]
  readonly threshold: number
}

/** Loads a document, or refuses where in-toto raises (1.3.1 for a Metablock, 3.1.0 for DSSE). */
export function loadModel(document: Document, at: number): Model {
  const open = 'envelope' in document ? document.envelope : document.open
  if (open === null) throw refuse(`in-toto cannot load ${document.source}`)
  checkSignatures(open)
  if (open.kind === 'statement') throw refuse(`in-toto takes ${document.source} for no link and no layout`)
  try {
    if (open.kind === 'layout') {
      return ('envelope' in document ? plainModel(document.envelope) : null) ?? layoutModel(open, at)
    }
    return linkModel(
      open,
      'envelope' in document && document.envelope.kind === 'link' ? document.envelope.document : null,
    )
  } catch (error) {
    if (error instanceof FormatError) throw refuse(`in-toto cannot load ${document.source}: ${error.message}`)
    throw error
  }
}

function refuse(message: string): Refusal {
  return new Refusal('MALFORMED', message)
}

/** securesystemslib's signature schemas (Metablock), and its ValueError for two DSSE signatures of one keyid. */
function checkSignatures(open: OpenEnvelope): void {
  if (open.form === 'dsse') {
    if (open.payloadType !== 'application/vnd.in-toto+json') throw refuse('in-toto knows one payload type only')
    if (open.pythonCannotLoad) throw refuse('in-toto needs a keyid at every signature, and padded base64')
    const keyids = open.signatures.map(({ keyid }) => keyid)
    if (new Set(keyids).size < keyids.length) throw refuse('in-toto refuses two DSSE signatures of one keyid')
    return
  }
  for (const { keyid, bytes } of open.signatures) {
    if (!isHex(keyid) || bytes === null) throw refuse('in-toto refuses a signature that is not hex')
  }
}

function isHex(text: string): boolean {
  return /^[0-9a-fA-F]+$/.test(text)
}

const LINK_FIELDS = ['_type', 'name', 'materials', 'products', 'byproducts', 'command', 'environment']

/** The document as we read it is good enough where nothing is missing and nothing is dropped. */
function linkModel(
  open: OpenEnvelope,
  link: { readonly materials: Artifacts; readonly products: Artifacts; readonly commandWasNull: boolean } | null,
): LinkModel {
  if (open.regular && link !== null) return { kind: 'link', open, materials: link.materials, products: link.products }
  const { value } = open
  if (!Array.isArray(value.get('command') ?? (value.has('command') ? null : []))) throw refuse('command is no list')
  for (const name of ['byproducts', 'environment']) object(value, name)
  const signed = resigned(open, value, LINK_FIELDS, () =>
    jsonObject({
      _type: 'link',
      name: value.get('name') ?? null,
      materials: object(value, 'materials'),
      products: object(value, 'products'),
      byproducts: object(value, 'byproducts'),
      command: value.get('command') ?? [],
      environment: object(value, 'environment'),
    }),
  )
  return {
    kind: 'link',
    open: signed,
    materials: link?.materials ?? artifacts(object(value, 'materials')),
    products: link?.products ?? artifacts(object(value, 'products')),
  }
}

function object(value: JsonObject, name: string): JsonObject {
  const found = value.has(name) ? value.get(name) : new Map()
  if (found instanceof Map) return found
  throw refuse(`in-toto expects an object at ${name}`)
}

function array(value: JsonObject, name: string, otherwise: JsonValue[] | null): readonly JsonValue[] {
  const found = value.has(name) ? value.get(name) : otherwise
  if (Array.isArray(found)) return found
  throw refuse(`in-toto expects a list at ${name}`)
}

function artifacts(value: JsonObject): Artifacts {
  return new Map([...value].map(([path, digests]) => [path, readDigests(digests, () => path)] as const))
}

/** Metablock signatures are checked over in-toto's own rendering of the document: what it drops or adds breaks them. */
function resigned(
  open: OpenEnvelope,
  value: JsonObject,
  fields: readonly string[],
  model: () => JsonObject,
): OpenEnvelope {
  const same = value.size === fields.length && fields.every((name) => value.has(name))
  if (same || open.form === 'dsse') return open
  return renewed(open, model())
}

function renewed(open: OpenEnvelope, model: JsonObject): OpenEnvelope {
  const { form, kind, payloadType, sha256, regular, value } = open
  // new signature objects, because answers are remembered by them
  const signatures = open.signatures.map((one) => ({ ...one }))
  return { form, kind, payloadType, sha256, regular, value, signatures, signedBytes: encodeCanonicalJson(model) }
}

const LAYOUT_FIELDS = ['_type', 'expires', 'inspect', 'keys', 'readme', 'steps']
const ITEM_FIELDS = ['_type', 'name', 'expected_materials', 'expected_products']
const STEP_FIELDS = [...ITEM_FIELDS, 'expected_command', 'pubkeys', 'threshold']
const INSPECTION_FIELDS = [...ITEM_FIELDS, 'run']

function layoutModel(open: OpenEnvelope, at: number): LayoutModel {
  const { value } = open
  const time = expiryOf(open, at)
  const readme = value.get('readme') ?? (value.has('readme') ? null : '')
  if (typeof readme !== 'string') throw refuse('in-toto refuses the readme')
  const rawSteps = array(value, 'steps', null).map(asObject)
  const rawInspections = array(value, 'inspect', null).map(asObject)
  const steps = rawSteps.map(stepModel)
  const inspections = rawInspections.map((raw) => itemModel(raw, 'run'))
  refuseRepeated([...steps, ...inspections])
  return {
    kind: 'layout',
    open: layoutSigned(open, rawSteps, rawInspections),
    expires: time,
    keys: keysOf(value),
    steps,
    inspections,
  }
}

/** A layout with exactly the members of the specification is read the same by both. */
function plainModel(envelope: Envelope): LayoutModel | null {
  if (envelope.kind !== 'layout') return null
  const { document, value } = envelope
  const expires = parseTimestamp(document.expires)
  const items = [...listOf(value, 'steps'), ...listOf(value, 'inspect')]
  const plain = value.size === LAYOUT_FIELDS.length && items.every((item) => !item.has('cert_constraints'))
  if (!plain || document.unknownFields.length > 0 || expires === null) return null
  const item = (one: Step | Inspection) => ({
    name: one.name,
    materials: one.expectedMaterials,
    products: one.expectedProducts,
  })
  return {
    kind: 'layout',
    open: envelope,
    expires,
    keys: document.keys,
    steps: document.steps.map((step) => ({
      ...item(step),
      command: step.expectedCommand,
      pubkeys: step.pubkeys,
      threshold: step.threshold,
    })),
    inspections: document.inspections.map((inspection) => ({ ...item(inspection), command: inspection.run })),
  }
}

function listOf(value: JsonObject, name: string): JsonObject[] {
  const list = value.get(name)
  return Array.isArray(list) ? list.filter((item) => item instanceof Map) : []
}

/** A layout without an expiry date gets one a month from now, which no signature of a Metablock covers. */
function expiryOf({ value, form }: OpenEnvelope, at: number): number {
  const expires = value.get('expires') ?? ''
  if (expires === '' && form === 'dsse') return at + 1
  const time = typeof expires === 'string' ? parseTimestamp(expires) : null
  if (time === null) throw refuse('in-toto refuses the expiry date')
  return time
}

function asObject(value: JsonValue): JsonObject {
  if (value instanceof Map) return value
  throw refuse('in-toto expects steps and inspections to be objects')
}

function refuseRepeated(items: readonly ItemModel[]): void {
  if (new Set(items.map(({ name }) => name)).size < items.length) throw refuse('in-toto refuses repeated names')
}

function itemModel(raw: JsonObject, command: string): ItemModel {
  const name = raw.get('name')
  if (typeof name !== 'string') throw refuse('in-toto finds no link for a step without a name')
  return {
    name,
    materials: rules(raw, 'expected_materials'),
    products: rules(raw, 'expected_products'),
    command: array(raw, command, []),
  }
}

function rules(raw: JsonObject, name: string): Rule[] {
  return array(raw, name, []).map((rule) => {
    if (!Array.isArray(rule)) throw refuse('in-toto expects rules to be lists')
    return parseRule(rule.map((token) => (typeof token === 'string' ? token : refuseToken())))
  })
}

function refuseToken(): never {
  throw refuse('in-toto expects rules of strings')
}

function stepModel(raw: JsonObject): StepModel {
  const pubkeys = array(raw, 'pubkeys', []).map((keyid) => {
    if (typeof keyid === 'string' && isHex(keyid)) return keyid
    throw refuse('in-toto expects keyids in hex')
  })
  const threshold = raw.has('threshold') ? raw.get('threshold') : 1n
  // a bool is an int in Python
  if (typeof threshold !== 'bigint' && typeof threshold !== 'boolean') throw refuse('in-toto expects whole thresholds')
  return { ...itemModel(raw, 'expected_command'), pubkeys, threshold: Number(threshold) }
}

/** A key that we refuse stays in the list as null: it matters only where it is used. */
function keysOf(value: JsonObject): Map<string, Key | null> {
  const keys = new Map<string, Key | null>()
  for (const [keyid, key] of object(value, 'keys')) {
    if (!isHex(keyid) || !(key instanceof Map)) throw refuse('in-toto refuses the keys')
    keys.set(keyid, readKey(key))
  }
  return keys
}

function readKey(value: JsonObject): Key | null {
  try {
    return parseKeyObject(value)
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}

function layoutSigned(
  open: OpenEnvelope,
  steps: readonly JsonObject[],
  inspections: readonly JsonObject[],
): OpenEnvelope {
  if (open.form === 'dsse') return open
  const { value } = open
  const model = jsonObject({
    _type: 'layout',
    expires: value.get('expires') ?? null,
    inspect: inspections.map((raw) => rendered(raw, INSPECTION_FIELDS, 'inspection')),
    keys: object(value, 'keys'),
    readme: value.get('readme') ?? '',
    steps: steps.map((raw) => rendered(raw, STEP_FIELDS, 'step')),
  })
  const whole = value.size === LAYOUT_FIELDS.length && LAYOUT_FIELDS.every((name) => value.has(name))
  const kept =
    steps.every((raw) => isWhole(raw, STEP_FIELDS, 'step')) &&
    inspections.every((raw) => isWhole(raw, INSPECTION_FIELDS, 'inspection'))
  return whole && kept ? open : renewed(open, model)
}

function isWhole(raw: JsonObject, fields: readonly string[], type: string): boolean {
  return raw.size === fields.length && fields.every((name) => raw.has(name)) && raw.get('_type') === type
}

const DEFAULTS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['name', null],
  ['threshold', 1n],
])

function rendered(raw: JsonObject, fields: readonly string[], type: string): JsonObject {
  const item: JsonObject = new Map()
  for (const name of fields) {
    const missing = DEFAULTS.has(name) ? (DEFAULTS.get(name) ?? null) : []
    item.set(name, name === '_type' ? type : raw.has(name) ? (raw.get(name) ?? null) : missing)
  }
  return item
}
