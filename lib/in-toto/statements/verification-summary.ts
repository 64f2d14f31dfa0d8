import { FormatError, type JsonValue } from '#lib/crypto/index.ts'
import { readObject } from '../reader.ts'
import type { Resource } from '../resource.ts'
import { type Gap, mapOf, NOTHING, type PredicateFacts, textOf } from './facts.ts'
import { readDescriptor, readResources } from './files.ts'

/**
 * A verification that somebody else made, as he states it: a SLSA verification summary (VSA, slsa.dev/spec/v1.0/
 * verification_summary), Witness' verification of a policy, which is one without resource and levels, or a simple
 * verification result (SVR, attestation framework, predicates/svr.md), which names what passed. It is shown beside our
 * verdicts and never becomes one; a summary is evidence where a step asks for its verifier and policy (`StepForm`).
 * Nothing in it is checked; for who signed it see `verifierStatus`.
 */
export interface Verification {
  readonly kind: 'slsa' | 'witness' | 'svr'
  /** who decided; null where it does not say */
  readonly verifier: string | null
  /** as written; `at` in milliseconds where it is a time */
  readonly timeVerified: string | null
  readonly at: number | null
  /** the URI of what was verified; Witness names none */
  readonly resource: string | null
  readonly policy: Resource | null
  /** `unknown`: neither PASSED nor FAILED is written */
  readonly result: 'passed' | 'failed' | 'unknown'
  /** SVR: the properties that passed; it cannot say that one failed */
  readonly levels: readonly string[]
  /** the attestations that it rests on; empty where it does not say */
  readonly inputs: readonly Resource[]
  /** what it is about, by digest */
  readonly subjects: readonly Resource[]
  /** sentences: what its type demands and it does not say, or says wrongly */
  readonly gaps: readonly string[]
}

export const SUMMARY_V1 = 'https://slsa.dev/verification_summary/v1'

/** Types of a SLSA verification summary (VSA); up to v0.2 members were written with underscores. */
export const VERIFICATION_SUMMARIES: readonly string[] = [
  SUMMARY_V1,
  'https://slsa.dev/verification_summary/v0.2',
  'https://slsa.dev/verification_summary/v0.1',
]

/**
 * The summary in a predicate of one of `VERIFICATION_SUMMARIES`. What is wrong with it is told in its gaps; nothing is
 * thrown.
 * @param place path of the predicate in the document, for the gaps
 */
export function readSummary(
  type: string,
  predicate: JsonValue | undefined,
  subjects: readonly Resource[],
  place = 'predicate',
): Verification {
  return summaryWith(predicate, subjects, type === SUMMARY_V1 ? CAMEL : SNAKE, place)
}

/** A summary as evidence of a step: what it says of its subjects, and why it may stand for none. */
export function readSummaryFacts(
  type: string,
  predicate: JsonValue | undefined,
  subjects: readonly Resource[],
): PredicateFacts {
  const { verifier, policy, result, levels, gaps } = readSummary(type, predicate, subjects)
  const unusable = gaps.map((message): Gap => ({ code: 'UNSUPPORTED', message, place: 'predicate' }))
  return { ...NOTHING, summary: { verifier, policy: policy?.uri ?? null, result, levels }, gaps: unusable }
}

const CAMEL = {
  time: 'timeVerified',
  resource: 'resourceUri',
  result: 'verificationResult',
  inputs: 'inputAttestations',
  levels: 'verifiedLevels',
}
const SNAKE: typeof CAMEL = {
  time: 'time_verified',
  resource: 'resource_uri',
  result: 'verification_result',
  inputs: 'input_attestations',
  levels: 'policy_level',
}

function summaryWith(
  value: JsonValue | undefined,
  subjects: readonly Resource[],
  names: typeof CAMEL,
  place: string,
): Verification {
  const gaps: string[] = []
  const body = attempt(() => readObject(value, place, 'MALFORMED'), gaps) ?? new Map()
  const verifier = textOf(mapOf(body.get('verifier')).get('id'))
  const kind = verifier === 'witness' ? 'witness' : 'slsa'
  const timeVerified = textOf(body.get(names.time))
  const resource = textOf(body.get(names.resource))
  const written = textOf(body.get(names.result))
  const at = timeVerified === null ? null : timeOf(timeVerified)
  const policy = body.get('policy') ?? null
  const summary = {
    kind,
    verifier,
    timeVerified,
    at,
    resource,
    policy: policy === null ? null : attempt(() => readDescriptor(policy, `${place}.policy`), gaps),
    result: written === 'PASSED' ? 'passed' : written === 'FAILED' ? 'failed' : 'unknown',
    levels: levelsOf(body.get(names.levels)),
    inputs: attempt(() => readResources(body.get(names.inputs), `${place}.${names.inputs}`), gaps) ?? [],
    subjects,
  } as const
  if (verifier === null || verifier === '') gaps.push(`It does not say who verified (${place}.verifier.id).`)
  if (at === null) gaps.push(`It does not say when, or not as a time (${place}.${names.time}).`)
  if (summary.result === 'unknown') gaps.push(`Expected PASSED or FAILED at ${place}.${names.result}.`)
  if (policy === null) gaps.push(`It does not say under which policy (${place}.policy).`)
  if (resource === null && kind === 'slsa') gaps.push(`It does not say of what (${place}.${names.resource}).`)
  return { ...summary, gaps }
}

export function attempt<T>(read: () => T, gaps: string[]): T | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    gaps.push(error.message)
    return null
  }
}

export function levelsOf(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return [value]
  return (Array.isArray(value) ? value : []).flatMap((item) => textOf(item) ?? [])
}

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/

/** A time in RFC 3339, as others write it; null for a day that does not exist. */
export function timeOf(text: string): number | null {
  const [, day, clock] = RFC3339.exec(text) ?? []
  const plain = Date.parse(`${day}T${clock}.000Z`)
  if (Number.isNaN(plain) || !new Date(plain).toISOString().startsWith(`${day}T${clock}`)) return null
  const time = Date.parse(text.toUpperCase())
  return Number.isNaN(time) ? null : time
}
