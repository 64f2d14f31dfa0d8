import type { Check, LinkSkipped, Reason, Report, StepReport } from '../report.ts'
import { type Finding, orderReasons, verdictOf } from '../verify/findings.ts'
import type { Store } from './builds.ts'
import { type Choice, origin } from './choose.ts'
import type { Selection } from './select-evidence.ts'

/**
 * Adds what selecting found to the verifier's report. A step that nothing was selected for is no longer "missing":
 * the selection says what it is instead, and what followed from it follows on. Nothing is taken away but that.
 */
export function mergeSelection(store: Store, report: Report, selection: Selection, extra: readonly Reason[]): Report {
  const open = new Map(
    selection.choices.flatMap((choice) => {
      const [problem] = choice.problems
      return choice.groups.length === 0 && problem !== undefined
        ? [[choice.step.name, reasonOf(choice, problem)] as const]
        : []
    }),
  )
  const used = new Set<string>()
  const replaced = report.reasons.map((reason) => {
    const own = reason.step === undefined || reason.path !== undefined ? undefined : open.get(reason.step)
    if (own === undefined || reason.code !== 'STEP_MISSING') return reason
    used.add(own.step ?? '')
    return reason.follows === undefined ? own : { ...own, follows: reason.follows }
  })
  const others = selection.choices.flatMap((choice) => [
    ...choice.problems
      .filter(() => !used.has(choice.step.name))
      .filter((problem) => !report.reasons.some(({ code, step }) => code === problem.code && step === choice.step.name))
      .map((problem) => reasonOf(choice, problem)),
    ...sublayouts(choice),
    ...mixed(store, choice),
  ])
  const reasons = reorder([...replaced, ...others, ...extra])
  return {
    ...report,
    reasons,
    verdict: verdictOf(reasons),
    checks: [...report.checks, ...selection.choices.map(checkOf)],
    steps: report.steps.map((step) =>
      stepWith(
        step,
        selection.choices.find((one) => one.step.name === step.name),
      ),
    ),
  }
}

/** Several links fit and not all of them pass: what it fails on is then no more than one side of it. */
export function someFail(failing: Report, { choices }: Selection): Report {
  const several = choices.filter(({ groups }) => groups.length > 1)
  const names = several.flatMap(({ groups }) => groups.map((group) => group[0]?.stored.document.source ?? ''))
  const [first] = several
  const code = several.some(({ mixed: from }) => from.length > 0) ? 'MIXED_RUNS' : 'RUN_TWICE'
  const own: Reason = {
    code,
    severity: 'cannot-tell',
    message: `Several links fit this build, and it passes with some of them only: ${names.slice(0, 5).join(', ')}.`,
    ...(first === undefined ? {} : { step: first.step.name }),
    strictOnly: true,
  }
  const rest = failing.reasons.map((reason) =>
    reason.severity === 'warning' && reason.follows === undefined ? reason : { ...reason, follows: 0 },
  )
  const reasons = [own, ...rest]
  return { ...failing, reasons, verdict: verdictOf(reasons) }
}

function reasonOf({ step }: Choice, { code, severity, message }: Choice['problems'][number]): Reason {
  return { code, severity, message, step: step.name, strictOnly: true }
}

/** Which inner links fill a sublayout is not decided yet: nobody can tell, whatever the verifier finds without them. */
function sublayouts({ step, groups }: Choice): Reason[] {
  if (!groups.flat().some(({ sublayout }) => sublayout)) return []
  const message = `Step ${step.name} was handed on to a sublayout. Its links cannot be told apart in a store of many runs yet; verify the folder with waybill verify.`
  return [{ code: 'UNSUPPORTED', severity: 'cannot-tell', message, step: step.name, strictOnly: true }]
}

/** Everything that counts and did not come with this run alone, with where it was first seen and by whom. */
function mixed(store: Store, { step, mixed: links }: Choice): Reason[] {
  return links.slice(0, 5).map((link) => {
    const message = `${link.stored.document.source} for step ${step.name} does not come from this run alone: it was seen ${origin(store, link)}. It counts because digests tie it to this build.`
    return { code: 'MIXED_RUNS', severity: 'warning', message, step: step.name, keyid: link.keyid, strictOnly: true }
  })
}

/** Root causes by weight, what follows behind its cause. */
function reorder(reasons: readonly Reason[]): Reason[] {
  const findings: { -readonly [K in keyof Finding]: Finding[K] }[] = reasons.map(({ follows: _, ...reason }) => ({
    ...reason,
    because: null,
  }))
  for (const [index, { follows }] of reasons.entries()) {
    const finding = findings[index]
    if (finding !== undefined && follows !== undefined) finding.because = findings[follows] ?? null
  }
  return orderReasons(findings)
}

function checkOf({ step, groups, problems, mixed: links }: Choice): Check {
  const [problem] = problems
  const severity = problem?.severity
  const none = groups.length === 0
  return {
    id: `step.${step.name}.selection`,
    title: `Evidence of ${step.name} belongs to this build`,
    outcome:
      severity === 'deny'
        ? 'failed'
        : none || severity === 'cannot-tell'
          ? 'not-performed'
          : links.length > 0
            ? 'warning'
            : 'passed',
    detail: problem?.message ?? (none ? 'No link was found.' : `${groups.flat().length} link(s) selected.`),
    strictOnly: true,
    step: step.name,
    evidence: [...new Set(groups.flat().map(({ stored }) => stored.document.sha256))],
  }
}

function stepWith(step: StepReport, choice: Choice | undefined): StepReport {
  if (choice === undefined) return step
  const skipped: LinkSkipped[] = choice.passedOver.slice(0, 20).map(({ link, code, why }) => ({
    sha256: link.stored.document.sha256,
    source: link.stored.document.source,
    keyid: link.keyid,
    code,
    message: `It was passed over: ${why}.`,
  }))
  return { ...step, outcome: outcomeOf(step, choice), skipped: [...step.skipped, ...skipped] }
}

function outcomeOf(step: StepReport, { groups, problems, mixed: links }: Choice): StepReport['outcome'] {
  if (step.outcome === 'failed') return 'failed'
  if (problems.some(({ severity }) => severity === 'deny')) return 'failed'
  if (groups.length === 0) return problems.some(({ code }) => code !== 'EVIDENCE_PENDING') ? 'not-judged' : 'missing'
  if (problems.length > 0) return 'not-judged'
  return links.length > 0 && step.outcome === 'passed' ? 'warning' : step.outcome
}
