import type { ReasonCode } from '../../report.ts'

/** Where the reference verifier would end with an exception. Never leaves this folder. */
export class Refusal extends Error {
  readonly code: ReasonCode

  constructor(code: ReasonCode, message: string) {
    super(message)
    this.code = code
  }
}
