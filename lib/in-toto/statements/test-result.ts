import type { JsonObject } from '#lib/crypto/index.ts'
import { malformed, NOTHING, type PredicateFacts, textOf } from './facts.ts'

const RESULTS = ['PASSED', 'WARNED', 'FAILED']

/**
 * A test result (attestation framework, spec/predicates/test-result.md): the subjects were tested, with this result.
 * It names no step, no command and nothing that was made.
 */
export function readTestResult(predicate: JsonObject): PredicateFacts {
  const result = textOf(predicate.get('result'))
  if (result !== null && RESULTS.includes(result)) return { ...NOTHING, result }
  return { ...NOTHING, gaps: [malformed('PASSED, WARNED or FAILED', 'predicate.result')] }
}
