import type { Report } from '../report.ts'
import type { VerifyInput } from './input.ts'

/** Verifies a supply chain against its layout (specification 5.2). Never throws for what the evidence says. */
export function verifyLayout(input: VerifyInput): Report {
  throw new Error(`not yet: ${input.profile}`)
}
