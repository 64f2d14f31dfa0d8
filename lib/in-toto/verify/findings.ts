import type { Check, Reason, Verdict } from '../report.ts'

/** A reason while it is being found; `because` is the finding it follows from. */
export interface Finding extends Omit<Reason, 'follows' | 'strictOnly'> {
  readonly because: Finding | null
  /** settled at the end, when it is known what the reference answers */
  strictOnly: boolean
}

type FindingInput = Omit<Finding, 'because'> & { readonly because?: Finding | null }

const NONE: readonly string[] = []

/** Collects what one (sub)layout's verification finds, in the order of the specification. */
export class Findings {
  readonly all: Finding[] = []
  readonly checks: Check[] = []

  add(input: FindingInput): Finding {
    const finding = { ...input, because: input.because ?? null }
    this.all.push(finding)
    return finding
  }

  // member by member: this is asked for each rule, and spreading costs more than all else here
  check({
    id,
    title,
    outcome,
    detail,
    step,
    strictOnly = false,
    evidence = NONE,
  }: Omit<Check, 'strictOnly' | 'evidence'> & Partial<Check>): void {
    this.checks.push(
      step === undefined
        ? { strictOnly, evidence, id, title, outcome, detail }
        : { strictOnly, evidence, id, title, outcome, detail, step },
    )
  }

  /** Nothing so far speaks against an allow. */
  get clean(): boolean {
    return this.all.every((finding) => finding.severity === 'warning')
  }

  /** The findings of a sublayout, as seen from outside. Returns the one that leads there, if any. */
  adopt(inner: readonly Reason[], step: string): Finding | null {
    const adopted: Finding[] = []
    for (const { follows, ...reason } of inner) {
      const because = follows === undefined ? null : (adopted[follows] ?? null)
      adopted.push(this.add({ ...reason, path: [step, ...(reason.path ?? [])], because }))
    }
    return adopted.find((finding) => finding.severity !== 'warning') ?? null
  }
}

const WEIGHT = { deny: 0, 'cannot-tell': 1, warning: 2 } as const

/** Root causes by weight and in the order found, each with what follows from it. */
export function orderReasons(findings: readonly Finding[]): Reason[] {
  const followers = new Map<Finding, Finding[]>()
  for (const finding of findings) {
    const root = rootOf(finding)
    if (root !== finding) followers.set(root, [...(followers.get(root) ?? []), finding])
  }
  const roots = findings.filter((finding) => finding.because === null)
  roots.sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity])
  const reasons: Reason[] = []
  for (const root of roots) {
    const follows = reasons.length
    reasons.push(reasonOf(root))
    for (const follower of followers.get(root) ?? []) reasons.push({ ...reasonOf(follower), follows })
  }
  return reasons
}

/** What a finding follows from in the end; itself where it is a root cause. */
export function rootOf(finding: Finding): Finding {
  let root = finding
  while (root.because !== null) root = root.because
  return root
}

function reasonOf({ because: _, ...reason }: Finding): Reason {
  return reason
}

/** What root causes make of the verdict; a consequence weighs no more than its cause, unless that is a mere warning. */
export function verdictOf(reasons: readonly Reason[]): Verdict {
  const roots = reasons.filter(({ follows }) => follows === undefined || reasons[follows]?.severity === 'warning')
  if (roots.some((reason) => reason.severity === 'deny')) return 'deny'
  return roots.some((reason) => reason.severity === 'cannot-tell') ? 'cannot-tell' : 'allow'
}
