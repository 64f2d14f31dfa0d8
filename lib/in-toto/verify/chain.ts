import { FormatError } from '#lib/crypto/index.ts'
import type { Layout } from '../layout.ts'
import type { ChainInput, ChainResult, Session, Summary } from './chain-input.ts'
import { Findings } from './findings.ts'
import { verifyInspections } from './inspections.ts'
import { verifyExpiry, verifyLayoutSignatures, verifyStrictly } from './layout-checks.ts'
import { substituteParameters } from './parameters.ts'
import { groupSigners } from './signers.ts'
import {
  reportStep,
  type StepCase,
  verifyAgreement,
  verifyNames,
  verifyStepRules,
  verifyThresholds,
  warnCommands,
} from './steps.ts'
import { verifySublayouts } from './sublayouts.ts'

/**
 * The verification of the specification (5.2), in its order. Unlike the reference it goes on after a failure, so
 * that people see everything; the order decides only which reason comes first.
 */
export function verifyChain(input: ChainInput, session: Session): ChainResult {
  const { envelope, links, path } = input
  const findings = new Findings()
  const signatures = verifyLayoutSignatures(input, session, findings)
  verifyExpiry(envelope.document, session.at, findings)
  verifyStrictly(envelope, envelope.document, findings)
  const layout = withParameters(envelope.document, input.parameters, findings)

  const signers = groupSigners(layout.keys.values())
  const cases = verifyThresholds(layout, links.steps, signers, session, path, findings)
  verifySublayouts(cases, input, session, findings, verifyChain)
  verifyAgreement(cases, findings)
  warnCommands(cases, findings)
  verifyNames(cases, findings)
  const records = verifyStepRules(cases, session.answers, findings)
  const inspections = verifyInspections(layout.inspections, records, session.runInspection, path, findings)

  return {
    findings,
    layout: {
      sha256: envelope.sha256,
      form: envelope.form,
      expires: layout.expires,
      readme: layout.readme,
      signatures,
    },
    steps: cases.map((one) => reportStep(one, findings.all)),
    inspections,
    summary: summarise(cases),
  }
}

function withParameters(layout: Layout, parameters: ReadonlyMap<string, string> | null, findings: Findings): Layout {
  if (parameters === null) return layout
  try {
    return substituteParameters(layout, parameters)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    findings.add({ code: 'PARAMETER', severity: 'deny', message: error.message, strictOnly: false })
    return layout
  }
}

/** Materials of the first step in the list, products of the last (in-toto's get_summary_link). */
function summarise(cases: readonly StepCase[]): Summary | null {
  const first = cases[0]?.stood[0]
  const last = cases[cases.length - 1]?.stood[0]
  if (first === undefined || last === undefined || cases.some(({ stood }) => stood.length === 0)) return null
  return {
    materials: first.materials,
    products: last.products,
    command: last.command,
    returnValue: last.returnValue,
  }
}
