import { describe, expect, test } from 'vitest'
import type { LayoutSpec } from '#lib/testing/authority/documents.ts'
import { changed, choice, keys, messagesOf, said } from '#lib/testing/choices.ts'
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
  STEPS,
  type Step,
  signer,
  storeWith,
  tester,
} from '#lib/testing/five-steps.ts'
import type { Report } from '../report.ts'

const shared = { sharedSteps: new Set(['clone']) }
const one = links('r1')
const mixedRuns = { mixedRuns: true }
const root = ({ verdict, reasons }: Report) => [verdict, reasons[0]?.code, reasons[0]?.step]
const marks = ({ reasons }: Report) =>
  reasons.filter(({ code, severity }) => code === 'MIXED_RUNS' && severity === 'warning').map(({ step }) => step)

/** A run whose clone came in a delivery of its own, seen first. */
function clonedElsewhere(software = 'payments') {
  const store = new EvidenceStore(LAYOUT, owner)
  store.run({ id: 'clones', software }).run({ id: 'r1', openedAt: 10 })
  store.bring('clones', 0, links('r1').clone, git)
  for (const step of STEPS) if (step !== 'clone') store.bring('r1', 10, links('r1')[step], signer[step])
  return store
}

describe('a step that the binding marks as shared', () => {
  test('is filled by a link of any run that digests tie, and marked', () => {
    const store = clonedElsewhere()
    expect(root(store.verdict('r1'))).toEqual(['cannot-tell', 'STEP_UNBOUND', 'clone'])
    const report = store.verdict('r1', 10_000, shared)
    expect(report.verdict).toBe('allow')
    expect(marks(report)).toEqual(['clone'])
    expect(report.reasons[0]?.message).toContain('run clones')
  })

  test('also from another software, and for as many builds as there are', () => {
    expect(clonedElsewhere('ledger').verdict('r1', 10_000, shared).verdict).toBe('allow')
    const store = clonedElsewhere()
    store.run({ id: 'r2', openedAt: 600 })
    const run = { ...links('r2'), build: { ...links('r2').build, materials: links('r1').clone.products } }
    for (const step of STEPS) if (step !== 'clone') store.bring('r2', 600, run[step], signer[step])
    expect(store.verdict('r1', 10_000, shared).verdict).toBe('allow')
    expect(store.verdict('r2', 10_000, shared).verdict).toBe('allow')
  })

  test('counts as a copy in the run too, where digests tie it', () => {
    const store = clonedElsewhere()
    const [clone] = store.brought
    if (clone === undefined) throw new Error('no clone')
    store.again('r1', 11, clone)
    expect(root(store.verdict('r1'))).toEqual(['cannot-tell', 'REPLAYED', 'clone'])
    expect(store.verdict('r1', 10_000, shared).verdict).toBe('allow')
  })

  test('is not filled by one that shares common or constant files only', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'clones' })
    store.bring('clones', 0, links('r0').clone, git)
    addRun(store, 'r1', 10, ['clone'])
    expect(root(store.verdict('r1', 10_000, shared))).toEqual(['deny', 'STEP_MISSING', 'clone'])
  })

  test('where the run holds a clone of its own, only that counts: no rule passes with the wrong one', () => {
    const store = clonedElsewhere()
    store.bring('r1', 10, links('r9').clone, git)
    expect(store.verdict('r1', 10_000, shared).verdict).toBe('deny')
  })

  test('one that binds nothing stays unbound', () => {
    const { store } = storeWith('r1')
    addRun(store, 'r2', 500, ['approve'])
    const report = store.verdict('r2', 10_000, { sharedSteps: new Set(['approve']) })
    expect(root(report)).toEqual(['cannot-tell', 'STEP_UNBOUND', 'approve'])
  })

  test('two that fit and of which one passes: nobody can tell', () => {
    const layout: LayoutSpec = {
      ...LAYOUT,
      steps: LAYOUT.steps.map((step) =>
        step.name === 'clone' ? { ...step, products: ['DISALLOW virus', 'ALLOW *'] } : step,
      ),
    }
    const store = new EvidenceStore(layout, owner).run({ id: 'clones' })
    store.bring('clones', 0, links('r1').clone, git)
    addRun(store, 'r1', 10, ['clone'])
    expect(store.verdict('r1', 10_000, shared).verdict).toBe('allow')
    store.bring('clones', 1, { ...links('r1').clone, products: { ...links('r1').clone.products, virus: 'x' } }, git)
    expect(root(store.verdict('r1', 10_000, shared))).toEqual(['cannot-tell', 'MIXED_RUNS', 'clone'])
  })

  test('equal links of other runs add their signers, of a shared step only', () => {
    const layout: LayoutSpec = {
      ...LAYOUT,
      steps: LAYOUT.steps.map((step) =>
        step.name === 'clone' ? { ...step, keys: [git.key, other.key], threshold: 2 } : step,
      ),
    }
    const store = new EvidenceStore(layout, owner).run({ id: 'clones' })
    store.bring('clones', 0, { ...links('r1').clone, stdout: 'mine' }, other)
    addRun(store, 'r1', 10)
    expect(root(store.verdict('r1'))).toEqual(['deny', 'STEP_THRESHOLD', 'clone'])
    expect(root(store.verdict('r1', 10_000, mixedRuns))).toEqual(['deny', 'STEP_THRESHOLD', 'clone'])
    expect(store.verdict('r1', 10_000, shared).verdict).toBe('allow')
  })
})

describe('a binding that accepts mixed runs', () => {
  test('takes a link of another run that digests tie, and marks it', () => {
    const store = clonedElsewhere()
    const report = store.verdict('r1', 10_000, mixedRuns)
    expect(report.verdict).toBe('allow')
    expect(marks(report)).toEqual(['clone'])
  })

  test('not one that already supplied an earlier build', () => {
    const { store } = storeWith('r0')
    store.run({ id: 'r1', openedAt: 500 })
    const run = { ...links('r1'), build: { ...links('r1').build, materials: links('r0').clone.products } }
    for (const step of STEPS) if (step !== 'clone') store.bring('r1', 500, run[step], signer[step])
    const report = store.verdict('r1', 10_000, mixedRuns)
    expect(root(report)).toEqual(['cannot-tell', 'STEP_UNBOUND', 'clone'])
    expect(store.verdict('r1', 10_000, shared).verdict).toBe('allow')
  })

  test.each([
    ['later', 20, 'allow', 'cannot-tell'],
    ['at the same moment', 10, 'cannot-tell', 'cannot-tell'],
    ['earlier', 5, 'cannot-tell', 'allow'],
  ])('not one that came by itself and was taken by a build that came %s', (_, at, first, second) => {
    const store = clonedElsewhere()
    store.run({ id: 'r2', openedAt: at })
    const run = { ...links('r2'), build: { ...links('r2').build, materials: links('r1').clone.products } }
    for (const step of STEPS) if (step !== 'clone') store.bring('r2', at, run[step], signer[step])
    expect(store.verdict('r1', 10_000, mixedRuns).verdict).toBe(first)
    expect(store.verdict('r2', 10_000, mixedRuns).verdict).toBe(second)
    for (const id of ['r1', 'r2']) {
      const { reasons, verdict } = store.verdict(id, 10_000, mixedRuns)
      if (verdict !== 'allow') expect(reasons[0]).toMatchObject({ code: 'STEP_UNBOUND', step: 'clone' })
    }
  })

  test('not one of another software', () => {
    expect(clonedElsewhere('ledger').verdict('r1', 10_000, mixedRuns).verdict).toBe('cannot-tell')
  })

  test('not one out of a run that holds another link of a step filled here', () => {
    const store = clonedElsewhere()
    const [clone] = store.brought
    if (clone === undefined) throw new Error('no clone')
    // brought again by itself, it still came with the other one as well
    store.run({ id: 'again', openedAt: 1 }).again('again', 1, clone)
    expect(store.verdict('r1', 10_000, mixedRuns).verdict).toBe('allow')
    store.bring('clones', 1, { name: 'approve', stdout: 'theirs' }, manager)
    expect(root(store.verdict('r1', 10_000, mixedRuns))).toEqual(['cannot-tell', 'STEP_UNBOUND', 'clone'])
  })

  test('not one that came long after the final link', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'late', openedAt: 100 })
    addRun(store, 'r1', 0, ['clone'])
    store.bring('late', 100, links('r1').clone, git)
    expect(store.verdict('r1', 10_000, mixedRuns).verdict).toBe('cannot-tell')
    const inTime = new EvidenceStore(LAYOUT, owner).run({ id: 'late', openedAt: 60 })
    addRun(inTime, 'r1', 0, ['clone'])
    inTime.bring('late', 60, links('r1').clone, git)
    expect(inTime.verdict('r1', 10_000, mixedRuns).verdict).toBe('allow')
  })

  test('not an approval that binds nothing, nor the test of an aborted run', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    addRun(store, 'aborted', 0, ['package'])
    addRun(store, 'r2', 500, ['test', 'approve'])
    const report = store.verdict('r2', 10_000, mixedRuns)
    expect(report.verdict).not.toBe('allow')
    expect(report.steps.find(({ name }) => name === 'approve')?.outcome).toBe('not-judged')
  })

  test('the union of two runs is still no run where a step binds nothing', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'a' }).run({ id: 'b', openedAt: 1 })
    const run = links('one')
    for (const step of ['clone', 'build', 'package'] as const) store.bring('a', 0, run[step], signer[step])
    store.bring('b', 1, run.approve, manager)
    store.bring('b', 1, run.test, tester)
    expect(store.verdict('a', 10_000, mixedRuns).verdict).toBe('cannot-tell')
  })

  test('a link of an earlier run under the same label is no exception', () => {
    const { store, brought: old } = storeWith('r0')
    store.run({ id: 'r1', openedAt: 500 })
    for (const step of STEPS) if (step !== 'build') store.bring('r1', 500, links('r1')[step], signer[step])
    store.again('r1', 501, brought(old, 'build'))
    expect(root(store.verdict('r1', 10_000, mixedRuns))).toEqual(['cannot-tell', 'REPLAYED', 'build'])
    store.bring('r1', 502, links('r1').build, ci)
    expect(store.verdict('r1', 10_000, mixedRuns).verdict).toBe('allow')
  })
})

describe('accepted mixed runs, step by step', () => {
  /** Run r1 without its clone, which `o` has. */
  function cloned(more: (store: EvidenceStore) => void, layout = LAYOUT, without: readonly Step[] = ['clone']) {
    const store = new EvidenceStore(layout, owner).run({ id: 'o' })
    store.bring('o', 0, said(one.clone, 'cloned'), git)
    addRun(store, 'r1', 10, without)
    more(store)
    return store
  }

  test('take nothing that turns out to belong to another run once everything is chosen', () => {
    const store = cloned(
      (into) => {
        into.bring('r1', 10, said(one.test, 'right'), tester)
        into.bring('r1', 10, said(one.test, 'wrong', { products: { result: 'FAIL' } }), tester)
        into.bring('o', 0, said(one.test, 'theirs', { materials: { app: 'theirs' } }), tester)
      },
      LAYOUT,
      ['clone', 'test'],
    )
    expect(choice(store, 'r1', 'test', mixedRuns)?.groups).toEqual([['right']])
    expect(choice(store, 'r1', 'clone', mixedRuns)).toEqual({
      problems: ['STEP_UNBOUND cannot-tell'],
      passedOver: ['cloned: STEP_UNBOUND, it belongs to another run'],
    })
    expect(messagesOf(store, 'r1', 'clone', mixedRuns)[0]).toContain('came from a run that holds other links')
  })

  test('nor take any of equal links, if one of them does', () => {
    const store = cloned(
      (into) => {
        into.bring('r1', 10, said(one.test, 'right'), tester)
        into.bring('r1', 10, said(one.test, 'wrong', { products: { result: 'FAIL' } }), tester)
        into.run({ id: 'theirs' })
        into.bring('theirs', 0, said(one.clone, 'cloned by them'), git)
        into.bring('theirs', 0, said(one.test, 'theirs', { materials: { app: 'theirs' } }), tester)
      },
      LAYOUT,
      ['clone', 'test'],
    )
    const over = 'STEP_UNBOUND, it belongs to another run'
    expect(choice(store, 'r1', 'clone', mixedRuns)?.passedOver).toEqual([`cloned by them: ${over}`, `cloned: ${over}`])
  })

  test('take what came with links of steps that nothing is chosen for', () => {
    const store = cloned((into) => into.bring('o', 0, said(one.approve, 'theirs'), manager), LAYOUT, [
      'clone',
      'approve',
    ])
    expect(choice(store, 'r1', 'clone', mixedRuns)).toEqual({ groups: [['cloned']], mixed: ['cloned'] })
    expect(choice(store, 'r1', 'approve', mixedRuns)?.problems).toEqual(['STEP_UNBOUND cannot-tell'])
  })

  test('take of equal links the one that belongs nowhere else', () => {
    const store = cloned((into) => {
      into.run({ id: 'theirs' })
      into.bring('theirs', 0, said(one.clone, 'cloned by them'), git)
      into.bring('theirs', 0, said(one.test, 'their test', { materials: { app: 'theirs' } }), tester)
    })
    expect(choice(store, 'r1', 'clone', mixedRuns)).toEqual({ groups: [['cloned']], mixed: ['cloned'] })
  })

  test('take what came with another link of the same step', () => {
    const layout = changed('clone', { keys: keys(git, other) })
    const store = cloned(
      (into) => into.bring('o', 0, said(one.clone, 'unlike', { products: { x: 'x' } }), other),
      layout,
    )
    expect(choice(store, 'r1', 'clone', mixedRuns)).toEqual({ groups: [['cloned']], mixed: ['cloned'] })
  })

  test('ask of other steps alone whether they took it, also where a step looks at itself', () => {
    const layout = changed('clone', { products: ['MATCH LICENSE WITH PRODUCTS FROM clone', 'ALLOW *'] })
    const store = cloned((into) => {
      into.run({ id: 'theirs' })
      into.bring('theirs', 0, { ...links('r9').clone, stdout: 'theirs' }, git)
    }, layout)
    expect(choice(store, 'r1', 'clone', mixedRuns)?.groups).toEqual([['cloned']])
  })
})
