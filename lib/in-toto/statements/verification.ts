import type { JsonValue, Key } from '#lib/crypto/index.ts'
import type { Envelope } from '../envelope.ts'
import { readObject } from '../reader.ts'
import type { Resource } from '../resource.ts'
import type { SignatureVerifier } from '../verify/input.ts'
import { verifyEnvelope } from '../verify/verify-envelope.ts'
import { mapOf, textOf } from './facts.ts'
import { readDescriptor } from './files.ts'
import {
  attempt,
  levelsOf,
  readSummary,
  SUMMARY_V1,
  timeOf,
  VERIFICATION_SUMMARIES,
  type Verification,
} from './verification-summary.ts'

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
  if (VERIFICATION_SUMMARIES.includes(predicateType)) return [readSummary(predicateType, predicate, subjects)]
  if (SVR.includes(predicateType)) return [readSimple(predicate, subjects)]
  if (predicateType !== WITNESS_COLLECTION) return []
  const list = mapOf(predicate).get('attestations')
  return (Array.isArray(list) ? list : []).flatMap((item, index) =>
    mapOf(item).get('type') === SUMMARY_V1
      ? [
          readSummary(
            SUMMARY_V1,
            mapOf(item).get('attestation'),
            subjects,
            `predicate.attestations[${index}].attestation`,
          ),
        ]
      : [],
  )
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
