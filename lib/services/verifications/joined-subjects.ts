import type { Envelope, Verification } from '#lib/in-toto/index.ts'
import { fileName, isHub, joiningDigests } from '../imports/edges-of.ts'
import { storedText } from '../imports/store/stored-text.ts'

export interface VerifiedSubject {
  readonly algo: string
  /** lower-case hex */
  readonly digest: string
  readonly name: string
}

/** How Witness names, in a collection, what a policy verification was about; its policy is a subject beside them. */
const ofWitness = 'https://slsa.dev/verification_summary/v1/'
const artifact = `${ofWitness}artifact:`

/**
 * What a verification is about, by digests that may join: never by those of the empty file, nor by branches,
 * committers, pipelines or the policy, which thousands of artifacts share. A summary alone is about its subjects whatever
 * address they have (slsa.dev/spec/v1.0/verification_summary: names are not for identification).
 */
export function joinedSubjects(envelope: Envelope, { subjects }: Pick<Verification, 'subjects'>): VerifiedSubject[] {
  const collection = envelope.kind === 'statement' && envelope.document.predicateKind === 'witness-collection'
  const found = new Map<string, VerifiedSubject>()
  for (const { name, uri, digests } of subjects) {
    const label = name ?? uri ?? ''
    if (isShared(label, collection)) continue
    for (const { algo, digest } of joiningDigests(digests))
      found.set(`${algo} ${digest}`, { algo, digest, name: nameOf(label) })
  }
  return [...found.values()]
}

function isShared(label: string, collection: boolean): boolean {
  if (label.startsWith(ofWitness)) return !label.startsWith(artifact)
  if (!collection && /^(https?:\/\/|pkg:)/i.test(label) && !/^https:\/\/witness\./.test(label)) return false
  return isHub(label)
}

/** Witness names an artifact by nothing but its digest. */
function nameOf(label: string): string {
  return label.startsWith(ofWitness) ? '' : storedText(fileName(label))
}
