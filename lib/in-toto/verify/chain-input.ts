import type { Key } from '#lib/crypto/index.ts'
import type { Envelope } from '../envelope.ts'
import type { Recorded } from '../evaluate-rules.ts'
import type { InspectionReport, LayoutReport, StepReport } from '../report.ts'
import type { RuleAnswers } from '../rule-answers.ts'
import type { CertificateBook } from './certificates.ts'
import type { DeclaredFunctionaries } from './declared-functionaries.ts'
import type { Findings } from './findings.ts'
import type { LinkStore, RunInspection, TimeProof } from './input.ts'
import type { RevokedKeys } from './revoked-keys.ts'
import type { SignatureBook } from './signatures.ts'
import type { StepForms } from './step-form.ts'

/** What stays the same through all levels of one verification. */
export interface Session {
  readonly at: number
  readonly book: SignatureBook
  readonly answers: RuleAnswers
  readonly forms: StepForms
  readonly certificates: CertificateBook
  readonly revoked: RevokedKeys
  readonly functionaries: DeclaredFunctionaries
  readonly runInspection: RunInspection | null
}

/** One layout with its evidence: the outermost, or a sublayout. */
export interface ChainInput {
  readonly envelope: Envelope & { readonly kind: 'layout' }
  readonly layoutKeys: readonly Key[]
  /** of when the layout was signed */
  readonly proofs: readonly TimeProof[]
  readonly links: LinkStore
  readonly parameters: ReadonlyMap<string, string> | null
  /** names of the sublayout steps that lead here, outermost first */
  readonly path: readonly string[]
  /** sha256 of the layouts around this one */
  readonly ancestors: readonly string[]
}

export interface ChainResult {
  readonly findings: Findings
  readonly layout: LayoutReport
  readonly steps: readonly StepReport[]
  readonly inspections: readonly InspectionReport[]
  /** what the chain as a whole took and made; null where a step has no link */
  readonly summary: Summary | null
}

export interface Summary extends Recorded {
  readonly command: readonly string[]
  readonly returnValue: number | null
}

/** Verifies one layout; handed down, because sublayouts are verified like the layout around them. */
export type VerifyChain = (input: ChainInput, session: Session) => ChainResult
