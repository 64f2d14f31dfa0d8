import type { JsonObject, JsonValue } from '#lib/crypto/index.ts'
import { readObject } from './reader.ts'
import type { Resource } from './resource.ts'
import { NOTHING, type PredicateFacts } from './statements/facts.ts'
import { readLinkPredicate } from './statements/link-predicate.ts'
import { readSlsaV1, readSlsaV02 } from './statements/slsa-provenance.ts'
import { readTestResult } from './statements/test-result.ts'
import { readSummaryFacts, VERIFICATION_SUMMARIES } from './statements/verification-summary.ts'
import { readWitnessCollection } from './statements/witness-collection.ts'

type Read = (predicate: JsonObject, subjects: readonly Resource[]) => PredicateFacts

export type PredicateKind = 'link' | 'slsa-provenance' | 'witness-collection' | 'test-result' | 'vsa'

const READERS: ReadonlyMap<string, { readonly kind: PredicateKind; readonly read: Read }> = new Map([
  ['https://in-toto.io/attestation/link/v0.3', { kind: 'link', read: readLinkPredicate }],
  ['https://in-toto.io/attestation/link/v0.2', { kind: 'link', read: readLinkPredicate }],
  ['https://in-toto.io/Link/v1', { kind: 'link', read: readLinkPredicate }],
  ['https://in-toto.io/Link/v0.2', { kind: 'link', read: readLinkPredicate }],
  ['https://slsa.dev/provenance/v1', { kind: 'slsa-provenance', read: readSlsaV1 }],
  ['https://slsa.dev/provenance/v0.2', { kind: 'slsa-provenance', read: readSlsaV02 }],
  [
    'https://witness.testifysec.com/attestation-collection/v0.1',
    { kind: 'witness-collection', read: readWitnessCollection },
  ],
  ['https://in-toto.io/attestation/test-result/v0.1', { kind: 'test-result', read: readTestResult }],
])

/** What a predicate type can say about a step; null: nothing that a layout could use. */
export function predicateKind(type: string): PredicateKind | null {
  return VERIFICATION_SUMMARIES.includes(type) ? 'vsa' : (READERS.get(type)?.kind ?? null)
}

/** Reads the predicate where its type is known; anything else is kept as it is and says nothing here. */
export function readPredicate(
  type: string,
  predicate: JsonValue | undefined,
  subjects: readonly Resource[],
): PredicateFacts {
  // a verification that cannot be read whole is still shown, with what is wrong in it
  if (VERIFICATION_SUMMARIES.includes(type)) return readSummaryFacts(type, predicate, subjects)
  const known = READERS.get(type)
  if (known === undefined) return NOTHING
  return known.read(readObject(predicate, 'predicate', 'MALFORMED'), subjects)
}
