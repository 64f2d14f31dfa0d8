import type { JsonObject, JsonValue } from '#lib/crypto/index.ts'
import type { Artifacts } from '../link.ts'

/** What a predicate says about a step. Lists are empty and texts null where its type says nothing about them. */
export interface PredicateFacts {
  /** the step it names */
  readonly step: string | null
  readonly command: readonly string[] | null
  readonly returnValue: number | null
  readonly materials: Artifacts
  readonly products: Artifacts
  /** SLSA provenance: who built, and by which kind of build; what it has instead of a step's name */
  readonly builder: { readonly id: string; readonly buildType: string } | null
  /** a test result as written: PASSED, WARNED, FAILED */
  readonly result: string | null
  /** a verification summary: what somebody else's verification of the subjects came to */
  readonly summary: Summary | null
  /** why it may be listed and cannot stand for a step of a layout */
  readonly gaps: readonly Gap[]
}

/** A verification summary, as far as a step may ask for it. */
export interface Summary {
  /** who decided */
  readonly verifier: string | null
  /** the URI of the policy that he decided by */
  readonly policy: string | null
  readonly result: 'passed' | 'failed' | 'unknown'
  readonly levels: readonly string[]
}

/** Something that a layout's rules would need and that the statement leaves open, or says in two ways. */
export interface Gap {
  readonly code: 'MALFORMED' | 'UNSUPPORTED'
  /** one sentence */
  readonly message: string
  /** path in the statement */
  readonly place: string
}

export const NOTHING: PredicateFacts = {
  step: null,
  command: null,
  returnValue: null,
  materials: new Map(),
  products: new Map(),
  builder: null,
  result: null,
  summary: null,
  gaps: [],
}

/** The gap of a member that is not what its type's clause asks for. */
export function malformed(expected: string, place: string): Gap {
  return { code: 'MALFORMED', message: `Expected ${expected} at ${place}.`, place }
}

/** What is no object has no members. */
export function mapOf(value: JsonValue | undefined): JsonObject {
  return value instanceof Map ? value : new Map()
}

export function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

export function textsOf(value: JsonValue | undefined): string[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null
}

/** A whole number that JavaScript holds exactly. */
export function wholeOf(value: JsonValue | undefined): number | null {
  if (typeof value !== 'bigint') return null
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : null
}
