import type { Key } from '#lib/crypto/index.ts'
import type {
  CertificateTrust,
  Document,
  Functionary,
  ReadDocument,
  RevokedKey,
  SignatureVerifier,
  TimeProof,
  UnusableKey,
} from '../verify/input.ts'
import type { StepForms } from '../verify/step-form.ts'

/** Once somebody brought a document: when, in which delivery (null: in none), under which path. */
export interface Sighting {
  readonly deliveryId: string | null
  /** milliseconds */
  readonly at: number
  readonly path: string
  readonly by: string
}

/** A document of the store with everyone who brought it, whichever software they brought it for. */
export interface StoredDocument {
  readonly document: Document
  /** sha256 of what its signatures cover; null where it could not be read */
  readonly signedSha256: string | null
  readonly sightings: readonly Sighting[]
  /** of this very document, not of others around the same signed bytes; absent: none */
  readonly proofs?: readonly TimeProof[]
}

/** Evidence that came together. */
export interface Delivery {
  readonly id: string
  readonly kind: 'handed-over' | 'pushed'
  /** pushed: whose clients pushed; null for what was handed over */
  readonly softwareId: string | null
  readonly issuer: string
  /** run label, or directory */
  readonly label: string
  /** attempts of one run add up: each holds what those up to it pushed */
  readonly attempt: number
  readonly openedAt: number
  /** what comes later belongs to no delivery; null: never */
  readonly closesAt: number | null
}

/** Signed bytes that are out of consideration, in whatever envelope they come. */
export interface TakenOut {
  readonly signedSha256: string
  readonly by: string
  readonly reason: string
}

/** A step and a pattern that name what a software ships. */
export interface FinalFiles {
  readonly step: string
  readonly pattern: string
}

/** All that selecting and judging depend on. The store may hold far more than what belongs to one build. */
export interface SelectInput {
  readonly softwareId: string
  readonly layout: ReadDocument
  readonly layoutKeys: readonly Key[]
  /** of when the layout was signed; absent: nothing is known */
  readonly layoutProofs?: readonly TimeProof[]
  /** absent: nobody revoked a key */
  readonly revokedKeys?: readonly RevokedKey[]
  /** owner keys that cannot be read: nobody can tell what they would have vouched for */
  readonly unusableKeys?: readonly UnusableKey[]
  readonly parameters: ReadonlyMap<string, string> | null
  /** empty: all that the last step made */
  readonly finalFiles: readonly FinalFiles[]
  readonly documents: readonly StoredDocument[]
  /** what somebody took out of consideration: it neither helps nor hurts, and the verdict says so; absent: nothing */
  readonly takenOut?: readonly TakenOut[]
  /** there is more evidence than was gathered: what it says is not known */
  readonly truncated?: boolean
  readonly deliveries: readonly Delivery[]
  /** how long evidence may take, in milliseconds */
  readonly waiting: number
  /** the time to judge for, in milliseconds */
  readonly at: number
  readonly verifySignature: SignatureVerifier
  /** where a signed document says which run it belongs to: member names from the outermost; the first found counts */
  readonly runIdPaths?: readonly (readonly string[])[]
  /** steps one link of which serves many builds */
  readonly sharedSteps?: ReadonlySet<string>
  /** whether a link of another run counts where digests tie it; by default nobody can tell */
  readonly mixedRuns?: boolean
  /** step -> sha256 of the signed bytes of the one sublayout that may stand for it, wherever it came; absent: those of the delivery */
  readonly sublayouts?: ReadonlyMap<string, string>
  /** in which form the evidence of a step comes; absent: all as links */
  readonly forms?: StepForms
  /** absent: certificates cannot be judged */
  readonly certificates?: CertificateTrust
  /** who counts once for a threshold; selecting does not ask, so that a declaration makes no record replace another */
  readonly functionaries?: readonly Functionary[]
}

/** For how long after its first sighting a signed run id takes in more: an id used for ever names no run. */
export const SIGNED_RUN_MS = 24 * 60 * 60_000

/** At most so many link groups of one step, and combinations of groups, are looked at. */
export const SELECT_LIMITS = { groups: 1_000, combinations: 1_000, shown: 5 } as const
