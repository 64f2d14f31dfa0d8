import { ENGINE } from '../engine.ts'
import { LIMITS } from '../limits.ts'
import type { Report } from '../report.ts'
import { formatTimestamp } from '../time.ts'
import type { ChainInput, ChainResult, Session, VerifyChain } from './chain-input.ts'
import { type Finding, type Findings, orderReasons, verdictOf } from './findings.ts'
import type { LinkStore } from './input.ts'
import type { Counted } from './step-evidence.ts'
import { recordOf } from './step-form.ts'
import type { StepCase, Stood } from './steps.ts'

const NOTHING: LinkStore = { steps: new Map(), namespaces: new Map() }

/**
 * Specification 4.3.2, 5.2 step 6: where a layout stands for a step, it is verified with the key of whoever signed
 * it, over links of its own namespace, without parameters; its summary then stands for the step.
 */
export function verifySublayouts(
  cases: readonly StepCase[],
  outer: ChainInput,
  session: Session,
  findings: Findings,
  verifyChain: VerifyChain,
): void {
  for (const one of cases) {
    for (const counted of one.evidence.counted) {
      const { envelope } = counted.document
      if (envelope.kind === 'link') {
        const { materials, products, command, returnValue } = envelope.document
        one.stood.push({ counted, materials, products, command, returnValue })
      }
      if (envelope.kind === 'statement') one.stood.push({ counted, ...recordOf(envelope.document) })
      if (envelope.kind === 'layout') verifySublayout(one, counted, envelope, outer, session, findings, verifyChain)
    }
  }
}

function verifySublayout(
  one: StepCase,
  counted: Counted,
  envelope: ChainInput['envelope'],
  outer: ChainInput,
  session: Session,
  findings: Findings,
  verifyChain: VerifyChain,
): void {
  const { name } = one.step
  const limit = limitOf(envelope.sha256, outer)
  if (limit !== null) {
    one.absent ??= fail(name, limit, null, findings)
    return
  }
  const input: ChainInput = {
    envelope,
    layoutKeys: [counted.key],
    proofs: counted.proofs,
    links: outer.links.namespaces.get(`${name}.${counted.keyid.slice(0, 8)}`) ?? NOTHING,
    parameters: null,
    path: [...outer.path, name],
    ancestors: [...outer.ancestors, outer.envelope.sha256],
  }
  const result = verifyChain(input, session)
  const report = sublayoutReport(result, session)
  one.sublayout ??= report
  const cause = findings.adopt(report.reasons, name)
  const id = `step.${name}.sublayout`
  const title = `Sublayout of ${name}`
  const evidence = [envelope.sha256]
  if (cause === null && result.summary !== null) {
    one.stood.push({ counted, ...result.summary } satisfies Stood)
    findings.check({ id, title, outcome: 'passed', detail: 'Its own steps and rules pass.', step: name, evidence })
    return
  }
  const detail = `The sublayout ${counted.document.source} of step ${name} does not pass.`
  findings.check({ id, title, outcome: 'failed', detail, step: name, evidence })
  one.absent ??= fail(name, detail, cause, findings)
}

function fail(step: string, message: string, because: Finding | null, findings: Findings): Finding {
  const strictOnly = because?.strictOnly ?? true
  return findings.add({ code: 'SUBLAYOUT_FAILED', severity: 'deny', message, step, strictOnly, because })
}

function limitOf(sha256: string, outer: ChainInput): string | null {
  if (sha256 === outer.envelope.sha256 || outer.ancestors.includes(sha256)) {
    return `The sublayout ${sha256.slice(0, 12)} contains itself.`
  }
  if (outer.path.length < LIMITS.sublayoutDepth) return null
  return `Sublayouts are nested more than ${LIMITS.sublayoutDepth} deep.`
}

/** The inner report. Its reference verdict is part of the outer one's and not stated again. */
function sublayoutReport(result: ChainResult, session: Session): Report {
  const reasons = orderReasons(result.findings.all)
  const verdict = verdictOf(reasons)
  return {
    version: 1,
    engine: ENGINE,
    at: formatTimestamp(session.at),
    profile: 'strict',
    verdict,
    referenceVerdict: reasons.some(({ severity, strictOnly }) => severity !== 'warning' && !strictOnly)
      ? 'deny'
      : 'allow',
    reasons,
    checks: result.findings.checks,
    layout: result.layout,
    steps: result.steps,
    inspections: result.inspections,
    inputs: result.layout.sha256,
  }
}
