import type { InspectionReport, Reason, Report, StepReport } from '#lib/in-toto/report.ts'
import { count } from '../explain/words.ts'
import { type DrawnNode, fileNodeId, inspectionNodeId, NODE, type State } from './drawing.ts'

const EXPIRED: ReadonlySet<string> = new Set(['LAYOUT_EXPIRED', 'KEY_EXPIRED', 'CERT_EXPIRED_NO_TIMESTAMP'])
const FILES_DRAWN = 4

/** What reasons do to the thing they speak about: the worst of them counts. */
export function stateOf(reasons: readonly Reason[], otherwise: State): State {
  const denied = reasons.filter((reason) => reason.severity === 'deny')
  if (denied.some((reason) => !EXPIRED.has(reason.code))) return 'fail'
  if (denied.length > 0) return 'expired'
  if (reasons.some((reason) => reason.severity === 'cannot-tell')) return 'unverified'
  if (reasons.length > 0 && otherwise === 'pass') return 'warn'
  return otherwise
}

const ofStep: Readonly<Record<StepReport['outcome'], State>> = {
  passed: 'pass',
  failed: 'fail',
  warning: 'warn',
  missing: 'unverified',
  'not-judged': 'unverified',
}
const ofInspection: Readonly<Record<InspectionReport['outcome'], State>> = {
  passed: 'pass',
  failed: 'fail',
  'not-performed': 'unverified',
}

export function stepNode(report: Report, step: StepReport): DrawnNode {
  const reasons = report.reasons.filter(
    (reason) => reason.inspection === undefined && (reason.path?.[0] ?? reason.step) === step.name,
  )
  return {
    id: step.name,
    kind: 'step',
    label: step.name,
    detail: stepDetail(step, reasons),
    state: stateOf(reasons, ofStep[step.outcome]),
    ...NODE,
  }
}

function stepDetail(step: StepReport, reasons: readonly Reason[]): string {
  const [link] = step.counted
  if (link === undefined)
    return step.skipped.length > 0 ? `${count(step.skipped.length, 'link')}, none counts` : 'No link'
  if (step.outcome === 'not-judged') return 'Not judged: earlier check failed'
  const severe = reasons.filter((reason) => reason.severity !== 'warning')
  const list = severe[0]?.rule?.list
  const files = new Set(severe.flatMap((reason) => (reason.rule?.list === list && reason.artifact) || []))
  if (list !== undefined && files.size > 0) {
    const missing = severe[0]?.code === 'ARTIFACT_REQUIRED_MISSING'
    const total = link[list]
    if (missing) return `${count(files.size, list.slice(0, -1))} missing`
    return `${files.size} of ${count(total, 'file')} refused`
  }
  if (reasons.some((reason) => reason.code === 'COMMAND_MISMATCH')) return 'Unexpected command'
  if (step.threshold > 1) return `${step.counted.length} of ${step.threshold} signatures`
  if (step.sublayout !== undefined) return `Sublayout of ${count(step.sublayout.steps.length, 'step')}`
  if (link.returnValue !== null && link.returnValue !== 0) return `Command ended with ${link.returnValue}`
  if (link.products > 0) return count(link.products, 'product')
  return link.materials > 0 ? count(link.materials, 'material') : 'No files recorded'
}

export function inspectionNode(report: Report, inspection: InspectionReport): DrawnNode {
  const reasons = report.reasons.filter(
    (reason) => reason.inspection === inspection.name && (reason.path ?? []).length === 0,
  )
  const detail =
    inspection.outcome === 'not-performed'
      ? 'Not performed'
      : inspection.returnValue === null
        ? 'Performed'
        : `Exit code ${inspection.returnValue}`
  return {
    id: inspectionNodeId(inspection.name),
    kind: 'inspection',
    label: inspection.name,
    detail,
    state: stateOf(reasons, ofInspection[inspection.outcome]),
    ...NODE,
  }
}

export interface FinalFile {
  readonly path: string
  readonly algo: string
  readonly digest: string
}

/** The final files, one node each; many of them as one. */
export function fileNodes(report: Report, files: readonly FinalFile[]): DrawnNode[] {
  const root = report.reasons.find((reason) => reason.severity !== 'warning')
  const state: State =
    root === undefined ? (report.verdict === 'allow' ? 'pass' : 'unverified') : stateOf([root], 'pass')
  const node = (id: string, label: string, detail: string): DrawnNode => ({
    id,
    kind: 'artifact',
    label,
    detail,
    state,
    ...NODE,
  })
  const byPath = new Map<string, FinalFile>()
  for (const file of files) if (!byPath.has(file.path) || file.algo === 'sha256') byPath.set(file.path, file)
  if (byPath.size > FILES_DRAWN) {
    const names = [...byPath.keys()]
    return [node('files', count(names.length, 'final file'), names.slice(0, 2).join(', '))]
  }
  return [...byPath.values()].map((file) =>
    node(fileNodeId(file.path), file.path, `${file.algo}:${file.digest.slice(0, 12)}`),
  )
}
