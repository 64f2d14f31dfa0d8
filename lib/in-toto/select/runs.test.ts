import { describe, expect, test } from 'vitest'
import type { LinkSpec } from '#lib/testing/authority/documents.ts'
import { EvidenceStore } from '#lib/testing/evidence-store.ts'
import {
  addRun,
  brought,
  codes,
  LAYOUT,
  links,
  manager,
  other,
  owner,
  packer,
  STEPS,
  type Step,
  signer,
  storeWith,
  stranger,
  tester,
} from '#lib/testing/five-steps.ts'
import type { SelectInput } from './input.ts'

describe('attempts of one run', () => {
  /** Attempt 2 of run r1, with some steps of it. */
  function again(store: EvidenceStore, at: number, specs: Partial<Record<Step, LinkSpec>>) {
    store.run({ id: 'r1 again', label: 'r1', attempt: 2, openedAt: at })
    for (const step of STEPS) {
      const spec = specs[step]
      if (spec !== undefined) store.bring('r1 again', at, spec, signer[step])
    }
  }
  const deliveries = (store: EvidenceStore) => store.judge().map(({ build }) => build.deliveryId)

  test('the failed jobs of an attempt are made up for by the next', () => {
    const { store } = storeWith('r1', 0, ['test', 'package'])
    const run = links('r1')
    again(store, 30, { test: run.test, package: run.package })
    expect(deliveries(store)).toEqual(['r1 again'])
    expect(store.verdict('r1 again')).toMatchObject({ verdict: 'allow', referenceVerdict: 'allow' })
  })

  test('what an attempt adds makes no build of the attempt before better', () => {
    const { store } = storeWith('r1', 0, ['approve'])
    again(store, 30, { approve: links('r1').approve })
    expect(store.verdict('r1').verdict).toBe('cannot-tell')
    expect(store.verdict('r1 again').verdict).toBe('allow')
  })

  test('a later link of the same signer and step replaces the earlier', () => {
    const { store } = storeWith('r1', 0, ['build'])
    store.bring('r1', 0, { ...links('r1').build, products: { app: 'broken', LICENSE: 'MIT' } }, signer.build)
    expect(store.verdict('r1').verdict).toBe('deny')
    const run = links('r1')
    again(store, 30, {
      build: run.build,
      approve: { ...run.approve, stdout: 'again' },
      package: { ...run.package, stdout: 'again' },
    })
    expect(store.verdict('r1 again').verdict).toBe('allow')
    // and not the other way round: what was replaced does not come back
    const reversed = storeWith('r1', 0, ['package']).store
    again(reversed, 30, { build: { ...run.build, products: { app: 'broken', LICENSE: 'MIT' } }, package: run.package })
    expect(reversed.verdict('r1 again').verdict).toBe('deny')
  })

  test('a replaced final link starts no build in the attempt that replaced it', () => {
    const { store } = storeWith('r1')
    const run = links('r1')
    again(store, 30, { package: { ...run.package, products: { 'app.tgz': 'another tgz' } } })
    const found = store.judge().map(({ build }) => [build.deliveryId, build.files.get('app.tgz')?.sha256])
    expect(found).toHaveLength(2)
    expect(new Set(found.map(([id]) => id))).toEqual(new Set(['r1', 'r1 again']))
  })

  test('an approval of an earlier attempt does not carry over to files that were made since', () => {
    const { store } = storeWith('r1')
    const [first, second] = [links('r1'), links('r2')]
    again(store, 30, {
      build: { ...second.build, materials: first.build.materials },
      test: second.test,
      package: second.package,
    })
    const report = store.verdict('r1 again')
    expect(report).toMatchObject({ verdict: 'cannot-tell', reasons: [{ code: 'STEP_UNBOUND', step: 'approve' }] })
    // the clone of the attempt before is bound by its files
    expect(report.steps.find(({ name }) => name === 'clone')?.outcome).toBe('passed')
    expect(store.verdict('r1').verdict).toBe('allow')
  })

  test('nor does a test, whose result is always the same', () => {
    const { store } = storeWith('r1')
    const [first, second] = [links('r1'), links('r2')]
    const built = { ...second.build, materials: first.build.materials }
    again(store, 30, { build: built, approve: second.approve, package: second.package })
    const report = store.verdict('r1 again')
    expect(report.verdict).toBe('cannot-tell')
    expect(report.reasons[0]).toMatchObject({ code: 'STEP_UNBOUND', step: 'test' })
  })

  test('a dissent in an earlier attempt by somebody else still counts', () => {
    const { store } = storeWith('r1', 0, ['package'])
    const run = links('r1')
    store.bring('r1', 0, { ...run.package, products: { 'app.tgz': 'something else' } }, other)
    again(store, 30, { package: run.package })
    const reports = store.judge().filter(({ build }) => build.deliveryId === 'r1 again')
    expect(reports).toHaveLength(1)
    for (const { judged } of reports) {
      expect(judged.report.verdict).toBe('deny')
      expect(codes(judged.report)).toContain('SIGNERS_DISAGREE')
    }
  })

  test('attempts do not keep a label open: after a day they belong to no run', () => {
    const { store } = storeWith('r1', 0, ['test', 'package'])
    const run = links('r1')
    again(store, 1440, { test: run.test, package: run.package })
    expect(store.judge().map(({ build, judged }) => [build.deliveryId, judged.report.verdict])).toEqual([
      [null, 'cannot-tell'],
    ])
  })

  test("another client's attempt 2 under the same label is no attempt of this run", () => {
    const { store } = storeWith('r1', 0, ['approve'])
    store.run({ id: 'theirs', label: 'r1', attempt: 2, issuer: 'mallory', openedAt: 30 })
    store.bring('theirs', 30, links('r1').approve, manager)
    expect(deliveries(store)).toEqual(['r1'])
    expect(store.verdict('r1').verdict).toBe('cannot-tell')
  })

  test('copies pushed as a new attempt are copies', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    const old = addRun(store, 'r0', 0)
    addRun(store, 'r1', 500, ['approve'])
    store.run({ id: 'r1 again', label: 'r1', attempt: 2, openedAt: 530 })
    store.again('r1 again', 530, brought(old, 'approve'))
    expect(store.verdict('r1 again')).toMatchObject({ verdict: 'cannot-tell', reasons: [{ code: 'REPLAYED' }] })
  })
})

describe('a copy that a later attempt pushes', () => {
  test('neither counts nor leaves what it would have overwritten untouched', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    store.run({ id: 'old', openedAt: 0 })
    const failed = store.bring('old', 0, { ...links('r1').test, products: { result: 'FAIL' }, stdout: 'old' }, tester)
    addRun(store, 'r1', 500)
    expect(store.verdict('r1').verdict).toBe('allow')
    store.run({ id: 'r1 again', label: 'r1', attempt: 2, openedAt: 510 })
    store.again('r1 again', 510, failed)
    const report = store.verdict('r1 again')
    expect(report.verdict).toBe('cannot-tell')
    expect(codes(report)).toEqual(['REPLAYED'])
  })
})

describe('signed run ids', () => {
  const settings: Partial<SelectInput> = { runIdPaths: [['environment', 'run']] }
  const said = (spec: LinkSpec, run: string): LinkSpec => ({ ...spec, environment: { run } })

  /** Every step of a run with its id in the signed bytes, brought wherever `place` says. */
  function bringSigned(
    store: EvidenceStore,
    n: string,
    at: number,
    place: (step: Step) => string | null,
    without: readonly Step[] = [],
  ) {
    const run = links(n)
    const steps = STEPS.filter((step) => !without.includes(step))
    return new Map(steps.map((step) => [step, store.bring(place(step), at, said(run[step], n), signer[step])] as const))
  }

  test('hold a run together without any delivery', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    bringSigned(store, 'r1', 0, () => null)
    bringSigned(store, 'r2', 5, () => null)
    expect(store.judge().map(({ judged }) => judged.report.verdict)).toEqual(['cannot-tell', 'cannot-tell'])
    const found = store.judge(10_000, settings)
    expect(found.map(({ build, judged }) => [build.deliveryId, build.run, judged.report.verdict]).toSorted()).toEqual([
      [null, 'r1', 'allow'],
      [null, 'r2', 'allow'],
    ])
  })

  test('join what several clients pushed under labels of their own', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'ci' }).run({ id: 'lab', issuer: 'lab' })
    bringSigned(store, 'r1', 0, (step) => (step === 'test' || step === 'approve' ? 'lab' : 'ci'))
    expect(store.verdict('ci').verdict).toBe('cannot-tell')
    expect(store.verdict('ci', 10_000, settings).verdict).toBe('allow')
  })

  test('are stronger than the label: a link that names another run does not belong to this one', () => {
    const { store } = storeWith('r1', 0, ['approve', 'package'])
    store.bring('r1', 0, said(links('r1').package, 'r1'), packer)
    store.bring('r1', 0, said(links('r1').approve, 'r9'), manager)
    expect(store.verdict('r1').verdict).toBe('allow')
    const report = store.verdict('r1', 10_000, settings)
    expect(report).toMatchObject({ verdict: 'cannot-tell', reasons: [{ code: 'REPLAYED', step: 'approve' }] })
    const skipped = report.steps.find(({ name }) => name === 'approve')?.skipped ?? []
    expect(skipped.some(({ message }) => message.includes('r9'))).toBe(true)
  })

  test('two of them among links that name a run, while the final link names none: nobody can tell', () => {
    const { store } = storeWith('r1', 0, ['test', 'approve'])
    store.bring('r1', 0, said(links('r1').test, 'a'), tester)
    store.bring('r1', 0, said(links('r1').approve, 'b'), manager)
    expect(store.verdict('r1').verdict).toBe('allow')
    expect(store.verdict('r1', 10_000, settings).verdict).toBe('cannot-tell')
  })

  test('one that another run holds lends nothing to this one', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    bringSigned(store, 'old', 0, () => null)
    bringSigned(store, 'new', 10, () => null, ['approve'])
    const found = store.judge(10_000, settings).filter(({ build }) => build.run === 'new')
    expect(found.map(({ judged }) => judged.report.reasons[0])).toMatchObject([
      { code: 'STEP_UNBOUND', step: 'approve' },
    ])
  })

  test('an id used for ever brings nothing together after a day', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    const run = links('r1')
    for (const step of STEPS) store.bring(null, step === 'approve' ? 1440 : 0, said(run[step], 'always'), signer[step])
    const found = store.judge(10_000, settings).map(({ judged }) => codes(judged.report))
    expect(found).toEqual([['STEP_UNBOUND']])
  })

  test('an id under which one functionary signed a step twice tells no runs apart', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    for (const [n, at, without] of [
      ['r1', 0, []],
      ['r2', 10, ['approve']],
    ] as const) {
      const run = links(n)
      for (const step of STEPS.filter((one) => !(without as readonly Step[]).includes(one)))
        store.bring(null, at, said(run[step], 'constant'), signer[step])
    }
    for (const { judged } of store.judge(10_000, settings)) expect(judged.report.verdict).toBe('cannot-tell')
    // in deliveries of their own they are what they were
    const { store: pushed } = storeWith('p1')
    expect(pushed.verdict('p1', 10_000, settings).verdict).toBe('allow')
  })

  test('an empty id, one that is no text and one that nobody trusted signed name no run', () => {
    for (const run of ['', '  ']) {
      const store = new EvidenceStore(LAYOUT, owner)
      const spec = links('r1')
      for (const step of STEPS) store.bring(null, 0, said(spec[step], run), signer[step])
      expect(store.judge(10_000, settings).map(({ build, judged }) => [build.run, judged.report.verdict])).toEqual([
        [null, 'cannot-tell'],
      ])
    }
    const store = new EvidenceStore(LAYOUT, owner)
    bringSigned(store, 'r1', 0, () => null, ['approve'])
    store.bring(null, 0, said(links('r1').approve, 'r1'), stranger)
    for (const { judged } of store.judge(10_000, settings)) expect(judged.report.verdict).not.toBe('allow')
  })

  test("another software's evidence under the same id is not ours", () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'theirs', software: 'ledger' })
    bringSigned(store, 'r1', 1, (step) => (step === 'approve' ? 'theirs' : null))
    const [first] = store.judge(10_000, settings)
    expect(first?.build.run).toBe('r1')
    expect(first?.judged.report.verdict).toBe('cannot-tell')
  })

  test('another signer under the id who says something else denies', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    bringSigned(store, 'r1', 0, () => null)
    store.bring(null, 1, said({ ...links('r1').package, products: { 'app.tgz': 'else' } }, 'r1'), other)
    for (const { judged } of store.judge(10_000, settings)) {
      expect(judged.report.verdict).toBe('deny')
      expect(codes(judged.report)).toContain('SIGNERS_DISAGREE')
    }
  })
})
