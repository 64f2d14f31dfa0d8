import type { FileComparison } from '#lib/contract/builds.ts'
import { counterpartName } from '#lib/in-toto/index.ts'
import type { Digests, RuleTrace } from '#lib/in-toto/report.ts'
import { compared, matchRule, type Subject } from './subject.ts'

/** A report lists at most this many names per rule; the table shows no more of the same ones. */
const SAME_SHOWN = 100

/**
 * The file table: what the rules refused or missed first, then what the same MATCH found equal, with both digests.
 * Digests come from the report and from the links; what neither knows stays empty.
 */
export function filesOf(subject: Subject, match: RuleTrace | null): FileComparison[] {
  const differing = refused(subject, match)
  const names = new Set(differing.map((row) => row.path))
  const same = (match?.consumedNames ?? [])
    .filter((path) => !names.has(path))
    .slice(0, SAME_SHOWN)
    .map((path) => row(subject, match, path, 'same'))
  return [...differing, ...same]
}

function refused(subject: Subject, match: RuleTrace | null): FileComparison[] {
  const rows = new Map<string, FileComparison>()
  for (const reason of subject.group) {
    // a reason that compares nothing (signers disagree) has no row to show: its sentence says it
    if (reason.artifact === undefined || reason.rule === undefined) continue
    if (reason.code === 'ARTIFACT_REQUIRED_MISSING') {
      rows.set(reason.artifact, row(subject, match, reason.artifact, 'missing'))
      continue
    }
    const made = row(subject, match, reason.artifact, resultOf(match, reason.artifact, reason.expected))
    rows.set(reason.artifact, {
      ...made,
      expected: reason.expected ?? made.expected,
      found: reason.found ?? made.found,
      seen: seen(subject, reason.found ?? made.found),
    })
  }
  // the report may name one file and list the rest in the trace of the rule that refused them
  for (const disallow of subject.list?.rules ?? []) {
    if (disallow.keyword !== 'DISALLOW') continue
    for (const { artifact, why } of disallow.left) {
      if (why === 'disallowed' && !rows.has(artifact)) {
        rows.set(artifact, row(subject, match, artifact, resultOf(match, artifact, undefined)))
      }
    }
  }
  return [...rows.values()]
}

function resultOf(match: RuleTrace | null, path: string, expected: Digests | undefined): FileComparison['result'] {
  const why = match?.left.find((one) => one.artifact === path)?.why
  if (why === undefined) return expected === undefined ? 'not-allowed' : 'changed'
  if (!compared(why)) return 'not-allowed'
  return why === 'digest-differs' ? 'changed' : 'not-made'
}

function row(
  subject: Subject,
  match: RuleTrace | null,
  path: string,
  result: FileComparison['result'],
): FileComparison {
  const { links, counterparts } = subject.context
  const item = subject.step?.name ?? subject.inspection?.name ?? ''
  const list = subject.reason.rule?.list ?? match?.list ?? 'materials'
  const rule = match === null ? null : matchRule(match.text)
  const otherPath = rule === null ? null : counterpartName(rule, path)
  const left = match?.left.find((one) => one.artifact === path)
  const other = rule === null ? undefined : (links?.get(rule.from) ?? counterparts?.get(rule.from))
  const found = left?.found ?? links?.get(item)?.[list].get(path) ?? null
  const there = rule === null || otherPath === null ? undefined : other?.[rule.with].get(otherPath)
  const expected = left?.expected ?? there ?? (result === 'same' ? found : null)
  return {
    path,
    otherPath: otherPath === path ? null : otherPath,
    expected,
    found,
    result,
    seen: result === 'same' ? [] : seen(subject, found),
  }
}

function seen(subject: Subject, digests: Digests | null): FileComparison['seen'] {
  return digests === null ? [] : (subject.context.seen?.(digests) ?? [])
}
