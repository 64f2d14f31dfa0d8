import type { Explanation } from '#lib/contract/builds.ts'
import type { Reason, Report, StepReport } from '#lib/in-toto/report.ts'
import type { ExplainContext } from '../explain-context.ts'
import { count } from './words.ts'

/** What happened, step by step in the layout's order; times are when Waybill received the links. */
export function timelineOf(report: Report, context: ExplainContext): Explanation['timeline'] {
  return report.steps.map((step) => ({
    step: step.name,
    outcome: step.outcome,
    text: textOf(step, reasonsOf(report, step.name)),
    receivedAt: receivedAt(step, context),
  }))
}

const reasonsOf = (report: Report, step: string): Reason[] =>
  report.reasons.filter((reason) => (reason.path?.[0] ?? reason.step) === step)

function textOf(step: StepReport, reasons: readonly Reason[]): string {
  const [link] = step.counted
  if (step.outcome === 'not-judged') return 'not judged: an earlier check failed'
  if (link === undefined) {
    const passedOver = step.skipped.length
    return passedOver === 0 ? 'no link' : `${count(passedOver, 'link')} found, none counts`
  }
  const parts = [link.kind === 'layout' ? 'handed on to a sublayout' : used(link.materials, link.products)]
  const files = new Set(reasons.flatMap((reason) => (reason.severity !== 'warning' && reason.artifact) || []))
  if (files.size > 0) parts.push(`${count(files.size, 'file')} refused`)
  else if (step.outcome === 'failed') parts.push('not accepted')
  if (step.threshold > 1) parts.push(`${step.counted.length} of ${step.threshold} signatures`)
  if (link.returnValue !== null && link.returnValue !== 0) parts.push(`command ended with ${link.returnValue}`)
  return parts.join(', ')
}

function used(materials: number, products: number): string {
  if (materials === 0 && products === 0) return 'recorded no files'
  const parts = [materials > 0 ? `used ${count(materials, 'file')}` : '', products > 0 ? `made ${products}` : '']
  if (materials === 0) return `made ${count(products, 'file')}`
  return parts.filter((part) => part !== '').join(', ')
}

/** The latest of the links that count: from then on the step was complete. */
function receivedAt(step: StepReport, context: ExplainContext): string | null {
  const times = step.counted.flatMap((link) => context.receivedAt?.get(link.sha256) ?? [])
  return times.sort().at(-1) ?? null
}
