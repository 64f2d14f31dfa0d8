import { describe, expect, test } from 'vitest'
import type { LinkSpec } from '#lib/testing/authority/documents.ts'
import { EvidenceStore, MINUTE, START } from '#lib/testing/evidence-store.ts'
import { addRun, LAYOUT, links, other, owner, packer, storeWith } from '#lib/testing/five-steps.ts'
import { readDocument } from '../index.ts'
import { finalSteps, findBuilds, openStore } from './builds.ts'
import type { SelectInput } from './input.ts'

const builds = (store: EvidenceStore, more: Partial<SelectInput> = {}) =>
  findBuilds(openStore(store.input(10_000, more)))
    .map(({ step, deliveryId, run, firstSeen, files }) => ({
      ...{ step, deliveryId, run, at: (firstSeen - START) / MINUTE, files: [...files.keys()].join(' ') },
    }))
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

const run = links('r1')
const settings: Partial<SelectInput> = { runIdPaths: [['environment', 'run']] }
const of = (id: string, spec: LinkSpec = run.package): LinkSpec => ({ ...spec, environment: { run: id } })
const build = (deliveryId: string | null, at: number, more: object = {}) => ({
  ...{ step: 'package', deliveryId, run: null, at, files: 'app.tgz' },
  ...more,
})

test('a store is read through a layout alone', () => {
  const { store, brought } = storeWith('r1')
  const link = brought.get('build')
  const document = readDocument('build.link', link?.bytes ?? new Uint8Array())
  if (!('envelope' in document)) throw new Error('no link')
  expect(() => openStore(store.input(0, { layout: document }))).toThrow('build.link is a link, not a layout')
})

test('parameters are put in; those that do not fit leave the layout as it is written', () => {
  const [first] = LAYOUT.steps
  if (first === undefined) throw new Error('no step')
  const layout = { ...LAYOUT, steps: [{ ...first, products: ['CREATE {what}', 'ALLOW *'] }, ...LAYOUT.steps.slice(1)] }
  const patterns = (parameters: SelectInput['parameters']) => {
    const { layout: read } = openStore(new EvidenceStore(layout, owner).input(0, { parameters }))
    return read.steps[0]?.expectedProducts.map((rule) => ('pattern' in rule ? rule.pattern : ''))
  }
  expect(patterns(null)).toEqual(['{what}', '*'])
  expect(patterns(new Map([['what', 'app']]))).toEqual(['app', '*'])
  expect(patterns(new Map([['not a name', 'app']]))).toEqual(['{what}', '*'])
})

describe('final steps', () => {
  const { layout } = openStore(new EvidenceStore(LAYOUT, owner).input(0))
  test('are those that the settings name, in the order of the layout; else the last', () => {
    expect(finalSteps(layout, [])).toEqual(['package'])
    const finalFiles = ['package', 'build', 'unknown', 'build'].map((step) => ({ step, pattern: '*' }))
    expect(finalSteps(layout, finalFiles)).toEqual(['build', 'package'])
  })

  test('what may be asked for is what the step made, or what the patterns of this step take of its products', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'r1' })
    const products = { 'app.tgz': 'tgz', 'notes.txt': 'notes', LICENSE: 'MIT' }
    store.bring('r1', 0, { ...run.package, products }, packer)
    expect(builds(store)).toEqual([build('r1', 0, { files: 'app.tgz notes.txt' })])
    const finalFiles = (...patterns: readonly (readonly [string, string])[]) => ({
      finalFiles: patterns.map(([step, pattern]) => ({ step, pattern })),
    })
    expect(builds(store, finalFiles(['package', '*.tgz'], ['build', '*']))).toEqual([build('r1', 0)])
    expect(builds(store, finalFiles(['package', '*.tgz'], ['package', 'L*']))).toEqual([
      build('r1', 0, { files: 'LICENSE app.tgz' }),
    ])
    expect(builds(store, finalFiles(['build', '*']))).toEqual([])
  })
})

describe('a build is where its final link is new', () => {
  test('once for each delivery and each content, since its first final link was seen', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'r1' }).run({ id: 'r2' })
    store.bring('r1', 5, { ...run.package, stdout: 'later' }, other)
    store.bring('r1', 3, run.package, packer)
    store.bring('r2', 7, { ...run.package, stdout: 'again' }, packer)
    expect(builds(store)).toEqual([build('r1', 3), build('r2', 7)])
    store.bring('r1', 9, { ...run.package, products: { 'app.zip': 'zip' } }, packer)
    expect(builds(store)).toEqual([build('r1', 3), build('r1', 9, { files: 'app.zip' }), build('r2', 7)])
  })

  test('and in each later attempt, unless that records it anew', () => {
    const { store } = storeWith('r1')
    store.run({ id: 'r1 again', label: 'r1', attempt: 2, openedAt: 30 })
    expect(builds(store)).toEqual([build('r1 again', 0), build('r1', 0)])
    store.bring('r1 again', 31, { ...run.package, products: { 'app.tgz': 'another' } }, packer)
    expect(builds(store)).toEqual([build('r1 again', 31), build('r1', 0)])
  })

  test('a copy opens nothing', () => {
    const { store, brought } = storeWith('r1')
    const link = brought.get('package')
    if (link === undefined) throw new Error('no link')
    store.run({ id: 'r2', openedAt: 500 })
    store.again('r2', 501, link)
    expect(builds(store)).toEqual([build('r1', 0)])
  })

  test('another software’s pushes start none here', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'theirs', software: 'ledger' })
    const link = store.bring('theirs', 0, run.package, packer)
    expect(builds(store)).toEqual([])
    // nor does what is new among them, where it came without a delivery, too
    store.again(null, 5, link)
    expect(builds(store)).toEqual([])
  })

  test('what is new in no delivery is one without, since it was first seen here', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'theirs', software: 'ledger', openedAt: 90 })
    const link = store.bring(null, 5, run.package, packer)
    store.again(null, 3, link)
    store.again(null, 7, link)
    expect(builds(store)).toEqual([build(null, 3)])
    // an equal link of somebody else that is new in theirs makes it theirs
    const equal = new EvidenceStore(LAYOUT, owner).run({ id: 'theirs', software: 'ledger' })
    equal.bring(null, 5, run.package, packer)
    equal.bring('theirs', 6, { ...run.package, stdout: 'theirs' }, other)
    expect(builds(equal)).toEqual([])
    // two deliveries at once: new in neither; theirs do not count as seen here
    const both = new EvidenceStore(LAYOUT, owner).run({ id: 'theirs', software: 'ledger' }).run({ id: 'ours' })
    const one = both.bring('theirs', 4, run.package, packer)
    expect(builds(both)).toEqual([])
    both.again('ours', 4, one)
    expect(builds(both)).toEqual([build(null, 4)])
    const late = new EvidenceStore(LAYOUT, owner)
      .run({ id: 'theirs', software: 'ledger' })
      .run({ id: 'x', software: 'y' })
    const two = late.bring('theirs', 4, run.package, packer)
    late.again('x', 4, two)
    expect(builds(late)).toEqual([])
  })
})

describe('final links that name their run', () => {
  test('start a build for each, and one that names none adds to it', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'r1' })
    store.bring('r1', 4, of('a'), packer)
    store.bring('r1', 3, of('a', { ...run.package, stdout: 'again' }), other)
    store.bring('r1', 5, of('b', { ...run.package, stdout: 'b' }), packer)
    store.bring('r1', 1, { ...run.package, stdout: 'unnamed' }, other)
    expect(builds(store)).toEqual([build('r1', 1)])
    expect(builds(store, settings)).toEqual([build('r1', 3, { run: 'a' }), build('r1', 5, { run: 'b' })])
  })

  test('one that names none in another delivery is one of its own', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'r1' }).run({ id: 'r2' })
    store.bring('r1', 4, of('a'), packer)
    store.bring('r2', 5, { ...run.package, stdout: 'unnamed' }, other)
    expect(builds(store, settings)).toEqual([build('r1', 4, { run: 'a' }), build('r2', 5)])
  })

  test('without a delivery: one for each run that holds together, else one', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    store.bring(null, 4, of('a'), packer)
    store.bring(null, 5, of('b', { ...run.package, stdout: 'b' }), other)
    store.bring(null, 3, { ...run.package, stdout: 'unnamed' }, packer)
    expect(builds(store, settings)).toEqual([build(null, 4, { run: 'a' }), build(null, 5, { run: 'b' })])
    // an id that one signed twice under tells no runs apart
    const constant = new EvidenceStore(LAYOUT, owner)
    constant.bring(null, 4, of('a'), packer)
    constant.bring(null, 5, of('a', { ...run.package, stdout: 'b' }), packer)
    expect(builds(constant, settings)).toEqual([build(null, 4)])
  })
})

test('builds of several final steps are told apart', () => {
  const store = new EvidenceStore(LAYOUT, owner)
  addRun(store, 'r1', 0)
  const finalFiles = [
    { step: 'build', pattern: 'app' },
    { step: 'package', pattern: '*' },
  ]
  expect(builds(store, { finalFiles })).toEqual([build('r1', 0, { step: 'build', files: 'app' }), build('r1', 0)])
})
