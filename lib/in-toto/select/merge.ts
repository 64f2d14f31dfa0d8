import type { Check, LinkSkipped, Reason, Report, StepReport } from '../report.ts'
import { type Finding, orderReasons, verdictOf } from '../verify/findings.ts'
import type { Store } from './builds.ts'
import { type Choice, origin } from './choose.ts'
import { SELECT_LIMITS } from './input.ts'
import { filledTwice, type Inner } from './namespaces.ts'

/**
 * Adds what selecting found to the verifier's report, in its sublayouts too. A step that nothing was selected for is no
 * longer "missing": the selection says what it is instead, and what followed from it follows on. Nothing is taken away
 * but that.
 */
export function mergeSelection(
  store: Store,
  report: Report,
  choices: readonly Choice[],
  inner: readonly Inner[],
  extra: readonly Reason[],
): Report {
  const twice = filledTwice(choices, inner).map(({ path, step, problem }) => reasonOf(path, step, problem))
  return mergeLevels(store, report, [{ path: [], choices }, ...inner], [...twice, ...extra])
}

type Level = Pick<Inner, 'path' | 'choices'>

function mergeLevels(store: Store, report: Report, levels: readonly Level[], extra: readonly Reason[]): Report {
  const found = levels.flatMap(({ path, choices }) =>
    choices.flatMap((choice) => choice.problems.map((problem) => reasonOf(path, choice.step.name, problem))),
  )
  const open = new Map(
    levels.flatMap(({ path, choices }) =>
      choices.flatMap(({ step, groups, problems: [problem] }) =>
        groups.length === 0 && problem !== undefined
          ? [[placeOf(path, step.name), reasonOf(path, step.name, problem)] as const]
          : [],
      ),
    ),
  )
  const used = new Set<string>()
  const replaced = report.reasons.map((reason) => {
    const place = placeOf(reason.path ?? [], reason.step ?? '')
    const own = reason.step === undefined ? undefined : open.get(place)
    if (own === undefined || reason.code !== 'STEP_MISSING') return reason
    used.add(place)
    return reason.follows === undefined ? own : { ...own, follows: reason.follows }
  })
  // a warning says less than what selecting found
  const isSaid = ({ code, step = '', path = [] }: Reason): boolean =>
    report.reasons.some(
      (one) =>
        one.code === code &&
        one.severity !== 'warning' &&
        placeOf(one.path ?? [], one.step ?? '') === placeOf(path, step),
    )
  const others = found.filter((one) => !used.has(placeOf(one.path ?? [], one.step ?? '')) && !isSaid(one))
  const marks = levels.flatMap(({ path, choices }) =>
    choices.flatMap((choice) => [...mixed(store, path, choice), ...rebuilt(store, path, choice)]),
  )
  const reasons = reorder([...replaced, ...others, ...marks, ...extra])
  const own = levels.filter(({ path }) => path.length === 0).flatMap(({ choices }) => choices)
  return {
    ...report,
    reasons,
    verdict: verdictOf(reasons),
    checks: [...report.checks, ...own.map(checkOf)],
    steps: report.steps.map((step) => mergeStep(store, step, own, levels)),
  }
}

function placeOf(path: readonly string[], step: string): string {
  return JSON.stringify([...path, step])
}

/** The report of a step; where a sublayout stands for it, its own report with what was chosen in there. */
function mergeStep(store: Store, step: StepReport, own: readonly Choice[], levels: readonly Level[]): StepReport {
  const choice = own.find((one) => one.step.name === step.name)
  const merged = stepWith(step, choice)
  if (step.sublayout === undefined) return merged
  const below = levels
    .filter(({ path }) => path[0] === step.name)
    .map(({ path, choices }) => ({ path: path.slice(1), choices }))
  return { ...merged, sublayout: mergeLevels(store, step.sublayout, below, []) }
}

/** Several links fit and not all of them pass: what it fails on is then no more than one side of it. */
export function someFail(failing: Report, choices: readonly Choice[]): Report {
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

function reasonOf(
  path: readonly string[],
  step: string,
  { code, severity, message }: Omit<Reason, 'strictOnly'>,
): Reason {
  return { code, severity, message, step, ...(path.length === 0 ? {} : { path }), strictOnly: true }
}

/** Everything that counts and did not come with this run alone, with where it was first seen and by whom. */
function mixed(store: Store, path: readonly string[], { step, mixed: links }: Choice): Reason[] {
  return links.slice(0, 5).map((link) => {
    const why = !link.sublayout
      ? 'digests tie it to this build'
      : store.input.sublayouts?.has(step.name) === true && path.length === 0
        ? 'the binding pins it by its digest'
        : 'it came with this run too'
    const message = `${link.stored.document.source} for step ${step.name} does not come from this run alone: it was seen ${origin(store, link)}. It counts because ${why}.`
    const reason = reasonOf(path, step.name, { code: 'MIXED_RUNS', severity: 'warning', message })
    return { ...reason, keyid: link.keyid }
  })
}

/** What somebody made elsewhere from the same files and that is something else. */
function rebuilt(store: Store, path: readonly string[], { step, rebuilds = [] }: Choice): Reason[] {
  return rebuilds.slice(0, SELECT_LIMITS.shown).map(({ link, artifact, here, there }) => {
    const what =
      here === null
        ? `it made ${artifact}, which was not made here`
        : there === null
          ? `it did not make ${artifact}, which was made here`
          : `its ${artifact} is another file`
    const message = `${link.stored.document.source} records step ${step.name} with the same materials and other products: ${what}. It was seen ${origin(store, link)}.`
    return {
      ...reasonOf(path, step.name, { code: 'REBUILD_DIFFERS', severity: 'warning', message }),
      artifact,
      ...(here === null ? {} : { expected: here }),
      ...(there === null ? {} : { found: there }),
      keyid: link.keyid,
    }
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

function outcomeOf(step: StepReport, { groups, problems, mixed: links, rebuilds = [] }: Choice): StepReport['outcome'] {
  if (step.outcome === 'failed') return 'failed'
  if (problems.some(({ severity }) => severity === 'deny')) return 'failed'
  if (groups.length === 0) return problems.some(({ code }) => code !== 'EVIDENCE_PENDING') ? 'not-judged' : 'missing'
  if (problems.length > 0) return 'not-judged'
  return links.length + rebuilds.length > 0 && step.outcome === 'passed' ? 'warning' : step.outcome
}
