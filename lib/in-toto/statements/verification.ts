import { FormatError, type JsonValue, type Key } from '#lib/crypto/index.ts'
import type { Envelope } from '../envelope.ts'
import { readObject } from '../reader.ts'
import type { Resource } from '../resource.ts'
import type { SignatureVerifier } from '../verify/input.ts'
import { verifyEnvelope } from '../verify/verify-envelope.ts'
import { mapOf, textOf } from './facts.ts'
import { readDescriptor, readResources } from './files.ts'

/**
 * A verification that somebody else made, as he states it: a SLSA verification summary (VSA, slsa.dev/spec/v1.0/
 * verification_summary), Witness' verification of a policy, which is one without resource and levels, or a simple
 * verification result (SVR, attestation framework, predicates/svr.md), which names what passed. It is shown beside our
 * verdicts and never becomes one. Nothing in it is checked; for who signed it see `verifierStatus`.
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

const V1 = 'https://slsa.dev/verification_summary/v1'
const OLD = ['https://slsa.dev/verification_summary/v0.2', 'https://slsa.dev/verification_summary/v0.1']
const SVR = ['https://in-toto.io/attestation/svr/v0.1', 'https://in-toto.io/attestation/svr/v0.2']
const WITNESS_COLLECTION = 'https://witness.testifysec.com/attestation-collection/v0.1'

/**
 * Every verification that a statement states: none, one, or several in a Witness collection. What is wrong with one
 * is told in it; it is never left out.
 */
export function verificationsIn(envelope: Envelope): Verification[] {
  if (envelope.kind !== 'statement') return []
  const { predicateType, subjects } = envelope.document
  const predicate = envelope.value.get('predicate')
  if (predicateType === V1) return [readSummary(predicate, subjects, CAMEL, 'predicate')]
  if (OLD.includes(predicateType)) return [readSummary(predicate, subjects, SNAKE, 'predicate')]
  if (SVR.includes(predicateType)) return [readSimple(predicate, subjects)]
  if (predicateType !== WITNESS_COLLECTION) return []
  const list = mapOf(predicate).get('attestations')
  return (Array.isArray(list) ? list : []).flatMap((item, index) =>
    mapOf(item).get('type') === V1
      ? [readSummary(mapOf(item).get('attestation'), subjects, CAMEL, `predicate.attestations[${index}].attestation`)]
      : [],
  )
}

/** Names of the members: VSA up to v0.2 wrote them with underscores. */
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

function readSummary(
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

/** Properties that passed, by whom and when; the policy is a member that some verifiers add to themselves. */
function readSimple(value: JsonValue | undefined, subjects: readonly Resource[]): Verification {
  const gaps: string[] = []
  const body = attempt(() => readObject(value, 'predicate', 'MALFORMED'), gaps) ?? new Map()
  const by = mapOf(body.get('verifier'))
  const verifier = textOf(by.get('id'))
  const timeVerified = textOf(body.get('timeCreated'))
  const at = timeVerified === null ? null : timeOf(timeVerified)
  const policy = by.get('policy') ?? null
  const levels = levelsOf(body.get('properties'))
  const read = policy === null ? null : attempt(() => readDescriptor(policy, 'predicate.verifier.policy'), gaps)
  if (verifier === null || verifier === '') gaps.push('It does not say who verified (predicate.verifier.id).')
  if (at === null) gaps.push('It does not say when, or not as a time (predicate.timeCreated).')
  if (levels.length === 0) gaps.push('It does not say what passed (predicate.properties).')
  const result = levels.length === 0 ? 'unknown' : 'passed'
  const said = { verifier, timeVerified, at, resource: null, policy: read, levels, inputs: [], subjects, gaps }
  return { kind: 'svr', result, ...said }
}

function attempt<T>(read: () => T, gaps: string[]): T | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    gaps.push(error.message)
    return null
  }
}

function levelsOf(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return [value]
  return (Array.isArray(value) ? value : []).flatMap((item) => textOf(item) ?? [])
}

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/

/** A time in RFC 3339, as others write it; null for a day that does not exist. */
function timeOf(text: string): number | null {
  const [, day, clock] = RFC3339.exec(text) ?? []
  const plain = Date.parse(`${day}T${clock}.000Z`)
  if (Number.isNaN(plain) || !new Date(plain).toISOString().startsWith(`${day}T${clock}`)) return null
  const time = Date.parse(text.toUpperCase())
  return Number.isNaN(time) ? null : time
}

/** Whether whoever is named as the verifier signed it; apart from what he says. */
export type VerifierStatus =
  | { readonly status: 'verified'; readonly keyids: readonly string[] }
  /** `unknown-verifier`: no key is trusted for the name in it; a name alone is anybody's */
  | { readonly status: 'unknown-verifier' | 'not-signed'; readonly message: string }

/**
 * Checks the signature on a verification against the keys that are trusted for the verifier whom it names.
 * @param trusted keys by verifier id
 * @param at time for the expiry of keys, in milliseconds
 */
export function verifierStatus(
  envelope: Envelope,
  { verifier }: Pick<Verification, 'verifier'>,
  trusted: ReadonlyMap<string, readonly Key[]>,
  at: number,
  verify: SignatureVerifier,
): VerifierStatus {
  const keys = verifier === null ? [] : (trusted.get(verifier) ?? [])
  if (keys.length === 0) {
    const message = `No key is trusted for the verifier ${JSON.stringify(verifier ?? '')}.`
    return { status: 'unknown-verifier', message }
  }
  const { signers } = verifyEnvelope(envelope, keys, 1, at, verify)
  if (signers.length > 0) return { status: 'verified', keyids: signers.map(({ keyid }) => keyid) }
  const message = `None of the keys that are trusted for the verifier ${JSON.stringify(verifier)} signed it.`
  return { status: 'not-signed', message }
}
