import { encodeCanonicalJson, FormatError } from '#lib/crypto/index.ts'
import { parseLayoutDocument } from '#lib/in-toto/index.ts'
import { error, type Issue, warning } from './issue.ts'
import { certificateIssues } from './issues/certificates.ts'
import { connectionIssues } from './issues/connections.ts'
import { documentIssues } from './issues/document.ts'
import { nameIssues } from './issues/names.ts'
import { ruleIssues } from './issues/rules.ts'
import { signerIssues } from './issues/signers.ts'
import type { DraftView } from './view.ts'

/**
 * Everything that is wrong or unwise in a draft, errors first. `at` is the time it is asked at, milliseconds.
 * A draft without errors is one that the engine accepts as a layout and that can be signed.
 */
export function findIssues(view: DraftView, at: number): Issue[] {
  const found = [
    ...documentIssues(view, at),
    ...nameIssues(view),
    ...signerIssues(view),
    ...certificateIssues(view),
    ...ruleIssues(view),
    ...connectionIssues(view),
  ]
  const all = [...found, ...engineIssues(view, found)]
  return [...all.filter((issue) => issue.severity === 'error'), ...all.filter((issue) => issue.severity === 'warning')]
}

export function hasErrors(issues: readonly Issue[]): boolean {
  return issues.some((issue) => issue.severity === 'error')
}

/** What the verifier itself says about the document, unless an issue above says it better. */
function engineIssues(view: DraftView, found: readonly Issue[]): Issue[] {
  const unsaid = (path: string) => !found.some((issue) => issue.severity === 'error' && covers(issue.path, path))
  const issues: Issue[] = []
  try {
    encodeCanonicalJson(view.document)
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause
    issues.push(error('NOT_SIGNABLE', { member: cause.place }, `This cannot be signed: ${cause.message}`))
  }
  try {
    const layout = parseLayoutDocument(view.document)
    for (const { place, message } of layout.complaints) {
      if (unsaid(place)) issues.push(error('LAYOUT_INVALID', { member: place }, message))
    }
    for (const place of layout.unknownFields) {
      const message = `${place} is no member that in-toto knows. It is kept and signed; verifiers pass over it or refuse it.`
      issues.push(warning('UNKNOWN_MEMBER', { member: place }, message))
    }
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause
    const hasError = found.some((issue) => issue.severity === 'error')
    if (!hasError || unsaid(cause.place)) {
      issues.push(error('LAYOUT_INVALID', { member: cause.place }, cause.message))
    }
  }
  return issues
}

/** Whether one place is, holds or lies in the other. */
function covers(a: string, b: string): boolean {
  return a !== '' && b !== '' && (a.startsWith(b) || b.startsWith(a))
}
