// Longer than most: every attack on the choice of evidence, against one supply chain of five steps.
import { describe, expect, test } from 'vitest'
import { digestOf, type LayoutSpec } from '#lib/testing/authority/documents.ts'
import { EvidenceStore, SOFTWARE } from '#lib/testing/evidence-store.ts'
import {
  addRun,
  brought,
  ci,
  codes,
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
  stranger,
  tester,
} from '#lib/testing/five-steps.ts'

describe('one run', () => {
  test('a whole run is allowed, as in a directory', () => {
    const { store } = storeWith('r1')
    expect(store.verdict('r1')).toMatchObject({ verdict: 'allow', referenceVerdict: 'allow' })
    expect(store.directory(store.brought)).toMatchObject({ verdict: 'allow' })
  })

  test('a second whole run is allowed beside the first, and neither changes the other', () => {
    const { store } = storeWith('r1')
    const before = store.verdict('r1')
    addRun(store, 'r2', 500)
    expect(store.verdict('r1')).toEqual(before)
    expect(store.verdict('r2').verdict).toBe('allow')
  })

  test('a step without a link is pending for its waiting time and then missing', () => {
    const { store } = storeWith('r1', 0, ['test'])
    expect(codes(store.verdict('r1', 59))[0]).toBe('EVIDENCE_PENDING')
    expect(store.verdict('r1', 59).verdict).toBe('cannot-tell')
    expect(store.verdict('r1', 60).verdict).toBe('deny')
    expect(store.verdict('r1', 60).reasons[0]).toMatchObject({ code: 'STEP_MISSING', step: 'test' })
    expect(store.judge(59)[0]?.judged.validUntil).toBe(store.input(60).at)
  })

  test('evidence that arrives later in the run joins its build', () => {
    const { store } = storeWith('r1', 0, ['test'])
    const [before] = store.judge(30)
    store.bring('r1', 31, links('r1').test, tester)
    const [after] = store.judge(31)
    expect(after?.build).toEqual(before?.build)
    expect(after?.judged.report.verdict).toBe('allow')
    expect(after?.judged.inputs).not.toBe(before?.judged.inputs)
  })

  test('the key of a verdict is the same at another second and for other runs', () => {
    const { store } = storeWith('r1')
    const [first] = store.judge(5000)
    addRun(store, 'r2', 6000)
    const again = store.judge(7000).find(({ build }) => build.deliveryId === 'r1')
    expect(again?.judged.inputs).toBe(first?.judged.inputs)
  })

  test('a tampered file between two steps is denied with the file and both digests', () => {
    const { store } = storeWith('r1', 0, ['package'])
    const run = links('r1').package
    store.bring('r1', 0, { ...run, materials: { ...run.materials, app: 'tampered' } }, packer)
    expect(store.verdict('r1')).toMatchObject({
      verdict: 'deny',
      reasons: [{ code: 'ARTIFACT_MODIFIED', artifact: 'app', counterpart: 'build' }, {}],
    })
  })

  test('a link by somebody who may not sign is named, not passed over in silence', () => {
    const { store } = storeWith('r1', 0, ['test'])
    store.bring('r1', 0, links('r1').test, stranger)
    const report = store.verdict('r1', 1)
    expect(report.verdict).toBe('deny')
    expect(codes(report)).toContain('SIGNER_NOT_ALLOWED')
  })
})

describe('named attacks', () => {
  test("rollback to another run's clone", () => {
    const { store } = storeWith('r1')
    addRun(store, 'r2', 500, ['clone'])
    const report = store.verdict('r2')
    expect(report.verdict).not.toBe('allow')
    // without its own clone, and with another run's brought along: still not
    const old = store.brought.find(({ step, delivery }) => step === 'clone' && delivery === 'r1')
    if (old === undefined) throw new Error('no clone')
    store.again('r2', 501, old)
    const replayed = store.verdict('r2')
    expect(replayed.verdict).toBe('cannot-tell')
    expect(replayed.reasons[0]).toMatchObject({ code: 'REPLAYED', step: 'clone' })
    expect(replayed.reasons[0]?.message).toContain('r1')
  })

  test('a rule that passes only with the wrong clone', () => {
    const { store, brought: r1 } = storeWith('r1')
    // r2 was built from r1's sources, while its own clone saw others
    store.run({ id: 'r2', openedAt: 500 })
    const [one, two] = [links('r1'), links('r2')]
    store.bring('r2', 500, two.clone, git)
    store.bring('r2', 500, { ...one.build, products: two.build.products, stdout: 'r2' }, ci)
    for (const step of ['test', 'approve', 'package'] as const) store.bring('r2', 500, two[step], signer[step])
    store.again('r2', 501, brought(r1, 'clone'))
    const report = store.verdict('r2')
    expect(report.verdict).toBe('deny')
    expect(codes(report)).toContain('ARTIFACT_MODIFIED')
  })

  test('a link that shares only common or constant files', () => {
    const { store, brought: r1 } = storeWith('r1')
    addRun(store, 'r2', 500, ['test'])
    // r1's test took another app; its result is PASS, as always
    store.again('r2', 501, brought(r1, 'test'))
    const report = store.verdict('r2')
    expect(report.verdict).toBe('cannot-tell')
    expect(report.reasons[0]).toMatchObject({ code: 'REPLAYED', step: 'test' })
  })

  test('an aborted run lends neither its test nor its approval', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    addRun(store, 'aborted', 0, ['package'])
    addRun(store, 'r2', 500, ['test', 'approve'])
    const report = store.verdict('r2')
    expect(report.verdict).not.toBe('allow')
    expect(report.reasons.find(({ step }) => step === 'approve')?.code).toBe('STEP_UNBOUND')
    expect(report.reasons.find(({ step }) => step === 'test')?.code).toBe('STEP_MISSING')
  })

  test('an attached old approval, and an approval without a run', () => {
    const { store, brought: r1 } = storeWith('r1')
    addRun(store, 'r2', 500, ['approve'])
    store.again(null, 501, brought(r1, 'approve'))
    expect(store.verdict('r2')).toMatchObject({
      verdict: 'cannot-tell',
      reasons: [{ code: 'STEP_UNBOUND', step: 'approve' }],
    })
    store.bring(null, 502, { name: 'approve', stdout: 'r2, really' }, manager)
    expect(store.verdict('r2', 510)).toMatchObject({ verdict: 'cannot-tell', reasons: [{ code: 'STEP_UNBOUND' }] })
  })

  test.each([
    ['another client', 'mallory'],
    ["today's client", 'ci'],
  ])("replay under today's label by %s", (_, issuer) => {
    const { store, brought: r1 } = storeWith('r1')
    addRun(store, 'r2', 500, ['approve'])
    store.run({ id: 'replay', label: 'r2', issuer, openedAt: 502 })
    store.again('replay', 502, brought(r1, 'approve'))
    store.again('r2', 503, brought(r1, 'approve'))
    const report = store.verdict('r2')
    expect(report).toMatchObject({ verdict: 'cannot-tell', reasons: [{ code: 'REPLAYED', step: 'approve' }] })
    // in-toto knows no replays
    expect(report.referenceVerdict).toBe('allow')
  })

  test('a whole old run replayed under a new label opens no build', () => {
    const { store, brought: r1 } = storeWith('r1')
    store.run({ id: 'again', openedAt: 500 })
    for (const link of r1.values()) store.again('again', 500, link)
    expect(store.judge().map(({ build }) => build.deliveryId)).toEqual(['r1'])
    expect(store.verdict('r1').verdict).toBe('allow')
  })

  test('a label used for ever: what comes after it closed belongs to no run', () => {
    const { store } = storeWith('nightly', 0, ['approve'])
    store.bring('nightly', 2000, links('nightly').approve, manager)
    expect(store.verdict('nightly', 3000)).toMatchObject({
      verdict: 'cannot-tell',
      reasons: [{ code: 'STEP_UNBOUND' }],
    })
    // opened again under the same label, it holds nothing together
    store.run({ id: 'nightly 2', label: 'nightly', openedAt: 4000 })
    const run = links('second')
    for (const step of STEPS) store.bring('nightly 2', 4000, run[step], signer[step])
    const again = store.judge().filter(({ build }) => build.deliveryId !== 'nightly')
    expect(again.map(({ build, judged }) => [build.deliveryId, judged.report.verdict])).toEqual([[null, 'cannot-tell']])
  })

  test('the union of two runs is no run', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    const run = links('one')
    store.run({ id: 'a', openedAt: 0 }).run({ id: 'b', openedAt: 1 })
    for (const step of ['clone', 'build', 'package'] as const) store.bring('a', 0, run[step], signer[step])
    for (const step of ['test', 'approve'] as const) store.bring('b', 1, run[step], signer[step])
    expect(store.directory(store.brought).verdict).toBe('allow')
    const report = store.verdict('a')
    expect(report.verdict).toBe('cannot-tell')
    expect(codes(report)).toContain('STEP_UNBOUND')
  })

  test('a final link pushed into another run borrows nothing of it', () => {
    const { store } = storeWith('good')
    store.run({ id: 'bad', openedAt: 100 })
    const run = links('bad')
    const final = store.bring('bad', 100, { ...run.package, materials: links('good').package.materials }, packer)
    store.again('good', 101, final)
    const found = store.judge().filter(({ build }) => build.deliveryId === 'good')
    // the good build is what it was, and the bad one is none of its own
    expect(found.map(({ build, judged }) => [build.files.get('app.tgz')?.sha256, judged.report.verdict])).toEqual([
      [digestOf('tgz good'), 'allow'],
    ])
    expect(codes(store.verdict('bad'))).toContain('STEP_UNBOUND')
  })

  test('two software with equal step names and keys: the pushes of one start nothing in the other', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    store.run({ id: 'theirs', software: 'ledger', openedAt: 0 })
    const run = links('x')
    const made = STEPS.map((step) => store.bring('theirs', 0, run[step], signer[step]))
    expect(store.judge()).toEqual([])
    // brought into a run of ours they are copies
    addRun(store, 'ours', 10, ['approve'])
    for (const link of made) if (link.step === 'approve') store.again('ours', 11, link)
    expect(store.verdict('ours')).toMatchObject({ verdict: 'cannot-tell', reasons: [{ code: 'REPLAYED' }] })
    expect(store.judge(10_000, { softwareId: 'ledger' }).map(({ build }) => build.deliveryId)).toEqual(['theirs'])
    expect(SOFTWARE).not.toBe('ledger')
  })

  test('a dissenting signer in the run denies, with threshold 1 too', () => {
    const { store } = storeWith('r1')
    const run = links('r1').package
    store.bring('r1', 1, { ...run, products: { 'app.tgz': 'something else' } }, other)
    for (const { judged } of store.judge()) {
      expect(judged.report.verdict).toBe('deny')
      expect(codes(judged.report)).toContain('SIGNERS_DISAGREE')
    }
  })

  test('a dissent in bytes that were seen before is for people to look at', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    store.run({ id: 'old', openedAt: 0 })
    const old = store.bring('old', 0, links('old').package, other)
    addRun(store, 'r2', 500)
    expect(store.verdict('r2').verdict).toBe('allow')
    store.again('r2', 501, old)
    expect(store.verdict('r2')).toMatchObject({ verdict: 'cannot-tell', reasons: [{ code: 'SIGNERS_DISAGREE' }] })
  })

  test('one signer with two different links of a step that nothing binds', () => {
    const { store } = storeWith('r1')
    store.bring('r1', 1, { name: 'approve', stdout: 'and another one' }, manager)
    expect(store.verdict('r1')).toMatchObject({
      verdict: 'cannot-tell',
      reasons: [{ code: 'STEP_UNBOUND', step: 'approve' }],
    })
  })

  test('a retry under one step name counts where digests bind it, and not where they do not', () => {
    const { store } = storeWith('r1')
    store.bring(
      'r1',
      1,
      { ...links('r1').test, materials: { app: 'another app' }, products: { result: 'FAIL' } },
      tester,
    )
    expect(store.verdict('r1').verdict).toBe('allow')
    const { store: loose } = storeWith('r2')
    loose.bring('r2', 1, { name: 'approve', materials: { note: 'two' } }, manager)
    expect(loose.verdict('r2')).toMatchObject({
      verdict: 'cannot-tell',
      reasons: [{ code: 'RUN_TWICE', step: 'approve' }],
    })
  })

  test('signers of several runs do not add up to a threshold', () => {
    const layout: LayoutSpec = {
      ...LAYOUT,
      steps: LAYOUT.steps.map((step) =>
        step.name === 'approve' ? { ...step, keys: [manager.key, other.key], threshold: 2 } : step,
      ),
    }
    const { store } = storeWith('r1', 0, [], layout)
    store.run({ id: 'r0', openedAt: 0 })
    store.bring('r0', 0, { name: 'approve', stdout: 'r0' }, other)
    expect(store.verdict('r1')).toMatchObject({
      verdict: 'deny',
      reasons: [{ code: 'STEP_THRESHOLD', step: 'approve' }],
    })
    store.bring('r1', 1, { name: 'approve', stdout: 'me too' }, other)
    expect(store.verdict('r1').verdict).toBe('allow')
  })

  test('an inner link fills no outer step, whatever it is called', () => {
    const { store } = storeWith('r1', 0, ['test'])
    const inner = store.bring('r1', 0, links('r1').test, tester)
    store.brought.pop()
    store.again('r1', 0, { ...inner, path: `deploy.${tester.keyid.slice(0, 8)}/${inner.path}` })
    expect(store.verdict('r1').reasons[0]).toMatchObject({ code: 'STEP_MISSING', step: 'test', severity: 'deny' })
  })

  test('a second signature on the same envelope is a link of its own, let in or not by itself', () => {
    const layout: LayoutSpec = {
      ...LAYOUT,
      steps: LAYOUT.steps.map((step) =>
        step.name === 'approve' ? { ...step, keys: [manager.key, other.key], threshold: 2 } : step,
      ),
    }
    const store = new EvidenceStore(layout, owner)
    // other signed these bytes in an older run; today they come back with manager's signature beside it
    store.run({ id: 'r0', openedAt: 0 })
    store.bring('r0', 0, { name: 'approve', stdout: 'blank' }, other)
    addRun(store, 'r1', 500, ['approve'])
    store.bring('r1', 501, { name: 'approve', stdout: 'blank' }, manager, other)
    expect(store.verdict('r1')).toMatchObject({ verdict: 'deny', reasons: [{ code: 'STEP_THRESHOLD' }] })
  })
})

describe('the door of the final file', () => {
  const APPROVED = { name: 'approve', materials: { 'app.tgz': 'tgz r1' }, stdout: 'late' }

  test.each([null, 'night'])('a late approval that lists the final file counts from %s', (delivery) => {
    const { store } = storeWith('r1', 0, ['approve'])
    store.run({ id: 'night', openedAt: 5000 })
    store.bring(delivery, 5000, APPROVED, manager)
    const report = store.verdict('r1')
    expect(report.verdict).toBe('allow')
    expect(report.reasons.map(({ code, severity }) => [code, severity])).toContainEqual(['MIXED_RUNS', 'warning'])
  })

  test('one that lists another final file does not', () => {
    const { store } = storeWith('r1', 0, ['approve'])
    store.bring(null, 5000, { ...APPROVED, materials: { 'app.tgz': 'tgz r9' } }, manager)
    expect(store.verdict('r1').verdict).toBe('cannot-tell')
  })

  test('one that contradicts the run through a MATCH does not', () => {
    const { store } = storeWith('r1', 0, ['test'])
    const wrong = { name: 'test', materials: { app: 'app r1', 'app.tgz': 'tgz r1' }, products: { result: 'FAIL' } }
    store.bring(null, 5000, wrong, tester)
    expect(store.verdict('r1').verdict).not.toBe('allow')
  })

  test('two that differ and of which one passes: nobody can tell', () => {
    const layout: LayoutSpec = {
      ...LAYOUT,
      steps: LAYOUT.steps.map((step) =>
        step.name === 'approve' ? { ...step, materials: ['ALLOW app.tgz', 'DISALLOW *'] } : step,
      ),
    }
    const { store } = storeWith('r1', 0, ['approve'], layout)
    store.bring(null, 5000, APPROVED, manager)
    expect(store.verdict('r1').verdict).toBe('allow')
    store.bring(null, 5001, { ...APPROVED, materials: { ...APPROVED.materials, rejected: 'yes' } }, manager)
    expect(store.verdict('r1').verdict).toBe('cannot-tell')
    expect(store.verdict('r1').reasons[0]).toMatchObject({ code: 'MIXED_RUNS', severity: 'cannot-tell' })
  })

  test('more links than were gathered: what the others say is not known', () => {
    const { store } = storeWith('r1')
    expect(store.verdict('r1').verdict).toBe('allow')
    const report = store.verdict('r1', 10_000, { truncated: true })
    expect(report.verdict).toBe('cannot-tell')
    expect(codes(report)).toEqual(['LIMIT'])
  })

  test('where the run holds links of the step, only they count', () => {
    const layout: LayoutSpec = {
      ...LAYOUT,
      steps: LAYOUT.steps.map((step) =>
        step.name === 'approve' ? { ...step, materials: ['DISALLOW rejected', 'ALLOW *'] } : step,
      ),
    }
    const { store } = storeWith('r1', 0, ['approve'], layout)
    store.bring('r1', 0, { name: 'approve', materials: { rejected: 'yes' } }, manager)
    store.bring(null, 5000, APPROVED, manager)
    expect(store.verdict('r1').verdict).toBe('deny')
  })

  test('a final file that the last step only handed on opens no door', () => {
    const layout: LayoutSpec = {
      ...LAYOUT,
      steps: LAYOUT.steps.map((step) => (step.name === 'package' ? { ...step, products: ['ALLOW *'] } : step)),
    }
    const { store } = storeWith('r1', 0, ['approve', 'package'], layout)
    const run = links('r1').package
    store.bring('r1', 0, { ...run, products: { LICENSE: 'MIT' } }, packer)
    store.bring(null, 5000, { name: 'approve', materials: { LICENSE: 'MIT' } }, manager)
    const report = store.verdict('r1', 10_000, { finalFiles: [{ step: 'package', pattern: '*' }] })
    expect(report.verdict).toBe('cannot-tell')
  })
})
