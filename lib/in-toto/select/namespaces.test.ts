// Longer than most: sublayouts in a store, and every way to slip a link into or out of one.
import { describe, expect, test } from 'vitest'
import { encodeCanonicalJson, sha256, toHex } from '#lib/crypto/index.ts'
import { type LayoutSpec, type LinkSpec, layoutDocument } from '#lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import { EvidenceStore } from '#lib/testing/evidence-store.ts'
import { ci, git, LAYOUT, links, manager, owner, packer, tester } from '#lib/testing/five-steps.ts'
import type { Report } from '../report.ts'

const lead = makeKey('lead')
const compiler = makeKey('compiler')
const linker = makeKey('linker')

/** As the five steps, but `build` is handed on to whoever signs a layout for it. */
const DELEGATED: LayoutSpec = {
  ...LAYOUT,
  steps: LAYOUT.steps.map((step) => (step.name === 'build' ? { ...step, keys: [lead.key, ci.key] } : step)),
}

const SUBLAYOUT: LayoutSpec = {
  expires: new Date('2030-12-01T00:00:00Z'),
  steps: [
    {
      name: 'compile',
      keys: [compiler.key],
      materials: ['ALLOW *'],
      products: ['CREATE app.o', 'ALLOW LICENSE', 'DISALLOW *'],
    },
    {
      name: 'link',
      keys: [linker.key],
      materials: ['MATCH * WITH PRODUCTS FROM compile', 'DISALLOW *'],
      products: ['CREATE app', 'MATCH LICENSE WITH PRODUCTS FROM compile', 'DISALLOW *'],
    },
  ],
}

const FOLDER = `build.${lead.keyid.slice(0, 8)}`

/** Inner links of run `n`. */
function inner(n: string): Record<'compile' | 'link', LinkSpec> {
  const { build } = links(n)
  const object = { 'app.o': `object ${n}`, LICENSE: 'MIT' }
  return {
    compile: { name: 'compile', materials: build.materials, products: object, stdout: n },
    link: { name: 'link', materials: object, products: build.products, stdout: n },
  }
}

function bringInner(store: EvidenceStore, id: string, at: number, spec: LinkSpec, by: TestKey, folder = FOLDER) {
  const one = store.bring(id, at, spec, by)
  store.brought.pop()
  return store.again(id, at, { ...one, path: `${folder}/${one.path}` })
}

function bringSublayout(store: EvidenceStore, id: string, at: number, spec = SUBLAYOUT, by = lead) {
  const bytes = metablock(layoutDocument(spec), [by])
  return store.again(id, at, { step: 'build', bytes, path: linkFileName('build', by), delivery: id, at })
}

interface Without {
  readonly compile?: true
  readonly link?: true
  readonly sublayout?: true
}

function addRun(store: EvidenceStore, id: string, at: number, without: Without = {}) {
  store.run({ id, openedAt: at })
  const run = links(id)
  const own = inner(id)
  store.bring(id, at, run.clone, git)
  store.bring(id, at, run.test, tester)
  store.bring(id, at, run.approve, manager)
  store.bring(id, at, run.package, packer)
  const sublayout = without.sublayout ? null : bringSublayout(store, id, at)
  const compile = without.compile ? null : bringInner(store, id, at, own.compile, compiler)
  const link = without.link ? null : bringInner(store, id, at, own.link, linker)
  return { sublayout, compile, link }
}

const root = ({ verdict, reasons: [first] }: Report) => [verdict, first?.code, ...(first?.path ?? []), first?.step]

describe('a sublayout in a store of many runs', () => {
  test('is judged over the links of its namespace in the run', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 0)
    const report = store.verdict('r1')
    expect(report.verdict).toBe('allow')
    const inside = report.steps.find(({ name }) => name === 'build')?.sublayout
    expect(inside?.steps.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['compile', 'passed'],
      ['link', 'passed'],
    ])
  })

  test('is judged again when it expires', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 0)
    const [found] = store.judge()
    expect(found?.judged.validUntil).toBe(SUBLAYOUT.expires.getTime())
  })

  test('is the same document in every run, and marked as such', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 0)
    addRun(store, 'r2', 500)
    expect(store.verdict('r1').verdict).toBe('allow')
    const second = store.verdict('r2')
    expect(second.verdict).toBe('allow')
    expect(second.reasons.map(({ code, step }) => [code, step])).toEqual([['MIXED_RUNS', 'build']])
  })

  test('two different ones by its signer: nobody can tell, whichever passes', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 0)
    bringSublayout(store, 'r1', 1, { ...SUBLAYOUT, readme: 'laxer' })
    expect(root(store.verdict('r1'))).toEqual(['cannot-tell', 'RUN_TWICE', 'build'])
  })

  test('an older one does not count because it passes: the new one of the run counts', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    const { sublayout } = addRun(store, 'r1', 0)
    addRun(store, 'r2', 500, { sublayout: true, link: true })
    const strict = { ...SUBLAYOUT, steps: SUBLAYOUT.steps.map((step) => ({ ...step, products: ['DISALLOW *'] })) }
    bringSublayout(store, 'r2', 500, strict)
    bringInner(store, 'r2', 500, inner('r2').link, linker)
    if (sublayout !== null) store.again('r2', 501, sublayout)
    expect(store.verdict('r2').verdict).toBe('deny')
  })

  test('without one of its links is pending, then denied as in a directory', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 0, { compile: true })
    expect(root(store.verdict('r1', 30))).toEqual(['cannot-tell', 'EVIDENCE_PENDING', 'build', 'compile'])
    expect(store.verdict('r1', 30).steps.find(({ name }) => name === 'build')?.sublayout?.verdict).toBe('cannot-tell')
    expect(root(store.verdict('r1'))).toEqual(['deny', 'STEP_MISSING', 'build', 'compile'])
  })
})

describe('sublayouts of other runs', () => {
  test('two different ones, copied into a run: neither counts', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'old', 0, { sublayout: true })
    const copies = ['one', 'two'].map((readme) => bringSublayout(store, 'old', 0, { ...SUBLAYOUT, readme }))
    addRun(store, 'r1', 500, { sublayout: true })
    const [one, two] = copies
    if (one === undefined || two === undefined) throw new Error('no copies')
    store.again('r1', 501, one)
    expect(store.verdict('r1').verdict).toBe('allow')
    store.again('r1', 501, two)
    expect(root(store.verdict('r1'))).toEqual(['cannot-tell', 'REPLAYED', 'build'])
  })

  test('one that is not in the run is unbound, and no file is said to be missing in it', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'old', 0, { sublayout: true })
    bringSublayout(store, 'old', 0)
    addRun(store, 'r1', 500, { sublayout: true })
    const [report] = [store.verdict('r1')]
    const skipped = report.steps.find(({ name }) => name === 'build')?.skipped ?? []
    expect(skipped.map(({ code }) => code)).toEqual(['STEP_UNBOUND'])
    expect(skipped[0]?.message).toContain('in run old')
    expect(skipped[0]?.message).not.toContain('counterpart')
  })
})

describe('a sublayout that the binding pins', () => {
  const bytesOf = (spec: LayoutSpec, by: TestKey = lead) => metablock(layoutDocument(spec), [by])
  const signedOf = (spec: LayoutSpec) => toHex(sha256(encodeCanonicalJson(layoutDocument(spec))))
  const LAXER: LayoutSpec = { ...SUBLAYOUT, readme: 'laxer' }
  const pinned = { sublayouts: new Map([['build', signedOf(SUBLAYOUT)]]) }

  /** The document as somebody brought it elsewhere, under a name of its own. */
  function bringElsewhere(store: EvidenceStore, spec: LayoutSpec, by = lead) {
    store.run({ id: 'owners', openedAt: 1, software: 'ledger' })
    return store.again('owners', 1, {
      ...{ step: 'build', bytes: bytesOf(spec, by), path: 'sub/build.layout', delivery: 'owners', at: 1 },
    })
  }

  test('counts wherever it came from, with the inner links of the run, and is marked', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    bringElsewhere(store, SUBLAYOUT)
    addRun(store, 'r1', 500, { sublayout: true })
    expect(store.verdict('r1').verdict).toBe('deny')
    const report = store.verdict('r1', 10_000, pinned)
    expect(report.verdict).toBe('allow')
    expect(report.reasons.map(({ code, step, severity }) => [code, step, severity])).toEqual([
      ['MIXED_RUNS', 'build', 'warning'],
    ])
    expect(report.reasons[0]?.message).toContain('the binding pins it')
    expect(report.steps.find(({ name }) => name === 'build')?.sublayout?.verdict).toBe('allow')
  })

  test('counts as a copy in the run, too, and is marked; what another signed of it elsewhere is no reason against', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    const { bytes } = bringElsewhere(store, SUBLAYOUT)
    addRun(store, 'r1', 500, { sublayout: true })
    const path = linkFileName('build', lead)
    store.again('r1', 501, { step: 'build', bytes, path, delivery: 'r1', at: 501 })
    const report = store.verdict('r1', 10_000, pinned)
    expect([report.verdict, report.reasons.map(({ code }) => code)]).toEqual(['allow', ['MIXED_RUNS']])
    bringElsewhere(store, SUBLAYOUT, ci)
    const { reasons } = store.verdict('r1', 10_000, pinned)
    expect(reasons.map(({ code }) => code)).not.toContain('STEP_UNBOUND')
    expect(reasons.filter(({ code }) => code === 'MIXED_RUNS')).toHaveLength(2)
  })

  test('is judged like any other: what it demands has to be in the run', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    bringElsewhere(store, SUBLAYOUT)
    addRun(store, 'r1', 500, { sublayout: true, compile: true })
    expect(root(store.verdict('r1', 10_000, pinned))).toEqual(['deny', 'STEP_MISSING', 'build', 'compile'])
  })

  test('shuts out an older one that a run brings along because it passes', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'old', 0, { sublayout: true })
    const laxer = bringSublayout(store, 'old', 0, LAXER)
    addRun(store, 'r1', 500, { sublayout: true })
    store.again('r1', 501, laxer)
    expect(store.verdict('r1').verdict).toBe('allow')
    expect(root(store.verdict('r1', 10_000, pinned))).toEqual(['cannot-tell', 'STEP_UNBOUND', 'build'])
    // with the right one beside it too: in-toto would see both
    bringSublayout(store, 'r1', 502)
    expect(root(store.verdict('r1', 10_000, pinned))).toEqual(['cannot-tell', 'STEP_UNBOUND', 'build'])
  })

  test('shuts out a new one of the run, and a plain link in its place', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 0, { sublayout: true })
    bringSublayout(store, 'r1', 0, LAXER)
    expect(store.verdict('r1').verdict).toBe('allow')
    expect(root(store.verdict('r1', 10_000, pinned))).toEqual(['cannot-tell', 'STEP_UNBOUND', 'build'])
    const plain = new EvidenceStore(DELEGATED, owner)
    addRun(plain, 'r1', 0, { sublayout: true, compile: true, link: true })
    plain.bring('r1', 0, links('r1').build, ci)
    expect(plain.verdict('r1').verdict).toBe('allow')
    expect(root(plain.verdict('r1', 10_000, pinned))).toEqual(['cannot-tell', 'STEP_UNBOUND', 'build'])
  })

  test('has to be signed by a functionary of the step, and to be here', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 500, { sublayout: true })
    expect(root(store.verdict('r1', 10_000, pinned))).toEqual(['cannot-tell', 'STEP_UNBOUND', 'build'])
    bringElsewhere(store, SUBLAYOUT, tester)
    expect(root(store.verdict('r1', 10_000, pinned))).toEqual(['cannot-tell', 'STEP_UNBOUND', 'build'])
    bringElsewhere(store, LAXER)
    expect(root(store.verdict('r1', 10_000, pinned))).toEqual(['cannot-tell', 'STEP_UNBOUND', 'build'])
  })

  test('changes nothing where the run brings just that, and is part of the verdict’s key', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 0)
    const [before] = store.judge()
    const [after] = store.judge(10_000, pinned)
    expect(after?.judged.report).toEqual(before?.judged.report)
    expect(after?.judged.report.verdict).toBe('allow')
    expect(after?.judged.inputs).not.toBe(before?.judged.inputs)
  })
})

describe('inner links', () => {
  test("of another run fill no place in this one's namespace", () => {
    const store = new EvidenceStore(DELEGATED, owner)
    const { compile } = addRun(store, 'r1', 0)
    addRun(store, 'r2', 500, { compile: true })
    expect(store.verdict('r2').verdict).not.toBe('allow')
    if (compile !== null) store.again('r2', 501, compile)
    expect(root(store.verdict('r2'))).toEqual(['cannot-tell', 'REPLAYED', 'build', 'compile'])
  })

  test('fill no outer step, and outer ones no inner', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 0)
    const test = store.brought.find(({ step }) => step === 'test')
    if (test === undefined) throw new Error('no test')
    store.brought.splice(store.brought.indexOf(test), 1)
    store.again('r1', 0, { ...test, path: `${FOLDER}/${test.path}` })
    expect(root(store.verdict('r1'))).toEqual(['deny', 'STEP_MISSING', 'test'])
    // keyids are labels: where a layout writes them in capitals, so are the folders
    store.brought.pop()
    store.again('r1', 0, {
      ...test,
      path: `build.${lead.keyid.slice(0, 8).toUpperCase().replace(/^./, 'A')}/${test.path}`,
    })
    expect(root(store.verdict('r1'))).toEqual(['deny', 'STEP_MISSING', 'test'])
    const outside = new EvidenceStore(DELEGATED, owner)
    addRun(outside, 'r1', 0, { compile: true })
    outside.bring('r1', 0, inner('r1').compile, compiler)
    expect(root(outside.verdict('r1'))).toEqual(['deny', 'STEP_MISSING', 'build', 'compile'])
  })

  test('of another namespace fill no place either', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 0, { compile: true })
    bringInner(store, 'r1', 0, inner('r1').compile, compiler, `package.${packer.keyid.slice(0, 8)}`)
    bringInner(store, 'r1', 0, inner('r1').compile, compiler, `${FOLDER}/${FOLDER}`)
    expect(root(store.verdict('r1'))).toEqual(['deny', 'STEP_MISSING', 'build', 'compile'])
  })

  test('one that stands for a step outside too says nothing about either', () => {
    const twice: LayoutSpec = {
      ...SUBLAYOUT,
      steps: [
        ...SUBLAYOUT.steps.map((step) => step),
        { name: 'approve', keys: [manager.key], materials: ['ALLOW *'], products: ['ALLOW *'] },
      ].toReversed(),
    }
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 0, { sublayout: true })
    bringSublayout(store, 'r1', 0, twice)
    const approve = store.brought.find(({ step }) => step === 'approve')
    if (approve === undefined) throw new Error('no approval')
    store.again('r1', 0, { ...approve, path: `${FOLDER}/${approve.path}` })
    const { reasons } = store.verdict('r1')
    expect(reasons.find(({ code }) => code === 'STEP_UNBOUND')).toMatchObject({
      severity: 'cannot-tell',
      message: 'One link stands for several steps (approve, build / approve); it can fill one place only.',
    })
    expect(store.verdict('r1').verdict).not.toBe('allow')
  })

  test('of another run do not count where the binding accepts mixed runs, or marks a step of that name as shared', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 0, { compile: true })
    store.run({ id: 'theirs' })
    bringInner(store, 'theirs', 1, inner('r1').compile, compiler)
    const doors = { mixedRuns: true, sharedSteps: new Set(['compile']) }
    expect(root(store.verdict('r1', 10_000, doors))[0]).not.toBe('allow')
    expect(store.verdict('r1', 10_000, doors).steps[1]?.sublayout?.steps[0]?.counted).toEqual([])
    bringInner(store, 'r1', 2, { ...inner('r1').compile, stdout: 'own' }, compiler)
    expect(store.verdict('r1', 10_000, doors).verdict).toBe('allow')
  })

  test('several of a step that fit: nobody can tell, as in-toto has one link for each', () => {
    // whichever of them is listed first, and whichever would pass
    for (const stdout of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const store = new EvidenceStore(DELEGATED, owner)
      addRun(store, 'r1', 0)
      bringInner(store, 'r1', 0, { ...inner('r1').compile, materials: { more: 'x' }, stdout }, compiler)
      const { verdict, reasons, steps } = store.verdict('r1')
      expect(verdict).toBe('cannot-tell')
      expect(reasons[0]).toMatchObject({ code: 'RUN_TWICE', severity: 'cannot-tell', step: 'compile', path: ['build'] })
      expect(reasons[0]?.message).toBe(
        'Several links fit step compile of the sublayout, and in-toto has one link per step.',
      )
      const inside = steps.find(({ name }) => name === 'build')?.sublayout?.steps[0]
      expect(inside?.skipped.map(({ message }) => message)).toEqual([
        'It was passed over: it is one of several.',
        'It was passed over: it is one of several.',
      ])
    }
  })

  test('are asked of in-toto as they lie in the folder', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    const { sublayout } = addRun(store, 'r1', 0)
    expect(store.verdict('r1')).toMatchObject({ verdict: 'allow', referenceVerdict: 'allow' })
    // a copy in a later run is passed over; in-toto, which knows no replays, would take all that lies there
    addRun(store, 'r2', 500, { sublayout: true, link: true })
    if (sublayout !== null) store.again('r2', 501, sublayout)
    const old = store.brought.find(({ step, delivery }) => step === 'link' && delivery === 'r1')
    if (old === undefined) throw new Error('no link')
    store.again('r2', 501, old)
    expect(store.verdict('r2')).toMatchObject({ verdict: 'cannot-tell', referenceVerdict: 'deny' })
  })

  test('two by one signer that differ and that nothing binds: nobody can tell', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 0)
    bringInner(store, 'r1', 0, { ...inner('r1').link, products: { app: 'else' } }, linker)
    expect(store.verdict('r1').verdict).not.toBe('allow')
  })

  test('a tampered file between them is denied with the file', () => {
    const store = new EvidenceStore(DELEGATED, owner)
    addRun(store, 'r1', 0, { link: true })
    const { link } = inner('r1')
    bringInner(store, 'r1', 0, { ...link, materials: { ...link.materials, 'app.o': 'tampered' } }, linker)
    const report = store.verdict('r1')
    expect(report.verdict).toBe('deny')
    expect(report.reasons[0]).toMatchObject({ code: 'ARTIFACT_MODIFIED', artifact: 'app.o', path: ['build'] })
  })

  test('of an earlier attempt do not carry over to files that were made since', () => {
    const lint: LayoutSpec = {
      ...SUBLAYOUT,
      steps: [{ name: 'lint', keys: [manager.key], materials: ['ALLOW *'], products: ['ALLOW *'] }, ...SUBLAYOUT.steps],
    }
    const bare: LayoutSpec = {
      ...DELEGATED,
      steps: DELEGATED.steps.map((step) => (step.name === 'build' ? { ...step, materials: [] } : step)),
    }
    const store = new EvidenceStore(bare, owner)
    addRun(store, 'r1', 0, { sublayout: true })
    bringSublayout(store, 'r1', 0, lint)
    bringInner(store, 'r1', 0, { name: 'lint', stdout: 'fine' }, manager)
    expect(store.verdict('r1').verdict).toBe('allow')
    store.run({ id: 'again', label: 'r1', attempt: 2, openedAt: 10 })
    const [run, own] = [links('r2'), inner('r2')]
    store.bring('again', 10, run.clone, git)
    store.bring('again', 10, run.test, tester)
    store.bring('again', 10, run.approve, manager)
    store.bring('again', 10, run.package, packer)
    bringInner(store, 'again', 10, own.compile, compiler)
    bringInner(store, 'again', 10, own.link, linker)
    const codes = store.verdict('again').reasons.map(({ code, step }) => [code, step])
    expect(store.verdict('again').verdict).not.toBe('allow')
    expect(codes).toContainEqual(['STEP_UNBOUND', 'lint'])
  })
})

describe('a signed run', () => {
  const settings = { runIdPaths: [['environment', 'run']] }
  const of = (spec: LinkSpec, run: string): LinkSpec => ({ ...spec, environment: { run } })

  /** All of a run in no delivery, held together by its id alone; the sublayout stands in its own folder. */
  function signed(at: { readonly compile: number; readonly link: number }) {
    const store = new EvidenceStore(DELEGATED, owner).run({ id: 'r1' })
    const run = links('a')
    store.bring('r1', 0, of(run.clone, 'a'), git)
    store.bring('r1', 0, of(run.test, 'a'), tester)
    store.bring('r1', 0, of(run.approve, 'a'), manager)
    store.bring('r1', 0, of(run.package, 'a'), packer)
    bringSublayout(store, 'r1', 0)
    store.run({ id: 'lab', issuer: 'lab', closesAt: 10_000 })
    bringInner(store, 'lab', at.compile, of(inner('a').compile, 'a'), compiler)
    bringInner(store, 'lab', at.link, of(inner('a').link, 'a'), linker)
    return store
  }

  test('brings together what lies in a sublayout, too, within a day of its first link outside or inside', () => {
    expect(signed({ compile: 5, link: 6 }).verdict('r1').verdict).not.toBe('allow')
    expect(signed({ compile: 5, link: 6 }).verdict('r1', 10_000, settings).verdict).toBe('allow')
    expect(signed({ compile: 5, link: 1439 }).verdict('r1', 10_000, settings).verdict).toBe('allow')
    expect(signed({ compile: 5, link: 1440 }).verdict('r1', 10_000, settings).verdict).not.toBe('allow')
  })

  test('not by an id that tells no runs apart, outside or inside', () => {
    const outside = signed({ compile: 5, link: 6 })
    outside.bring('lab', 7, of({ ...links('a').clone, stdout: 'again' }, 'a'), git)
    expect(outside.verdict('r1', 10_000, settings).verdict).not.toBe('allow')
    const inside = signed({ compile: 5, link: 6 })
    bringInner(inside, 'lab', 7, of({ ...inner('a').compile, stdout: 'again' }, 'a'), compiler)
    expect(inside.verdict('r1', 10_000, settings).verdict).not.toBe('allow')
  })
})

describe('sublayouts in sublayouts', () => {
  /** `depth` layouts, each of which hands its only step on to the next; the last one has a link. */
  function nested(depth: number) {
    const store = new EvidenceStore(DELEGATED, owner).run({ id: 'r1' })
    const { clone, build, test: tested, approve, package: packed } = links('r1')
    for (const [spec, by] of [
      [clone, git],
      [tested, tester],
      [approve, manager],
      [packed, packer],
    ] as const)
      store.bring('r1', 0, spec, by)
    for (let level = 0; level < depth; level++) {
      const step = { name: 'build', keys: [lead.key], materials: ['ALLOW *'], products: ['ALLOW *'] }
      const spec = { expires: SUBLAYOUT.expires, readme: `level ${level}`, steps: [step] }
      const bytes = metablock(layoutDocument(spec), [lead])
      const path = [...Array.from({ length: level }, () => FOLDER), linkFileName('build', lead)].join('/')
      store.again('r1', 0, { step: 'build', bytes, path, delivery: 'r1', at: 0 })
    }
    bringInner(store, 'r1', 0, build, lead, Array.from({ length: depth }, () => FOLDER).join('/'))
    return store.verdict('r1')
  }

  test('whose steps are called like those outside are told apart from them', () => {
    const { checks, steps } = nested(2)
    expect(checks.filter(({ id }) => id.endsWith('.selection')).map(({ step }) => step)).toEqual(
      steps.map(({ name }) => name),
    )
    const inside = steps.find(({ name }) => name === 'build')?.sublayout
    expect(inside?.checks.filter(({ id }) => id === 'step.build.selection')).toHaveLength(1)
    expect(inside?.steps[0]?.sublayout?.checks.filter(({ id }) => id === 'step.build.selection')).toHaveLength(1)
  })

  test('are followed eight deep, and no deeper', () => {
    expect(nested(1).verdict).toBe('allow')
    expect(nested(8).verdict).toBe('allow')
    expect(nested(9).verdict).not.toBe('allow')
  })
})
