import type { Candidate, Document } from '../verify/input.ts'
import type { SignedLink, Unusable } from './evidence.ts'

/** One signer at a time: another signature on the same envelope is another link, let in or not by itself. */
export function candidateOf(link: SignedLink): Candidate {
  return { document: named(link.stored), keyid: link.keyid.slice(0, 8), proofs: link.stored.proofs ?? [] }
}

/** A document that cannot count: the verifier says what is wrong with it. */
export function unusableCandidate({ stored }: Unusable): Candidate {
  return { document: named(stored), keyid: null, proofs: stored.proofs ?? [] }
}

function named({ document, sightings }: SignedLink['stored']): Document {
  const source = document.source === '' ? (sightings[0]?.path ?? document.sha256) : document.source
  return { ...document, source }
}
