import type { State } from '#lib/contract/verdict.ts'
import type { ReasonCode, Report } from '#lib/in-toto/index.ts'

const EXPIRIES: ReadonlySet<ReasonCode> = new Set(['LAYOUT_EXPIRED', 'KEY_EXPIRED', 'CERT_EXPIRED_NO_TIMESTAMP'])

/** The first reason that changes the verdict and follows from no other. */
export function rootCause({ reasons }: Report): Report['reasons'][number] | null {
  const severe = reasons.filter(({ severity }) => severity !== 'warning')
  return severe.find(({ follows }) => follows === undefined) ?? severe[0] ?? null
}

/** How people see a verdict. */
export function stateOf(report: Report): Exclude<State, 'running'> {
  if (report.verdict === 'allow') return 'verified'
  if (report.verdict === 'cannot-tell') return 'not-verified'
  const code = rootCause(report)?.code
  return code !== undefined && EXPIRIES.has(code) ? 'expired' : 'blocked'
}
