import type { Recorded } from '../evaluate-rules.ts'
import type { Inspection } from '../layout.ts'
import type { InspectionReport } from '../report.ts'
import type { Findings } from './findings.ts'
import type { InspectionRun, RunInspection } from './input.ts'
import { verifyItemRules } from './item-rules.ts'

/**
 * Specification 5.2 steps 8 and 9. Inspections are commands from the layout: they run only where the caller runs
 * them, only after everything before has passed, all of them before the rules of any.
 */
export function verifyInspections(
  inspections: readonly Inspection[],
  steps: ReadonlyMap<string, Recorded>,
  run: RunInspection | null,
  path: readonly string[],
  findings: Findings,
): InspectionReport[] {
  if (run === null || !findings.clean) return inspections.map((inspection) => notPerformed(inspection, run, findings))
  const runs = runAll(inspections, run, path, findings)
  const links = new Map<string, Recorded>([...steps, ...runs])
  return inspections.map((inspection) => reportOne(inspection, runs.get(inspection.name), links, findings))
}

function notPerformed(inspection: Inspection, run: RunInspection | null, findings: Findings): InspectionReport {
  const { name } = inspection
  const detail =
    run === null
      ? `Inspection ${name} was not performed: this verifier does not run commands from a layout unless asked.`
      : `Inspection ${name} was not performed, because what comes before it did not pass.`
  findings.check({ id: `inspection.${name}.run`, title: `Inspection ${name}`, outcome: 'not-performed', detail })
  if (findings.clean || run === null) {
    const because = findings.clean ? null : (findings.all.find(({ severity }) => severity !== 'warning') ?? null)
    findings.add({
      code: 'INSPECTION_NOT_RUN',
      severity: 'cannot-tell',
      message: detail,
      inspection: name,
      strictOnly: false,
      because,
    })
  }
  return { name, outcome: 'not-performed', run: inspection.run, returnValue: null, materials: null, products: null }
}

/** In the layout's order; the first that fails ends it, as in the reference. */
function runAll(
  inspections: readonly Inspection[],
  run: RunInspection,
  path: readonly string[],
  findings: Findings,
): Map<string, InspectionRun> {
  const runs = new Map<string, InspectionRun>()
  for (const inspection of inspections) {
    const { name } = inspection
    const result = run(inspection, path)
    runs.set(name, result)
    const id = `inspection.${name}.run`
    const title = `Inspection ${name} ran`
    if (result.returnValue === 0) {
      findings.check({ id, title, outcome: 'passed', detail: 'It ended with 0.' })
      continue
    }
    const how =
      result.problem ?? (result.returnValue === null ? 'it gave no result' : `it ended with ${result.returnValue}`)
    const message = `Inspection ${name} ("${inspection.run.join(' ')}") failed: ${how}.`
    findings.add({ code: 'INSPECTION_FAILED', severity: 'deny', message, inspection: name, strictOnly: false })
    findings.check({ id, title, outcome: 'failed', detail: message })
    break
  }
  return runs
}

function reportOne(
  inspection: Inspection,
  ran: InspectionRun | undefined,
  links: ReadonlyMap<string, Recorded>,
  findings: Findings,
): InspectionReport {
  const { name, run } = inspection
  if (ran === undefined) {
    return { name, outcome: 'not-performed', run, returnValue: null, materials: null, products: null }
  }
  const shared = { kind: 'inspection' as const, name, item: ran, links, absent: new Map(), evidence: [] }
  const materials = verifyItemRules({ ...shared, list: 'materials', rules: inspection.expectedMaterials }, findings)
  const products = verifyItemRules({ ...shared, list: 'products', rules: inspection.expectedProducts }, findings)
  const failed = ran.returnValue !== 0 || materials.trace.failed || products.trace.failed
  return {
    name,
    outcome: failed ? 'failed' : 'passed',
    run,
    returnValue: ran.returnValue,
    materials: materials.trace,
    products: products.trace,
  }
}
