import { describe, expect, test } from 'vitest'
import { changed, choice, choicesOf, keys, messagesOf, said } from '#lib/testing/choices.ts'
import { EvidenceStore } from '#lib/testing/evidence-store.ts'
import {
  addRun,
  ci,
  git,
  LAYOUT,
  links,
  manager,
  other,
  owner,
  packer,
  STEPS,
  signer,
  storeWith,
  tester,
} from '#lib/testing/five-steps.ts'
import type { FinalGroup } from './builds.ts'

const run = links('r1')

describe('a link that lists the final file', () => {
  const materials = { 'app.tgz': 'tgz r1' }

  test('counts from anywhere, and only beside what says the same', () => {
    const layout = changed('approve', { keys: keys(manager, other) })
    const { store } = storeWith('r1', 0, ['approve'], layout)
    store.run({ id: 'late', openedAt: 500 })
    store.bring('late', 500, said(run.approve, 'late', { materials }), other)
    expect(choice(store, 'r1', 'approve')).toEqual({ groups: [['late']], mixed: ['late'] })
    // the run has its own now: another content stays where it is, an equal one adds its signer
    store.bring('r1', 1, said(run.approve, 'own'), manager)
    expect(choice(store, 'r1', 'approve')).toEqual({ groups: [['own']] })
    const { store: equal } = storeWith('r1', 0, ['approve'], layout)
    equal.run({ id: 'late', openedAt: 500 })
    equal.bring('r1', 1, said(run.approve, 'own', { materials }), manager)
    equal.bring('late', 500, said(run.approve, 'late', { materials }), other)
    expect(choice(equal, 'r1', 'approve')).toEqual({ groups: [['late', 'own']], mixed: ['late'] })
  })

  test('is no longer passed over where it adds its signer, and what says something else still is', () => {
    const layout = changed('approve', { keys: keys(manager, other) })
    const store = new EvidenceStore(layout, owner).run({ id: 'old' })
    const copies = [
      store.bring('old', 0, said(run.approve, 'copied', { materials }), other),
      store.bring('old', 0, said(run.approve, 'another'), other),
    ]
    addRun(store, 'r1', 500, ['approve'])
    store.bring('r1', 500, said(run.approve, 'own', { materials }), manager)
    for (const one of copies) store.again('r1', 501, one)
    expect(choice(store, 'r1', 'approve')).toEqual({
      groups: [['copied', 'own']],
      problems: ['SIGNERS_DISAGREE cannot-tell'],
      mixed: ['copied'],
      passedOver: ['another: REPLAYED, the same signed bytes were seen before, in another run'],
    })
  })

  test('is asked for the files of this build, not of another final link', () => {
    const { store } = storeWith('r1', 0, ['approve'])
    for (const n of ['r2', 'r3', 'r4', 'r5']) {
      addRun(store, n, 100, ['package'])
      store.bring(n, 100, { ...links(n).package, products: { 'app.zip': n } }, packer)
    }
    store.run({ id: 'late', openedAt: 500 })
    store.bring('late', 500, said(run.approve, 'late', { materials }), manager)
    expect(choice(store, 'r1', 'approve')?.groups).toEqual([['late']])
    const zip = (build: FinalGroup) => build.deliveryId === 'r2'
    store.bring('late', 500, said(run.approve, 'of r2', { materials: { a: 'r2' } }), manager)
    expect(choicesOf(store, zip).get('approve')?.groups).toEqual([['r2']])
  })

  test('has to list all of them, of which the step made one at least', () => {
    const { store } = storeWith('r1', 0, ['approve', 'package'])
    const products = { 'app.tgz': 'tgz r1', LICENSE: 'MIT' }
    store.bring('r1', 1, said(run.package, 'packed', { products }), packer)
    store.run({ id: 'late', openedAt: 500 })
    store.bring('late', 500, said(run.approve, 'both', { materials: products }), manager)
    store.bring('late', 500, said(run.approve, 'one', { materials }), manager)
    const finalFiles = (pattern: string) => ({ finalFiles: [{ step: 'package', pattern }] })
    expect(choice(store, 'r1', 'approve', finalFiles('*'))?.groups).toEqual([['both']])
    expect(choice(store, 'r1', 'approve', finalFiles('LICENSE'))?.groups).toBeUndefined()
  })

  test('counts as a copy, too, where nothing of it is left over', () => {
    const result = (value: string) => ({ materials: { app: 'app r1', ...materials }, products: { result: value } })
    for (const [value, code] of [
      ['PASS', undefined],
      ['FAIL', ['REPLAYED cannot-tell']],
    ] as const) {
      const store = new EvidenceStore(LAYOUT, owner).run({ id: 'old' })
      const approval = store.bring('old', 0, said(run.approve, 'copied', { materials }), manager)
      const tested = store.bring('old', 0, said(run.test, 'tested', result(value)), tester)
      addRun(store, 'r1', 500, ['approve', 'test'])
      store.again('r1', 501, approval)
      store.again('r1', 501, tested)
      expect(choice(store, 'r1', 'approve')).toEqual({ groups: [['copied']], mixed: ['copied'] })
      expect(choice(store, 'r1', 'test')?.problems).toEqual(code)
    }
  })

  test('but not where a MATCH of a chosen step leaves a file over', () => {
    const result = (value: string) => ({ materials: { app: 'app r1', ...materials }, products: { result: value } })
    for (const [value, groups] of [
      ['PASS', [['tested']]],
      ['FAIL', undefined],
    ] as const) {
      const { store } = storeWith('r1', 0, ['test'])
      store.run({ id: 'late', openedAt: 500 })
      store.bring('late', 500, said(run.test, 'tested', result(value)), tester)
      expect(choice(store, 'r1', 'test')?.groups).toEqual(groups)
    }
  })

  test('whatever steps that are not chosen would take of it', () => {
    const { store } = storeWith('r1', 0, ['clone', 'build'])
    store.run({ id: 'late', openedAt: 500 })
    store.bring('late', 500, said(run.clone, 'cloned', { materials }), git)
    expect(choice(store, 'r1', 'clone')).toEqual({ groups: [['cloned']], mixed: ['cloned'] })
    expect(choice(store, 'r1', 'build')).toEqual({})
  })

  test('in a folder counts under its own name only, unless it also came elsewhere', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'r1', kind: 'handed-over' })
    for (const step of STEPS) if (step !== 'approve') store.bring('r1', 0, run[step], signer[step])
    const misnamed = store.bring('r1', 0, said(run.approve, 'misnamed', { materials }), manager)
    store.brought.pop()
    store.again('r1', 0, { ...misnamed, path: 'approve.00000000.link' })
    expect(choice(store, 'r1', 'approve')?.groups).toBeUndefined()
    store.again(null, 5, misnamed)
    expect(choice(store, 'r1', 'approve')).toEqual({ groups: [['misnamed']], mixed: ['misnamed'] })
  })

  test('without any delivery counts for a build without one', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    store.bring(null, 0, run.package, packer)
    store.bring(null, 0, said(run.approve, 'loose', { materials }), manager)
    store.bring(null, 0, said(run.test, 'not listing it'), tester)
    const found = choicesOf(store, ({ deliveryId }) => deliveryId === null)
    expect(found.get('package')).toEqual({ groups: [['r1']] })
    expect(found.get('approve')).toEqual({ groups: [['loose']], mixed: ['loose'] })
    expect(found.get('test')?.groups).toBeUndefined()
  })

  test('and names another run counts as what it is: from another run', () => {
    const settings = { runIdPaths: [['environment', 'run']] }
    const of = (run: string) => ({ environment: { run } })
    const { store } = storeWith('r1', 0, ['approve', 'package'])
    store.bring('r1', 0, said(run.package, 'packed', of('a')), packer)
    store.bring('r1', 0, said(run.approve, 'of b', { ...of('b'), materials }), manager)
    expect(choice(store, 'r1', 'approve', settings)).toEqual({ groups: [['of b']], mixed: ['of b'] })
  })
})

describe('copies', () => {
  const TAKES_ALL = changed('test', { materials: ['MATCH * WITH PRODUCTS FROM build', 'DISALLOW *'] })
  const taken = { materials: run.build.products }

  test('are chosen as soon as what they consume is, in whatever round', () => {
    const store = new EvidenceStore(TAKES_ALL, owner).run({ id: 'old' })
    const tested = store.bring('old', 0, said(run.test, 'copied', taken), tester)
    addRun(store, 'r1', 500, ['build', 'test'])
    store.bring('r1', 500, said(run.build, 'right'), ci)
    store.bring('r1', 500, said(run.build, 'wrong', { products: { app: 'wrong' } }), ci)
    store.again('r1', 501, tested)
    expect(choice(store, 'r1', 'test')).toEqual({ groups: [['copied']], mixed: ['copied'] })
  })

  test('that are not chosen are passed over beside those that are', () => {
    const store = new EvidenceStore(TAKES_ALL, owner).run({ id: 'old' })
    const one = store.bring('old', 0, said(run.test, 'of this app', taken), tester)
    const two = store.bring('old', 0, said(run.test, 'of another', { materials: { app: 'else' } }), tester)
    addRun(store, 'r1', 500, ['test'])
    for (const copy of [one, two]) store.again('r1', 501, copy)
    expect(choice(store, 'r1', 'test')).toEqual({
      groups: [['of this app']],
      mixed: ['of this app'],
      passedOver: ['of another: REPLAYED, the same signed bytes were seen before, in another run'],
    })
  })

  test('say which run they name, or that their bytes were seen before, and where first', () => {
    const settings = { runIdPaths: [['environment', 'run']] }
    const of = (run: string) => ({ environment: { run } })
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'old' }).run({ id: 'older' })
    const [plain, named, same] = [
      store.bring('old', 20, said(run.approve, 'plain'), manager),
      store.bring('old', 20, said(run.approve, 'names b', of('b')), manager),
      // a day before the run that it names began to be used
      store.bring('old', 20, said(run.approve, 'names a', of('a')), manager),
    ]
    store.again('older', 10, plain)
    addRun(store, 'r1', 3000, ['package', 'approve'])
    store.bring('r1', 3000, said(run.package, 'packed', of('a')), packer)
    for (const copy of [plain, named, same]) store.again('r1', 3001, copy)
    const seen = 'REPLAYED, the same signed bytes were seen before, in another run'
    expect(choice(store, 'r1', 'approve', settings)).toEqual({
      problems: ['REPLAYED cannot-tell'],
      passedOver: [
        `names a: ${seen}`,
        'names b: REPLAYED, its signed bytes name another run (b)',
        `plain: ${seen}`,
      ].toSorted(),
    })
    // of one alone it says where
    const alone = new EvidenceStore(LAYOUT, owner).run({ id: 'old' }).run({ id: 'older' })
    const copied = alone.bring('old', 20, said(run.approve, 'plain'), manager)
    alone.again('older', 10, copied)
    addRun(alone, 'r1', 500, ['approve'])
    alone.again('r1', 501, copied)
    expect(messagesOf(alone, 'r1', 'approve')).toEqual([
      'The link of approve in this run was seen before, in run older (2030-01-01T00:10:00.000Z, brought by tester). It says nothing about this build.',
    ])
  })
})
