import type { Report } from '#lib/in-toto/report.ts'
import type { ExplainContext } from '../explain-context.ts'
import type { Fix } from './subject.ts'
import { count } from './words.ts'

/** Says what was checked and what was found; never that something is safe. */
export function verified(report: Report, context: ExplainContext) {
  const name = context.layout === null ? 'the layout' : `${context.layout.name} version ${context.layout.number}`
  const performed = report.checks.filter((check) => check.outcome !== 'not-performed').length
  const links = report.steps.reduce((sum, step) => sum + step.counted.length, 0)
  const inspections = report.inspections.length > 0 ? ` and ${count(report.inspections.length, 'inspection')}` : ''
  const judged = `${count(report.steps.length, 'step')}${inspections}`
  const warnings = report.reasons.filter((reason) => reason.severity === 'warning').length
  return {
    kind: 'verified',
    heading: `Every step was done as ${name} demands`,
    demand: [
      `${judged} of the layout ${report.steps.length + report.inspections.length === 1 ? 'was' : 'were'} judged on ${count(links, 'signed link')}; ${count(performed, 'check')} were made and none failed.`,
      warnings > 0 ? `${count(warnings, 'warning')} did not change the verdict.` : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
  }
}

export function running(context: ExplainContext) {
  return {
    kind: 'running',
    heading: `${context.build.label} is being judged`,
    demand:
      'The evidence has arrived and is kept. The verdict follows, normally within seconds; this page refreshes by itself.',
  }
}

export const runningFix: Fix = {
  id: 'wait',
  title: 'Wait a moment',
  text: 'If nothing happens for a minute, the worker may not be running: the person who runs Waybill sees its state at the place where it was started.',
  snippet: null,
  href: null,
}
