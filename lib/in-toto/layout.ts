import {
  FormatError,
  type JsonObject,
  type JsonValue,
  type Key,
  parseKeyObject,
  parseX509Pem,
  type X509,
} from '#lib/crypto/index.ts'
import { strictLayoutComplaints } from './layout-strict.ts'
import { LIMITS } from './limits.ts'
import { member, readArray, readObject, readString, readStrings, shown } from './reader.ts'
import { parseRule, type Rule } from './rule.ts'
import { parseTimestamp } from './time.ts'

/** Who must have done what, in which order, with which files (specification 4.3). */
export interface Layout {
  readonly value: JsonObject
  readonly expires: string
  readonly readme: string
  /** by the keyid under which the layout lists them */
  readonly keys: ReadonlyMap<string, Key>
  readonly steps: readonly Step[]
  readonly inspections: readonly Inspection[]
  /** ITE-7: certificate authorities by the keyid under which the layout lists them */
  readonly rootCas: ReadonlyMap<string, Authority>
  readonly intermediateCas: ReadonlyMap<string, Authority>
  /** places of members that no specification names; they might restrict, so they are never passed over silently */
  readonly unknownFields: readonly string[]
  /** what the reference verifiers accept and a strict one refuses */
  readonly complaints: readonly Complaint[]
}

export interface Complaint {
  readonly place: string
  readonly message: string
}

export interface Step {
  readonly name: string
  readonly expectedCommand: readonly string[]
  readonly expectedMaterials: readonly Rule[]
  readonly expectedProducts: readonly Rule[]
  /** keyids that may sign for the step, in the layout's order */
  readonly pubkeys: readonly string[]
  readonly threshold: number
  /** ITE-7; empty where the step is signed by keys only */
  readonly certConstraints: readonly CertConstraint[]
}

/** An authority as in-toto-golang lists it: a key object with its certificate. */
export interface Authority {
  readonly certificate: X509
  /** what the key object says of itself; null where it does not */
  readonly keyid: string | null
  readonly publicKey: string | null
}

/** What a certificate must say to sign for a step; any one of a step's constraints suffices. */
export interface CertConstraint {
  readonly commonName: string
  readonly dnsNames: readonly string[]
  readonly emails: readonly string[]
  readonly organizations: readonly string[]
  readonly roots: readonly string[]
  readonly uris: readonly string[]
}

export interface Inspection {
  readonly name: string
  readonly run: readonly string[]
  readonly expectedMaterials: readonly Rule[]
  readonly expectedProducts: readonly Rule[]
}

const CODE = 'LAYOUT_INVALID'
const LAYOUT_FIELDS = ['_type', 'expires', 'inspect', 'keys', 'readme', 'steps', 'rootcas', 'intermediatecas']
const ITEM_FIELDS = ['_type', 'name', 'expected_materials', 'expected_products']
const STEP_FIELDS = [...ITEM_FIELDS, 'expected_command', 'pubkeys', 'threshold', 'cert_constraints']
const INSPECTION_FIELDS = [...ITEM_FIELDS, 'run']
const CONSTRAINT_LISTS = ['dns_names', 'emails', 'organizations', 'roots', 'uris'] as const

/**
 * Reads the signed part of a layout.
 * @throws FormatError LAYOUT_INVALID or LIMIT with the place, where the document is not a layout as the
 * specification has it. What is merely unwise comes back in `complaints`.
 */
export function parseLayoutDocument(value: JsonObject): Layout {
  if (value.get('_type') !== 'layout') readType(value, 'layout', '')
  const expires = readString(value.get('expires'), 'expires', CODE)
  if (parseTimestamp(expires) === null) {
    const message = `Expected a time like 2030-01-31T12:00:00Z at expires; found ${JSON.stringify(expires)}.`
    throw new FormatError(CODE, message, 'expires')
  }
  const unknownFields = unknownMembers(value, LAYOUT_FIELDS, '')
  const steps = readArray(value.get('steps'), 'steps', CODE)
  if (steps.length > LIMITS.steps) throw tooMany('steps', steps.length, LIMITS.steps)
  const layout = {
    value,
    expires,
    readme: readString(value.get('readme'), 'readme', CODE),
    keys: readKeys(value.get('keys')),
    steps: steps.map((step, index) => readStep(step, `steps[${index}]`, unknownFields)),
    inspections: readArray(value.get('inspect'), 'inspect', CODE).map((inspection, index) =>
      readInspection(inspection, `inspect[${index}]`, unknownFields),
    ),
    rootCas: readAuthorities(value.get('rootcas'), 'rootcas'),
    intermediateCas: readAuthorities(value.get('intermediatecas'), 'intermediatecas'),
    unknownFields,
  }
  refuseRepeatedNames([...layout.steps, ...layout.inspections])
  return { ...layout, complaints: strictLayoutComplaints(layout) }
}

function readType(value: JsonObject, expected: string, place: string): void {
  const type = value.get('_type')
  if (type === expected) return
  const at = member(place, '_type')
  const message = `Expected "${expected}" at ${at}; found ${typeof type === 'string' ? JSON.stringify(type) : 'nothing'}.`
  throw new FormatError(CODE, message, at)
}

function unknownMembers(value: JsonObject, known: readonly string[], place: string): string[] {
  const unknown: string[] = []
  for (const name of value.keys()) if (!known.includes(name)) unknown.push(member(place, name))
  return unknown
}

function tooMany(place: string, count: number, limit: number): FormatError {
  return new FormatError('LIMIT', `The layout has ${count} entries at ${place}; at most ${limit} are read.`, place)
}

function readKeys(value: JsonValue | undefined): Map<string, Key> {
  const keys = new Map<string, Key>()
  for (const [keyid, key] of readObject(value, 'keys', CODE)) keys.set(keyid, readKey(key, keyid))
  return keys
}

function readKey(value: JsonValue, keyid: string): Key {
  const place = member('keys', keyid)
  readKeyid(keyid, place)
  try {
    return parseKeyObject(value)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new FormatError(CODE, `The key at ${place} cannot be used: ${error.message}`, place)
  }
}

function readKeyids(value: JsonValue | undefined, place: string): readonly string[] {
  const keyids = readStrings(value, place, CODE)
  const wrong = keyids.findIndex((keyid) => !HEX.test(keyid))
  if (wrong >= 0) readKeyid(keyids[wrong] ?? '', `${place}[${wrong}]`)
  return keyids
}

const HEX = /^[0-9a-fA-F]+$/

function readKeyid(keyid: string, place: string): string {
  if (HEX.test(keyid)) return keyid
  throw new FormatError(CODE, `Expected a keyid in hex at ${place}; found ${JSON.stringify(keyid)}.`, place)
}

function readStep(item: JsonValue, place: string, unknownFields: string[]): Step {
  const value = readObject(item, place, CODE)
  readType(value, 'step', place)
  unknownFields.push(...unknownMembers(value, STEP_FIELDS, place))
  return {
    ...readItem(value, place),
    expectedCommand: readStrings(value.get('expected_command'), `${place}.expected_command`, CODE),
    pubkeys: readKeyids(value.get('pubkeys'), `${place}.pubkeys`),
    threshold: readThreshold(value.get('threshold'), `${place}.threshold`),
    certConstraints: readConstraints(value.get('cert_constraints'), `${place}.cert_constraints`, unknownFields),
  }
}

function readInspection(item: JsonValue, place: string, unknownFields: string[]): Inspection {
  const value = readObject(item, place, CODE)
  readType(value, 'inspection', place)
  unknownFields.push(...unknownMembers(value, INSPECTION_FIELDS, place))
  return { ...readItem(value, place), run: readStrings(value.get('run'), `${place}.run`, CODE) }
}

function readItem(value: JsonObject, place: string) {
  return {
    name: readString(value.get('name'), `${place}.name`, CODE),
    expectedMaterials: readRules(value.get('expected_materials'), `${place}.expected_materials`),
    expectedProducts: readRules(value.get('expected_products'), `${place}.expected_products`),
  }
}

function readRules(value: JsonValue | undefined, place: string): Rule[] {
  const rules = readArray(value, place, CODE)
  if (rules.length > LIMITS.rulesPerList) throw tooMany(place, rules.length, LIMITS.rulesPerList)
  return rules.map((rule, index) => readRule(rule, place, index))
}

/** Where it is wrong it is read again, with its place: to put that into words for every rule takes longer than reading. */
function readRule(rule: JsonValue, list: string, index: number): Rule {
  try {
    return parseRule(readStrings(rule, '', CODE))
  } catch {
    const place = `${list}[${index}]`
    return parseRule(readStrings(rule, place, CODE), place)
  }
}

/** A whole number from 1. `undefined`, `true`, "2" and 0 must never pass for a threshold. */
function readThreshold(value: JsonValue | undefined, place: string): number {
  if (typeof value === 'bigint' && value >= 1n && value <= 1_000_000n) return Number(value)
  throw new FormatError(CODE, `Expected a whole number from 1 at ${place}; found ${shown(value)}.`, place)
}

function readConstraints(value: JsonValue | undefined, place: string, unknownFields: string[]): CertConstraint[] {
  if (value === undefined || value === null) return []
  return readArray(value, place, CODE).map((item, index) => {
    const at = `${place}[${index}]`
    const constraint = readObject(item, at, CODE)
    unknownFields.push(...unknownMembers(constraint, ['common_name', ...CONSTRAINT_LISTS], at))
    // in-toto-golang takes what is missing for "must be absent", and then finds its own rendering signed by nobody
    const list = (name: (typeof CONSTRAINT_LISTS)[number]) =>
      constraint.get(name) === null ? [] : readStrings(constraint.get(name), `${at}.${name}`, CODE)
    return {
      commonName: readString(constraint.get('common_name'), `${at}.common_name`, CODE),
      dnsNames: list('dns_names'),
      emails: list('emails'),
      organizations: list('organizations'),
      roots: list('roots'),
      uris: list('uris'),
    }
  })
}

/** ITE-7 as in-toto-golang writes it: keyid -> key object with `keyval.certificate`. */
function readAuthorities(value: JsonValue | undefined, place: string): Map<string, Authority> {
  const authorities = new Map<string, Authority>()
  if (value === undefined || value === null) return authorities
  for (const [keyid, item] of readObject(value, place, CODE)) {
    const at = member(place, keyid)
    const key = readObject(item, at, CODE)
    const keyval = readObject(key.get('keyval'), `${at}.keyval`, CODE)
    const pem = readString(keyval.get('certificate'), `${at}.keyval.certificate`, CODE)
    authorities.set(keyid, {
      certificate: readCertificate(pem, `${at}.keyval.certificate`),
      keyid: textOrNull(key.get('keyid')),
      publicKey: textOrNull(keyval.get('public')),
    })
  }
  return authorities
}

function readCertificate(pem: string, place: string): X509 {
  try {
    const [certificate, more] = parseX509Pem(pem)
    if (certificate !== undefined && more === undefined) return certificate
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new FormatError(CODE, `The certificate at ${place} cannot be used: ${error.message}`, place)
  }
  throw new FormatError(CODE, `Expected one certificate at ${place}; found several.`, place)
}

function textOrNull(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** One name, one step or inspection: rules and file names refer to them by name. */
function refuseRepeatedNames(items: readonly { readonly name: string }[]): void {
  const seen = new Set<string>()
  for (const { name } of items) {
    if (seen.has(name)) {
      const message = `The name ${JSON.stringify(name)} is used by more than one step or inspection; names must be unique.`
      throw new FormatError(CODE, message, 'steps')
    }
    seen.add(name)
  }
}
