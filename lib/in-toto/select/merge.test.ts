import { describe, expect, test } from 'vitest'
import { EvidenceStore } from '#lib/testing/evidence-store.ts'
import {
  addRun,
  brought,
  ci,
  git,
  LAYOUT,
  links,
  manager,
  other,
  owner,
  storeWith,
  tester,
} from '#lib/testing/five-steps.ts'
import type { Reason, Report } from '../report.ts'
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

const PEOPLE = [ci, git, manager, other, owner, tester]
const MANY = PEOPLE.map(({ key }) => key)
const run = links('r1')
const selection = ({ checks }: Report, step: string) => {
  const check = checks.find(({ id }) => id === `step.${step}.selection`)
  return check === undefined ? null : [check.outcome, check.detail, check.evidence.length, check.strictOnly, check.step]
}
const outcomes = ({ steps }: Report) => Object.fromEntries(steps.map(({ name, outcome }) => [name, outcome]))

describe('a check tells for each step whether its evidence belongs to the build', () => {
  test('selected, with how many links and which', () => {
    const { store } = storeWith('r1')
    const report = store.verdict('r1')
    expect(selection(report, 'build')).toEqual(['passed', '1 link(s) selected.', 1, true, 'build'])
    expect(report.checks.find(({ id }) => id === 'step.build.selection')?.title).toBe(
      'Evidence of build belongs to this build',
    )
    expect(report.checks.filter(({ id }) => id.endsWith('.selection'))).toHaveLength(5)
    expect(outcomes(report)).toEqual({
      ...{ clone: 'passed', build: 'passed', test: 'passed', approve: 'passed', package: 'passed' },
    })
  })

  test('none, pending or missing', () => {
    const { store } = storeWith('r1', 0, ['approve'])
    const pending = store.verdict('r1', 30)
    expect(selection(pending, 'approve')?.[0]).toBe('not-performed')
    expect(selection(pending, 'approve')?.[1]).toMatch(
      /^No link of step approve has arrived with this run; it may until 2030-01-01T01:00:00.000Z\.$/,
    )
    expect(outcomes(pending).approve).toBe('missing')
    const missing = store.verdict('r1')
    expect(selection(missing, 'approve')).toEqual(['not-performed', 'No link was found.', 0, true, 'approve'])
    expect(outcomes(missing).approve).toBe('missing')
  })

  test('from elsewhere: a warning, with where it was seen and why it counts; five at most are told', () => {
    const layout = {
      ...LAYOUT,
      steps: LAYOUT.steps.map((step) => ({ ...step, keys: [...(step.keys ?? []), ...MANY] })),
    }
    const { store } = storeWith('r1', 0, ['approve'], layout)
    store.run({ id: 'late', openedAt: 500 })
    const materials = { 'app.tgz': 'tgz r1' }
    for (const key of PEOPLE) store.bring('late', 500, { ...run.approve, materials, stdout: key.keyid }, key)
    const report = store.verdict('r1')
    expect([report.verdict, selection(report, 'approve')?.slice(0, 3)]).toEqual([
      'allow',
      ['warning', '6 link(s) selected.', 6],
    ])
    expect(outcomes(report).approve).toBe('warning')
    const marks = report.reasons.filter(({ code }) => code === 'MIXED_RUNS')
    expect(marks).toHaveLength(5)
    for (const { message, keyid, step, strictOnly } of marks) {
      expect(message).toMatch(
        /^approve\.\w{8}\.link for step approve does not come from this run alone: it was seen before, in run late \(2030-01-01T08:20:00\.000Z, brought by tester\)\. It counts because digests tie it to this build\.$/,
      )
      expect([PEOPLE.some((one) => one.keyid === keyid), step, strictOnly]).toEqual([true, 'approve', true])
    }
  })

  test('unbound or disagreeing: not performed, or failed', () => {
    const copied = storeWith('old')
    addRun(copied.store, 'r1', 500, ['approve'])
    copied.store.again('r1', 501, brought(copied.brought, 'approve'))
    const unbound = copied.store.verdict('r1')
    expect(selection(unbound, 'approve')?.[0]).toBe('not-performed')
    expect(selection(unbound, 'approve')?.[1]).toContain('It says nothing about this build.')
    expect(outcomes(unbound).approve).toBe('not-judged')
    const layout = {
      ...LAYOUT,
      steps: LAYOUT.steps.map((step) => ({ ...step, keys: [...(step.keys ?? []), ...MANY] })),
    }
    const { store } = storeWith('r1', 0, [], layout)
    store.bring('r1', 1, { ...run.approve, materials: { a: 'a' } }, other)
    const disagree = store.verdict('r1')
    expect([disagree.verdict, selection(disagree, 'approve')?.[0]]).toEqual(['deny', 'failed'])
    expect(outcomes(disagree).approve).toBe('failed')
    expect(outcomes(doubted()([])).package).toBe('not-judged')
  })

  test('a step that fails is failed, wherever its link came from', () => {
    const layout = {
      ...LAYOUT,
      steps: LAYOUT.steps.map((step) => (step.name === 'approve' ? { ...step, materials: ['DISALLOW *'] } : step)),
    }
    const { store } = storeWith('r1', 0, ['approve'], layout)
    store.run({ id: 'late', openedAt: 500 })
    store.bring('late', 500, { ...run.approve, materials: { 'app.tgz': 'tgz r1' } }, manager)
    const report = store.verdict('r1')
    expect([report.verdict, outcomes(report).approve]).toEqual(['deny', 'failed'])
  })
})

describe('what is passed over', () => {
  test('is shown with its reason, twenty at most', () => {
    const { store } = storeWith('r1', 0, ['approve'])
    const { approve } = run
    for (let i = 0; i < 22; i++) store.bring('r1', 1, { ...approve, stdout: `${i}` }, manager)
    const step = store.verdict('r1').steps.find(({ name }) => name === 'approve')
    expect(step?.skipped).toHaveLength(20)
    expect(step?.skipped[0]).toMatchObject({
      ...{ code: 'STEP_UNBOUND', keyid: manager.keyid, source: `approve.${manager.keyid.slice(0, 8)}.link` },
      message: 'It was passed over: it is one of several by the same signer.',
    })
  })
})

describe('what follows', () => {
  test('from a link that nothing was selected for follows from what selecting says of it', () => {
    const copied = storeWith('old')
    addRun(copied.store, 'r1', 500, ['build'])
    copied.store.again('r1', 501, brought(copied.brought, 'build'))
    const { reasons, verdict } = copied.store.verdict('r1')
    expect(verdict).toBe('cannot-tell')
    expect(reasons[0]).toMatchObject({ code: 'REPLAYED', step: 'build', strictOnly: true })
    expect(reasons[0]).not.toHaveProperty('path')
    expect(reasons.filter(({ code }) => code === 'STEP_MISSING')).toEqual([])
    const consequences = reasons.slice(1)
    expect(consequences.length).toBeGreaterThan(0)
    expect(consequences.every(({ follows }) => follows === 0)).toBe(true)
  })
})

describe('several links of one run that fit', () => {
  test('of which some pass: RUN_TWICE, with the step that has several, and what fails behind it', () => {
    const layout = {
      ...LAYOUT,
      steps: LAYOUT.steps.map((step) =>
        step.name === 'build' ? { ...step, products: ['DISALLOW virus', 'ALLOW *'] } : step,
      ),
    }
    const { store } = storeWith('r1', 0, ['build'], layout)
    store.bring('r1', 1, run.build, ci)
    store.bring('r1', 1, { ...run.build, products: { ...run.build.products, virus: 'x' } }, ci)
    // somebody else's rebuild is a warning that follows from nothing
    store.bring(null, 500, { ...run.clone, products: { ...run.clone.products, more: 'x' } }, git)
    store.bring(null, 500, { ...run.test, products: { result: 'PASS', more: 'x' } }, tester)
    const { verdict, reasons } = store.verdict('r1')
    expect(verdict).toBe('cannot-tell')
    expect(reasons[0]).toMatchObject({ code: 'RUN_TWICE', severity: 'cannot-tell', step: 'build', strictOnly: true })
    expect(reasons[0]?.message).toMatch(/^Several links fit this build, and it passes with some of them only: build/)
    const rebuilt = reasons.filter(({ code }) => code === 'REBUILD_DIFFERS')
    expect(rebuilt.map(({ follows }) => follows)).toEqual(rebuilt.map(() => undefined))
    expect(rebuilt.map(({ step }) => step)).toContain('test')
    const failing = reasons.filter(({ severity }, index) => index > 0 && severity !== 'warning')
    expect(failing.length).toBeGreaterThan(0)
    expect(failing.every(({ follows }) => follows === 0)).toBe(true)
  })
})

describe('a rebuild elsewhere', () => {
  test('is told by the first file that differs: another, one more, or one that is not there; five at most', () => {
    const { store } = storeWith('r1')
    const products = run.build.products
    store.bring(null, 500, { ...run.build, products: { ...products, app: 'else' } }, ci)
    store.bring(null, 500, { ...run.build, products: { ...products, aaa: 'more' } }, ci)
    store.bring(null, 500, { ...run.build, products: { LICENSE: 'MIT' } }, ci)
    const told = (one: EvidenceStore) => one.verdict('r1').reasons.filter(({ code }) => code === 'REBUILD_DIFFERS')
    const messages = told(store).map(({ message }) => message.replace(/^.*other products: (.*)\. It was seen.*$/, '$1'))
    expect(messages.toSorted()).toEqual([
      'it did not make app, which was made here',
      'it made aaa, which was not made here',
      'its app is another file',
    ])
    expect(
      told(store)
        .map((one) => ['expected' in one, 'found' in one])
        .toSorted(),
    ).toEqual([
      [false, true],
      [true, false],
      [true, true],
    ])
    for (const app of ['1', '2', '3', '4']) store.bring(null, 500, { ...run.build, products: { ...products, app } }, ci)
    expect(told(store)).toHaveLength(5)
    expect(outcomes(store.verdict('r1')).build).toBe('warning')
  })
})
