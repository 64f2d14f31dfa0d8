import type { Explanation } from '#lib/contract/builds.ts'
import type {
  InspectionReport,
  Reason,
  Report,
  RuleListTrace,
  RuleRef,
  RuleTrace,
  StepReport,
} from '#lib/in-toto/report.ts'
import { type MatchRule, parseRule } from '#lib/in-toto/rule.ts'
import type { ExplainContext } from '../explain-context.ts'

export type Fix = Explanation['fixes'][number]

/** What a failure class has to say. */
export interface Told {
  readonly kind: string
  readonly heading: string
  readonly demand: string
  readonly counterpart?: string | null
  /** the rule to show, where it is another one than the reason names */
  readonly rule?: RuleTrace | RuleRef | null
  /** how to repair it, the most likely first; the ways open to every failure are added behind */
  readonly fixes: readonly Fix[]
}

/** The root cause with everything of the report that speaks about it. */
export interface Subject {
  readonly report: Report
  readonly reason: Reason
  readonly context: ExplainContext
  /** the report that holds the step: of the sublayout, where the reason lies in one */
  readonly inner: Report
  readonly step: StepReport | null
  readonly inspection: InspectionReport | null
  /** the item as people call it: `package`, `the inspection untar` */
  readonly who: string
  /** rule list that the reason's rule stands in */
  readonly list: RuleListTrace | null
  /** reasons of the same code, item and list: one sentence speaks for all of them */
  readonly group: readonly Reason[]
}

export function subjectOf(report: Report, reason: Reason, context: ExplainContext): Subject {
  const inner = innerReport(report, reason.path ?? [])
  const step = inner.steps.find((one) => one.name === reason.step) ?? null
  const inspection = inner.inspections.find((one) => one.name === reason.inspection) ?? null
  const item = inspection ?? step
  return {
    report,
    reason,
    context,
    inner,
    step,
    inspection,
    who: whoOf(reason),
    list: reason.rule === undefined || item === null ? null : item[reason.rule.list],
    group: report.reasons.filter((other) => sameMatter(other, reason)),
  }
}

function innerReport(report: Report, path: readonly string[]): Report {
  let inner = report
  for (const name of path) inner = inner.steps.find((step) => step.name === name)?.sublayout ?? inner
  return inner
}

function whoOf(reason: Reason): string {
  const path = reason.path ?? []
  const within = path.length > 0 ? ` (in the sublayout of ${path.join(', ')})` : ''
  if (reason.inspection !== undefined) return `the inspection ${reason.inspection}${within}`
  return reason.step === undefined ? 'the build' : `${reason.step}${within}`
}

function sameMatter(a: Reason, b: Reason): boolean {
  return (
    a.code === b.code &&
    a.severity === b.severity &&
    a.step === b.step &&
    a.inspection === b.inspection &&
    a.rule?.list === b.rule?.list &&
    (a.path ?? []).join('/') === (b.path ?? []).join('/')
  )
}

/** The MATCH rule that looked at the artifact and left it, with its trace; null where none did. */
export function matchThatLeft(subject: Subject, artifact: string | undefined): RuleTrace | null {
  if (artifact === undefined) return null
  const looked = (subject.list?.rules ?? []).filter(
    (rule) => rule.keyword === 'MATCH' && rule.left.some((one) => one.artifact === artifact && compared(one.why)),
  )
  const { rule, counterpart } = subject.reason
  return (
    looked.find((one) => one.index === rule?.index) ??
    looked.find((one) => one.from === counterpart) ??
    looked.find((one) => one.left.some((left) => left.artifact === artifact && left.why === 'digest-differs')) ??
    looked[0] ??
    null
  )
}

/** Whether the rule got as far as comparing with the other step. */
export function compared(why: RuleTrace['left'][number]['why']): boolean {
  return why === 'digest-differs' || why === 'source-missing' || why === 'source-step-missing'
}

/** The rule that a trace's text stands for; null where it is not a MATCH. */
export function matchRule(text: string): MatchRule | null {
  const tokens = (text.match(/"(?:[^"\\]|\\.)*"|\S+/gu) ?? []).map((token) =>
    token.startsWith('"') ? String(JSON.parse(token)) : token,
  )
  try {
    const rule = parseRule(tokens)
    return rule.keyword === 'MATCH' ? rule : null
  } catch {
    return null
  }
}
