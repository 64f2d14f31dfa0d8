import { describe, expect, test } from 'vitest'
import { digestOf } from '#lib/testing/authority/documents.ts'
import { EvidenceStore } from '#lib/testing/evidence-store.ts'
import {
  addRun,
  brought,
  ci,
  git,
  LAYOUT,
  links,
  other,
  owner,
  packer,
  storeWith,
  stranger,
  tester,
} from '#lib/testing/five-steps.ts'
import type { Report } from '../report.ts'

const marks = ({ reasons }: Report) => reasons.filter(({ code }) => code === 'REBUILD_DIFFERS')
const steps = (report: Report) => marks(report).map(({ step }) => step)

describe('a link elsewhere with equal materials and other products', () => {
  const { build } = links('r1')
  const differing = { ...build, products: { ...build.products, app: 'another app' } }

  test('is shown with the file, both digests and where it was seen, and changes no verdict', () => {
    const { store } = storeWith('r1')
    store.run({ id: 'rebuild', openedAt: 5000 })
    store.bring('rebuild', 5000, differing, ci)
    const [before] = storeWith('r1').store.judge()
    const [found] = store.judge()
    const report = found?.judged.report
    expect(report?.verdict).toBe('allow')
    expect(report?.reasons).toMatchObject([
      {
        code: 'REBUILD_DIFFERS',
        severity: 'warning',
        step: 'build',
        artifact: 'app',
        expected: { sha256: digestOf('app r1') },
        found: { sha256: digestOf('another app') },
      },
    ])
    expect(report?.reasons[0]?.message).toContain('run rebuild')
    expect(report?.steps.find(({ name }) => name === 'build')?.outcome).toBe('warning')
    // it is among what the verdict looked at, and makes it another one
    expect(found?.judged.inputs).not.toBe(before?.judged.inputs)
    expect(found?.judged.evidence).toContainEqual(
      expect.objectContaining({ role: 'considered', step: 'build', reason: expect.stringContaining('other products') }),
    )
  })

  test('is shown from nowhere in particular, and as a copy in the run', () => {
    const { store } = storeWith('r1', 500)
    const loose = store.bring(null, 0, differing, ci)
    expect(steps(store.verdict('r1'))).toEqual(['build'])
    store.again('r1', 501, loose)
    expect(steps(store.verdict('r1'))).toEqual(['build'])
  })

  test('of the final step too, which is another build then', () => {
    const { store } = storeWith('r1')
    store.run({ id: 'lab', openedAt: 10 })
    store.bring('lab', 10, { ...links('r1').package, products: { 'app.tgz': 'rebuilt' } }, other)
    expect(store.verdict('r1')).toMatchObject({ verdict: 'allow' })
    expect(steps(store.verdict('r1'))).toEqual(['package'])
    expect(steps(store.verdict('lab'))).toContain('package')
  })

  test('with a file more or less, it names that file', () => {
    const { store } = storeWith('r1')
    store.run({ id: 'more', openedAt: 10 })
    store.bring('more', 10, { ...build, products: { ...build.products, virus: 'x' } }, ci)
    expect(marks(store.verdict('r1'))[0]).toMatchObject({
      artifact: 'virus',
      message: expect.stringContaining('not made here'),
    })
    expect(marks(store.verdict('r1'))[0]?.expected).toBeUndefined()
  })
})

describe('not shown', () => {
  test('is an equal rebuild, one of other materials, and one by nobody who may sign', () => {
    const { store } = storeWith('r1')
    addRun(store, 'r2', 500)
    const { build } = links('r1')
    store.run({ id: 'lab', openedAt: 600 })
    store.bring('lab', 600, { ...build, stdout: 'lab' }, ci)
    store.bring('lab', 600, { ...build, products: { app: 'evil', LICENSE: 'MIT' } }, stranger)
    store.bring('lab', 600, { ...build, products: { app: 'evil', LICENSE: 'MIT' } }, tester)
    expect(marks(store.verdict('r1'))).toEqual([])
    expect(marks(store.verdict('r2'))).toEqual([])
  })

  test('is a step whose materials tell no runs apart: two clones are no rebuilds of each other', () => {
    const { store } = storeWith('r1')
    store.run({ id: 'r2', openedAt: 500 })
    store.bring('r2', 500, { ...links('r2').clone, materials: { empty: '' } }, git)
    store.bring('r2', 500, links('r2').clone, git)
    expect(marks(store.verdict('r1'))).toEqual([])
    const empty = new EvidenceStore(LAYOUT, owner)
    addRun(empty, 'r1', 0, ['clone'])
    empty.bring('r1', 0, { ...links('r1').clone, materials: { empty: '' } }, git)
    empty.run({ id: 'r2', openedAt: 500 })
    empty.bring('r2', 500, { ...links('r2').clone, materials: { empty: '' } }, git)
    expect(marks(empty.verdict('r1'))).toEqual([])
  })

  test('is what its signer replaced in a later attempt, and a dissent in the run, which denies', () => {
    const { store, brought: r1 } = storeWith('r1')
    store.run({ id: 'again', label: 'r1', attempt: 2, openedAt: 30 })
    store.bring('again', 30, { ...links('r1').package, products: { 'app.tgz': 'retried' } }, packer)
    expect(marks(store.verdict('again'))).toEqual([])
    expect(brought(r1, 'package').delivery).toBe('r1')
    store.bring('r1', 1, { ...links('r1').package, products: { 'app.tgz': 'else' } }, other)
    const denied = store.judge().filter(({ judged }) => judged.report.verdict === 'deny')
    expect(denied.length).toBeGreaterThan(0)
    for (const { judged } of denied) expect(marks(judged.report)).toEqual([])
  })
})
