import type { VerdictAnswer } from '#lib/contract/verdict.ts'

export type VerdictWord = VerdictAnswer['verdict']

/** An upload whose sender was told that it is kept: 200, 201 or 202. */
export interface Acknowledged {
  /** of the bytes that were sent, lower-case hex */
  readonly sha256: string
  /** what the answer said; it must be the same digest */
  readonly answered: string | null
  readonly status: number
  readonly path: string
  /** run label, where it was pushed under one */
  readonly run: string | null
}

/** A verdict that a client was given. */
export interface Answered {
  /** `sha256:<hex>` */
  readonly digest: string
  readonly verdict: VerdictWord
  /** all that the layout demands was there and whole at that time */
  readonly mayAllow: boolean
}

/** A run of which every link was acknowledged, and what its verdict has to be once nothing waits. */
export interface ExpectedRun {
  readonly softwareId: string
  readonly run: string
  readonly verdict: VerdictWord
}

/** What was seen from outside, to be held against what is stored. */
export interface Witnessed {
  readonly acknowledged: readonly Acknowledged[]
  readonly answered: readonly Answered[]
  readonly runs: readonly ExpectedRun[]
  /** documents that lie in a source: each has to be stored, sha256 */
  readonly inSources: readonly string[]
}

export const nothingWitnessed: Witnessed = { acknowledged: [], answered: [], runs: [], inSources: [] }
