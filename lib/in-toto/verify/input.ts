import type { CertificateVerifier, Key, X509 } from '#lib/crypto/index.ts'
import type { Envelope, OpenEnvelope } from '../envelope.ts'
import type { Artifacts } from '../link.ts'
import type { StepForms } from './step-form.ts'

/** A file handed to the verifier, read or not: nothing that is wrong with it is lost. See `readDocument`. */
export type Document = ReadDocument | UnreadDocument

export interface ReadDocument {
  /** file name or other place, for the report */
  readonly source: string
  readonly sha256: string
  readonly envelope: Envelope
}

export interface UnreadDocument {
  readonly source: string
  readonly sha256: string
  readonly problem: { readonly code: string; readonly message: string; readonly place: string }
  /** the envelope, where only the document in it is wrong */
  readonly open: OpenEnvelope | null
}

/**
 * Evidence for one step. `keyid` is what its file name says (`STEP.KEYID8.link`): the document then stands for the
 * keys of that prefix only, as in in-toto. Null: for everyone whose valid signature it carries.
 */
export interface Candidate {
  readonly document: Document
  readonly keyid: string | null
  /** absent: nothing is known of when it was signed */
  readonly proofs?: readonly TimeProof[]
}

/**
 * Proof that a signature existed at a moment. Whoever hands it over has checked it: a time stamp token of RFC 3161
 * over these signature bytes by an authority that is trusted and was valid then; or a receipt of whoever received
 * these bytes, by a clock of his own. The engine decides what follows from it.
 */
export interface TimeProof {
  readonly kind: 'timestamped' | 'witnessed'
  /** milliseconds; after the verdict's own time it proves nothing yet */
  readonly at: number
  /** for people: the authority, or who received it */
  readonly by: string
  /** sha256 of the raw signature bytes that it is about, lower-case hex; null: all that the document carries */
  readonly signature: string | null
}

/** A root of a trust domain and when it was in force: from the first moment, up to but without the last. */
export interface TrustedRoot {
  readonly certificate: X509
  /** milliseconds */
  readonly from: number
  /** null: it still is */
  readonly until: number | null
  /** since when its key is known to be compromised; null: it is not */
  readonly taintedAt: number | null
}

/** The roots of a trust domain over time: who speaks for it is asked for the time of a signature. */
export interface TrustBundle {
  readonly trustDomain: string
  readonly roots: readonly TrustedRoot[]
}

/** What certificates are judged with (ITE-7). */
export interface CertificateTrust {
  readonly verifyCertificate: CertificateVerifier
  /** certificates in PEM that help to build chains; they carry no trust */
  readonly intermediates: readonly string[]
  /**
   * Where a bundle speaks of a certificate's trust domain, its root must have been in force there, besides being one
   * of the layout's. A layout without roots relies on the bundles alone.
   */
  readonly bundles: readonly TrustBundle[]
}

/** The links of one layout, by step; and those of its sublayouts, by `STEP.KEYID8`. */
export interface LinkStore {
  readonly steps: ReadonlyMap<string, readonly Candidate[]>
  readonly namespaces: ReadonlyMap<string, LinkStore>
}

/** What running an inspection gave; supplied, because the engine runs nothing. */
export interface InspectionRun {
  readonly returnValue: number | null
  readonly materials: Artifacts
  readonly products: Artifacts
  /** why it could not run */
  readonly problem?: string
}

/**
 * Checks one signature over bytes, which are lent: after the call they may be gone. `otherHeaders` (hex) only for gpg.
 */
export type SignatureVerifier = (
  key: Key,
  message: Uint8Array,
  signature: Uint8Array,
  otherHeaders: string | null,
) => { readonly valid: true } | { readonly valid: false; readonly why: string }

/** Runs the inspections of a (sub)layout whose steps passed; `path` names the sublayout steps, outermost first. */
export type RunInspection = (
  inspection: { readonly name: string; readonly run: readonly string[] },
  path: readonly string[],
) => InspectionRun

/** A person or a workload of which somebody declared by which keys and SPIFFE IDs it signs. */
export interface Functionary {
  readonly name: string
  /** fingerprints of key material (sha256 of the SPKI), or keyids under which any tool knows the key; lower-case hex */
  readonly keys: readonly string[]
  readonly spiffeIds: readonly string[]
}

/** A key whose signatures count for nothing from a moment on: stolen, lost, or handed over to somebody else. */
export interface RevokedKey {
  /** names of one key: fingerprint of its material (sha256 of the SPKI), or keyids under which any tool knows it; lower-case hex */
  readonly keys: readonly string[]
  /** since when, in milliseconds: what is proven to be signed before stays */
  readonly at: number
}

export interface UnusableKey {
  readonly source: string
  readonly message: string
}

export interface VerifyInput {
  /** null: there is none */
  readonly layout: Document | null
  /** all of them must have signed the layout; a key matches a signature under any of its keyid flavours */
  readonly layoutKeys: readonly Key[]
  /** when the layout was signed at the latest: asked where an owner's key was revoked; absent: nothing is known */
  readonly layoutProofs?: readonly TimeProof[]
  /** absent: nobody revoked a key */
  readonly revokedKeys?: readonly RevokedKey[]
  /** keys that were handed over and cannot be used: what they would have vouched for is not known */
  readonly unusableKeys?: readonly UnusableKey[]
  readonly links: LinkStore
  /** in which form the evidence of a step comes; absent: all as links */
  readonly forms?: StepForms
  /** the time to judge for, in milliseconds */
  readonly at: number
  /** null or absent: none given, braces stay literal */
  readonly parameters?: ReadonlyMap<string, string> | null
  /** whose signatures a threshold counts once, beyond what keys and certificates show; absent: nobody is declared */
  readonly functionaries?: readonly Functionary[]
  /** absent: certificates cannot be judged, and the verdict says so */
  readonly certificates?: CertificateTrust
  /** absent: inspections are not performed, and the verdict says so */
  readonly runInspection?: RunInspection | null
  readonly profile: 'strict' | 'reference'
  readonly verifySignature: SignatureVerifier
  /** SHA-256 of a text in lower-case hex, where the platform has a fast one; absent: the portable one */
  readonly sha256Hex?: (text: string) => string
}
