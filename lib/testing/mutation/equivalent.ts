import { ANSWER } from './equivalent/answer.ts'
import { BUILDS } from './equivalent/builds.ts'
import { CERTIFICATES } from './equivalent/certificates.ts'
import { ENVELOPES } from './equivalent/envelopes.ts'
import { GLOBS } from './equivalent/globs.ts'
import { LAYOUTS } from './equivalent/layouts.ts'
import { RULES } from './equivalent/rules.ts'
import { SELECT } from './equivalent/select.ts'
import { SIGNERS } from './equivalent/signers.ts'
import { STEPS } from './equivalent/steps.ts'

export interface Equivalent {
  /** the line as it reads; the first, where a change spans several */
  readonly was: string
  /** the line as it would read */
  readonly changes: readonly string[]
  /** in how many lines that read the same; absent: in one */
  readonly places?: number
  /** why no test can notice them */
  readonly why: string
}

/** By file. */
export type Equivalents = Readonly<Record<string, readonly Equivalent[]>>

/** Changes that make no difference to anybody. A run says which of them are no longer true. */
export const EQUIVALENT: Equivalents = {
  ...RULES,
  ...GLOBS,
  ...SIGNERS,
  ...CERTIFICATES,
  ...STEPS,
  ...ANSWER,
  ...ENVELOPES,
  ...LAYOUTS,
  ...SELECT,
  ...BUILDS,
}
