import type { ReasonCode } from '../report.ts'

/** Codes of readers as codes of reasons; what is unknown is malformed. */
export function documentCode(code: string): ReasonCode {
  if (code === 'DEPTH') return 'LIMIT'
  return code === 'LIMIT' || code === 'UNSUPPORTED' || code === 'LAYOUT_INVALID' ? code : 'MALFORMED'
}

export function documentMessage(problem: { readonly message: string; readonly place: string }): string {
  // where there is no place, every sentence has it
  return problem.message.includes(problem.place) ? problem.message : `${problem.message} (${problem.place})`
}
