import { describe, expect, test } from 'vitest'
import type { LayoutSpec } from '#lib/testing/authority/documents.ts'
import { linkFileName } from '#lib/testing/authority/envelopes.ts'
import { EvidenceStore } from '#lib/testing/evidence-store.ts'
import {
  addRun,
  git,
  LAYOUT,
  links,
  manager,
  owner,
  STEPS,
  signer,
  storeWith,
  stranger,
  tester,
} from '#lib/testing/five-steps.ts'
import type { Report } from '../report.ts'

const run = links('r1')
const why = (report: Report, step: string) =>
  (report.steps.find(({ name }) => name === step)?.skipped ?? []).map(({ message }) => message)
const first = ({ verdict, reasons: [reason] }: Report) => [verdict, reason?.code, reason?.step]

describe('a step without a link', () => {
  test('is pending as long as one may come, and says until when', () => {
    const { store } = storeWith('r1', 5, ['approve'])
    const pending = store.verdict('r1', 64)
    expect(first(pending)).toEqual(['cannot-tell', 'EVIDENCE_PENDING', 'approve'])
    expect(pending.reasons[0]?.message).toBe(
      'No link of step approve has arrived with this run; it may until 2030-01-01T01:05:00.000Z.',
    )
    expect(first(store.verdict('r1', 65))).toEqual(['deny', 'STEP_MISSING', 'approve'])
  })

  test('pending, it tells what other runs have', () => {
    const { store } = storeWith('old')
    addRun(store, 'r1', 500, ['approve'])
    const { reasons } = store.verdict('r1', 530)
    expect(reasons[0]?.code).toBe('EVIDENCE_PENDING')
    expect(reasons[0]?.message).toMatch(
      /Z\. Links of other runs were passed over \(it was seen before, in run old \(2030-01-01T00:00:00\.000Z, brought by tester\)\)\.$/,
    )
  })

  test('is unbound at once where one came without a run: nothing says that it is of another', () => {
    const { store } = storeWith('r1', 500, ['approve'])
    store.bring(null, 510, run.approve, manager)
    expect(first(store.verdict('r1', 530))).toEqual(['cannot-tell', 'STEP_UNBOUND', 'approve'])
    expect(why(store.verdict('r1', 530), 'approve')).toEqual(['It was passed over: it came without a run.'])
  })

  test('has a document that cannot count: the verifier says what is wrong with it', () => {
    const { store } = storeWith('r1', 0, ['approve'])
    store.bring('r1', 1, run.approve, stranger)
    const report = store.verdict('r1')
    expect(report.reasons.map(({ code }) => code)).not.toContain('STEP_UNBOUND')
    expect(report.verdict).toBe('deny')
    // nor is it pending while more may come
    expect(store.verdict('r1', 30).reasons.map(({ code }) => code)).not.toContain('EVIDENCE_PENDING')
  })
})

describe('a link that nothing ties', () => {
  test('says which file has no counterpart in it, and is no reason to doubt: it is of another run', () => {
    const { store } = storeWith('old')
    addRun(store, 'r1', 500, ['clone'])
    const report = store.verdict('r1')
    expect(first(report)).toEqual(['deny', 'STEP_MISSING', 'clone'])
    const [message = ''] = why(report, 'clone')
    expect(message).toMatch(/it was seen before, in run old .*, and src\/main\.c of build has no counterpart in it\.$/)
  })

  test('of a step that no MATCH relates to another would fit any build', () => {
    const { store } = storeWith('old')
    addRun(store, 'r1', 500, ['approve'])
    expect(first(store.verdict('r1'))).toEqual(['cannot-tell', 'STEP_UNBOUND', 'approve'])
    expect(store.verdict('r1').reasons[0]?.message).toContain(
      `approve.${manager.keyid.slice(0, 8)}.link: it was seen before, in run old (`,
    )
  })

  test('a step that looks at itself alone is related to none', () => {
    const layout: LayoutSpec = {
      ...LAYOUT,
      steps: LAYOUT.steps.map((step) =>
        step.name === 'approve' ? { ...step, materials: ['MATCH * WITH PRODUCTS FROM approve', 'ALLOW *'] } : step,
      ),
    }
    const { store } = storeWith('old', 0, [], layout)
    addRun(store, 'r1', 500, ['approve'])
    expect(first(store.verdict('r1'))).toEqual(['cannot-tell', 'STEP_UNBOUND', 'approve'])
  })

  test('in the folder of the build, under the name of another: says how it has to be called', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'r1', kind: 'handed-over' })
    for (const step of STEPS) if (step !== 'approve') store.bring('r1', 0, run[step], signer[step])
    const misnamed = store.bring('r1', 0, run.approve, manager)
    store.brought.pop()
    store.again('r1', 0, { ...misnamed, path: 'approve.00000000.link' })
    const wanted = `It was passed over: in a folder its file has to be called ${linkFileName('approve', manager)}.`
    expect(why(store.verdict('r1'), 'approve')).toEqual([wanted])
    // also where it came elsewhere, too
    store.again(null, 5, misnamed)
    expect(why(store.verdict('r1'), 'approve')).toEqual([wanted])
  })

  test('without a delivery nothing is called wrongly', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    store.bring(null, 0, run.package, signer.package)
    store.bring(null, 0, run.approve, manager)
    expect(why(store.verdict(null), 'approve')).toEqual(['It was passed over: it came without a run.'])
  })
})

test('the nearest are shown first, five at most: those that fit, those without a run, the latest', () => {
  const { store } = storeWith('r1', 500, ['test'])
  const bring = (delivery: string | null, at: number, stdout: string, app = 'app r1') =>
    store.bring(delivery, at, { ...run.test, materials: { app }, stdout }, tester)
  store.run({ id: 'o' })
  bring('o', 1, 'fits, early')
  bring('o', 3, 'fits, later')
  bring(null, 2, 'fits, loose')
  // of other results, which package leaves over
  const misfit = (delivery: string | null, at: number) =>
    store.bring(delivery, at, { ...run.test, products: { result: `no ${at}` } }, tester)
  misfit('o', 400)
  misfit(null, 390)
  misfit(null, 380)
  const shown = why(store.verdict('r1'), 'test').map((message) =>
    message.replace(/^It was passed over: /, '').replace(/ \(2030-01-01T0(\d):(\d\d).*?\)/, ' at $1:$2'),
  )
  const over = ', and result of package has no counterpart in it.'
  expect(shown).toEqual([
    'it came without a run.',
    'it was seen before, in run o at 0:03.',
    'it was seen before, in run o at 0:01.',
    `it came without a run${over}`,
    `it came without a run${over}`,
  ])
  const [reason] = store.verdict('r1').reasons
  expect([reason?.code, reason?.message.split('; ').length]).toEqual(['STEP_UNBOUND', 5])
  expect(reason?.message).toContain(`${linkFileName('test', tester)}: it came without a run; `)
})

test('of those equally near the order is by what they say, not by who came first', () => {
  const order = (reverse: boolean) => {
    const { store } = storeWith('r1', 500, ['clone'])
    store.run({ id: 'o' })
    const names = ['a', 'b', 'c', 'd']
    for (const stdout of reverse ? names.toReversed() : names) store.bring('o', 1, { ...run.clone, stdout }, git)
    return store
      .verdict('r1')
      .steps.find(({ name }) => name === 'clone')
      ?.skipped.map(({ sha256 }) => sha256)
  }
  expect(order(true)).toEqual(order(false))
  expect(order(true)).toHaveLength(4)
})
