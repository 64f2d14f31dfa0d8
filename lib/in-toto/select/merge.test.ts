import { describe, expect, test } from 'vitest'
import { EvidenceStore } from '#lib/testing/evidence-store.ts'
import { addRun, LAYOUT, links, other, owner } from '#lib/testing/five-steps.ts'
import type { Reason } from '../report.ts'
import { findBuilds, openStore } from './builds.ts'
import { mergeSelection } from './merge.ts'
import { selectEvidence } from './select-evidence.ts'

/** A build of which selecting says that somebody may dissent, in bytes of an older run; the verifier finds nothing. */
function doubted() {
  const world = new EvidenceStore(LAYOUT, owner)
  world.run({ id: 'old', openedAt: 0 })
  const old = world.bring('old', 0, links('old').package, other)
  addRun(world, 'r2', 500)
  const own = world.brought.filter(({ delivery }) => delivery === 'r2')
  world.again('r2', 501, old)
  const store = openStore(world.input(10_000))
  const build = findBuilds(store).find(({ deliveryId }) => deliveryId === 'r2')
  if (build === undefined) throw new Error('no build')
  const { choices } = selectEvidence(store, build)
  const report = world.directory(own)
  expect(report).toMatchObject({ verdict: 'allow', reasons: [] })
  return (reasons: readonly Reason[]) => mergeSelection(store, { ...report, reasons }, choices, [], [])
}

const said = (severity: Reason['severity'], more: Partial<Reason> = {}): Reason => ({
  ...{ code: 'SIGNERS_DISAGREE', severity, message: 'The verifier says so.', step: 'package', strictOnly: false },
  ...more,
})

describe('what selecting found', () => {
  const severities = (reasons: readonly Reason[]) =>
    reasons.filter(({ code }) => code === 'SIGNERS_DISAGREE').map(({ severity }) => severity)

  test('is added where the verifier says nothing', () => {
    const merged = doubted()([])
    expect([merged.verdict, severities(merged.reasons)]).toEqual(['cannot-tell', ['cannot-tell']])
  })

  test('is not hidden by a warning with the same code about the same step', () => {
    const merged = doubted()([said('warning')])
    expect([merged.verdict, severities(merged.reasons)]).toEqual(['cannot-tell', ['cannot-tell', 'warning']])
  })

  test('is not said twice where the verifier says it, and stands where that is about something else', () => {
    const merge = doubted()
    expect(severities(merge([said('deny')]).reasons)).toEqual(['deny'])
    expect(severities(merge([said('deny', { step: 'build' })]).reasons)).toEqual(['deny', 'cannot-tell'])
    expect(severities(merge([said('deny', { path: ['package'] })]).reasons)).toEqual(['deny', 'cannot-tell'])
  })
})
