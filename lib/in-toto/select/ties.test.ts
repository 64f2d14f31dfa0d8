import { describe, expect, test } from 'vitest'
import { digestOf, type LayoutSpec } from '#lib/testing/authority/documents.ts'
import { changed } from '#lib/testing/choices.ts'
import { EvidenceStore } from '#lib/testing/evidence-store.ts'
import { LAYOUT, links, owner, type Step } from '#lib/testing/five-steps.ts'
import type { Recorded } from '../evaluate-rules.ts'
import type { Layout } from '../layout.ts'
import { openStore } from './builds.ts'
import { isRelated, type Selected, tieOf } from './ties.ts'

type Files = Readonly<Record<string, string>>
const record = (materials: Files = {}, products: Files = {}): Recorded => ({
  materials: new Map(Object.entries(materials).map(([path, text]) => [path, { sha256: digestOf(text) }])),
  products: new Map(Object.entries(products).map(([path, text]) => [path, { sha256: digestOf(text) }])),
})
const recordOf = ({ materials, products }: { readonly materials?: Files; readonly products?: Files }) =>
  record(materials, products)

const layoutOf = (layout: LayoutSpec): Layout => openStore(new EvidenceStore(layout, owner).input(0)).layout

const run = links('r1')
const FINAL = new Map([['app.tgz', { sha256: digestOf('tgz r1') }]])

function tie(
  step: Step,
  candidate: Recorded,
  chosen: Partial<Record<Step, Recorded>>,
  layout = layoutOf(LAYOUT),
  final = FINAL,
) {
  const records = new Map(Object.entries(chosen))
  const selected: Selected = { layout, finalStep: 'package', finalFiles: final, records, links: new Map() }
  const found = layout.steps.find(({ name }) => name === step)
  if (found === undefined) throw new Error(`no step ${step}`)
  const { supplier, consumer, over } = tieOf(found, candidate, selected)
  return [...(supplier ? ['supplier'] : []), ...(consumer ? ['consumer'] : []), ...(over ? [over] : [])]
}

const package_ = recordOf(run.package)
const build = recordOf(run.build)

test('steps are related where a MATCH of either looks at the other', () => {
  const { steps } = layoutOf(LAYOUT)
  const related = (a: Step, b: Step) => {
    const [one, other] = [a, b].map((wanted) => steps.find(({ name }) => name === wanted))
    return one !== undefined && other !== undefined && isRelated(one, other)
  }
  expect([related('clone', 'build'), related('build', 'clone'), related('clone', 'package')]).toEqual([
    true,
    true,
    false,
  ])
  expect([related('approve', 'package'), related('clone', 'clone')]).toEqual([false, false])
  const products = layoutOf(changed('approve', { products: ['MATCH * WITH MATERIALS FROM test'] })).steps
  const [, , tested, approve] = products
  expect(tested !== undefined && approve !== undefined && isRelated(tested, approve)).toBe(true)
})

describe('a supplier', () => {
  test('is tied where a chosen step takes a file that it made', () => {
    expect(tie('build', build, { package: package_ })).toEqual(['supplier'])
    expect(tie('build', build, {})).toEqual([])
    expect(tie('clone', recordOf(run.clone), { package: package_ })).toEqual([])
  })

  test('not by a file that it only passed on, nor by the empty one', () => {
    const passed = record({ app: 'app r1', LICENSE: 'MIT' }, { app: 'app r1', LICENSE: 'MIT' })
    expect(tie('build', passed, { package: package_ })).toEqual([])
    const empty = record({}, { app: '', LICENSE: '' })
    expect(tie('build', empty, { package: record({ app: '', LICENSE: '', result: 'PASS' }) })).toEqual([])
  })

  test('not where a file is left over that a MATCH looks for at it', () => {
    const other = record({}, { app: 'another', LICENSE: 'MIT' })
    expect(tie('build', other, { package: package_ })).toEqual([{ step: 'package', artifact: 'app' }])
    expect(tie('build', record({}, { app: 'app r1' }), { package: package_ })).toEqual([
      { step: 'package', artifact: 'LICENSE' },
    ])
  })

  test('not by its materials, which somebody else made', () => {
    const layout = layoutOf(changed('package', { materials: ['MATCH * WITH MATERIALS FROM build', 'ALLOW *'] }))
    const one = record({ src: 'source' }, { app: 'app' })
    expect(tie('build', one, { package: record({ src: 'source' }) }, layout)).toEqual([])
  })

  test('under prefixes, by the name on its side', () => {
    const layout = layoutOf(
      changed('package', { materials: ['MATCH * IN in WITH PRODUCTS IN out FROM build', 'ALLOW *'] }),
    )
    const made = record({}, { 'out/app': 'app r1' })
    expect(tie('build', made, { package: record({ 'in/app': 'app r1' }) }, layout)).toEqual(['supplier'])
    expect(tie('build', made, { package: record({ 'in/other': 'app r1' }) }, layout)).toEqual([
      { step: 'package', artifact: 'in/other' },
    ])
    expect(tie('build', made, { package: record({ app: 'app r1' }) }, layout)).toEqual([])
  })

  test('not by a file of the same name that is taken from another step', () => {
    const made = record({}, { app: 'another app' })
    const layout = layoutOf(changed('package', { materials: ['MATCH app WITH PRODUCTS FROM build', 'ALLOW *'] }))
    expect(tie('approve', made, { package: record({ app: 'app r1' }), build }, layout)).toEqual([])
    const taken = layoutOf(changed('package', { materials: ['MATCH app WITH MATERIALS FROM build', 'ALLOW *'] }))
    const changedIt = record({ app: 'before' }, { app: 'after' })
    expect(tie('build', changedIt, { package: record({ app: 'before' }) }, taken)).toEqual([])
  })

  test('what one list takes is left over in the other', () => {
    const layout = layoutOf(
      changed('package', {
        materials: ['MATCH app WITH PRODUCTS FROM build', 'ALLOW *'],
        products: ['MATCH app WITH PRODUCTS FROM build', 'ALLOW *'],
      }),
    )
    const user = record({ app: 'app r1' }, { app: 'else' })
    expect(tie('build', build, { package: user }, layout)).toEqual([{ step: 'package', artifact: 'app' }])
    expect(tie('build', build, { package: record({ app: 'else' }, { app: 'app r1' }) }, layout)).toEqual([
      { step: 'package', artifact: 'app' },
    ])
  })

  test('nor is a step tied to itself, or kept from anything by itself', () => {
    const layout = layoutOf(changed('build', { materials: ['MATCH * WITH PRODUCTS FROM build', 'ALLOW *'] }))
    const before = record({ x: 'x' }, { app: 'app r1', LICENSE: 'MIT' })
    expect(tie('build', build, { build: before, package: package_ }, layout)).toEqual(['supplier'])
  })

  test('also where products look for it, in the list that looks', () => {
    const layout = layoutOf(
      changed('package', { materials: ['ALLOW *'], products: ['MATCH app WITH PRODUCTS FROM build', 'ALLOW *'] }),
    )
    expect(tie('build', build, { package: record({ app: 'else' }, { app: 'app r1' }) }, layout)).toEqual(['supplier'])
    expect(tie('build', build, { package: record({ app: 'app r1' }, { app: 'else' }) }, layout)).toEqual([
      { step: 'package', artifact: 'app' },
    ])
  })
})

describe('a consumer', () => {
  const TAKES = layoutOf(changed('test', { materials: ['MATCH * WITH PRODUCTS FROM build', 'ALLOW *'] }))
  const all = record(run.build.products, { result: 'PASS' })

  test('is tied where it takes every file that the build uses of the supplier, one of them made there', () => {
    const chosen = { package: record(run.build.products), build }
    expect(tie('test', all, chosen, TAKES)).toEqual(['consumer'])
    expect(tie('test', record({ app: 'app r1' }), chosen, TAKES)).toEqual([])
    expect(tie('test', record({ LICENSE: 'MIT' }), chosen, TAKES)).toEqual([])
    expect(tie('test', record({}), chosen, TAKES)).toEqual([])
  })

  test('not where what it takes was not made there, or nothing of the supplier is used', () => {
    const passes = record({ LICENSE: 'MIT' }, { LICENSE: 'MIT' })
    const chosen = { package: record({ LICENSE: 'MIT' }), build: passes }
    expect(tie('test', record({ LICENSE: 'MIT' }), chosen, TAKES)).toEqual([])
    expect(tie('test', all, { build }, TAKES)).toEqual([])
    // what is made and not used does not tie
    const used = { package: record({ LICENSE: 'MIT' }), build }
    const only = layoutOf({
      ...LAYOUT,
      steps: LAYOUT.steps.map((one) =>
        one.name === 'package' || one.name === 'test'
          ? { ...one, materials: ['MATCH LICENSE WITH PRODUCTS FROM build', 'ALLOW *'] }
          : one,
      ),
    })
    expect(tie('test', record({ LICENSE: 'MIT' }), used, only)).toEqual([])
  })

  test('not by the empty file', () => {
    const chosen = { package: record({ app: '' }), build: record({}, { app: '' }) }
    expect(tie('test', record({ app: '' }), chosen, TAKES)).toEqual([])
  })

  test('of the final step: takes every final file, and what others use of it', () => {
    const layout = layoutOf(changed('approve', { materials: ['MATCH * WITH PRODUCTS FROM package', 'ALLOW *'] }))
    const two = new Map([...FINAL, ['app.zip', { sha256: digestOf('zip') }]])
    const packed = record(run.package.materials, { 'app.tgz': 'tgz r1', 'app.zip': 'zip' })
    const chosen = { package: packed }
    expect(tie('approve', record({ 'app.tgz': 'tgz r1' }), chosen, layout)).toEqual(['consumer'])
    expect(tie('approve', record({ 'app.tgz': 'tgz r1' }), chosen, layout, two)).toEqual([])
    expect(tie('approve', record({ 'app.tgz': 'tgz r1', 'app.zip': 'zip' }), chosen, layout, two)).toEqual(['consumer'])
  })

  test('materials and products of the supplier are told apart', () => {
    const layout = layoutOf(changed('test', { materials: ['MATCH * WITH MATERIALS FROM build', 'ALLOW *'] }))
    const chosen = { package: record({ app: 'app r1' }), build: record({ app: 'app r1' }, { app: 'app r1' }) }
    expect(tie('test', record({ app: 'app r1' }), chosen, layout)).toEqual([])
  })

  test('not where one of its files is left over', () => {
    const chosen = { package: record(run.build.products), build }
    const more = record({ ...run.build.products, other: 'x' })
    expect(tie('test', more, chosen, TAKES)).toEqual([{ step: 'test', artifact: 'other' }])
  })
})

test('what several chosen steps say is taken together, and a file left over by one undoes it', () => {
  const layout = layoutOf(changed('approve', { materials: ['MATCH app WITH PRODUCTS FROM build', 'ALLOW *'] }))
  expect(tie('build', build, { package: package_, approve: record({ app: 'app r1' }) }, layout)).toEqual(['supplier'])
  expect(tie('build', build, { package: package_, approve: record({ app: 'else' }) }, layout)).toEqual([
    { step: 'approve', artifact: 'app' },
  ])
})
