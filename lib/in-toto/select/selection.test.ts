// Longer than most: for each way to choose a step's evidence, what is chosen, what is passed over and why.
import { describe, expect, test } from 'vitest'
import type { LayoutSpec, LinkSpec } from '#lib/testing/authority/documents.ts'
import type { TestKey } from '#lib/testing/authority/keys.ts'
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
  type Step,
  signer,
  storeWith,
  stranger,
  tester,
} from '#lib/testing/five-steps.ts'
import { type FinalGroup, findBuilds, openStore } from './builds.ts'
import type { SignedLink } from './evidence.ts'
import type { SelectInput } from './input.ts'
import { judgeBuild } from './judge-build.ts'
import { selectEvidence } from './select-evidence.ts'

/** A link by what it printed: in these tests every link prints something else. */
function nameOf({ stored: { document } }: SignedLink): string {
  const printed = 'envelope' in document ? document.envelope.value.get('byproducts') : null
  return printed instanceof Map ? String(printed.get('stdout')) : 'sublayout'
}

/** What was chosen for each step of a build; only what is not empty. */
function choicesOf(store: EvidenceStore, which: (build: FinalGroup) => boolean, more: Partial<SelectInput> = {}) {
  const opened = openStore(store.input(10_000, more))
  const found = findBuilds(opened).filter(which)
  const [build] = found
  if (build === undefined || found.length > 1) throw new Error(`${found.length} builds`)
  return new Map(selectEvidence(opened, build).choices.map((choice) => [choice.step.name, summaryOf(choice)] as const))
}

type Choices = ReturnType<typeof selectEvidence>['choices']

function summaryOf({ groups, problems, passedOver, unusable, mixed }: Choices[number]) {
  const said = {
    groups: groups.map((group) => group.map(nameOf).toSorted()),
    problems: problems.map(({ code, severity }) => `${code} ${severity}`),
    passedOver: passedOver.map(({ link, code, why }) => `${nameOf(link)}: ${code}, ${why}`).toSorted(),
    mixed: mixed.map(nameOf).toSorted(),
    unusable: unusable.map(({ skipped }) => skipped.code),
  }
  return Object.fromEntries(Object.entries(said).filter(([, list]) => list.length > 0))
}

const inRun = (id: string) => (build: FinalGroup) => build.deliveryId === id
const messagesOf = (store: EvidenceStore, id: string, step: string, more: Partial<SelectInput> = {}) => {
  const opened = openStore(store.input(10_000, more))
  return findBuilds(opened)
    .filter(inRun(id))
    .flatMap((build) => selectEvidence(opened, build).choices)
    .filter((choice) => choice.step.name === step)
    .flatMap(({ problems }) => problems.map(({ message }) => message))
}
const choice = (store: EvidenceStore, id: string, step: string, more: Partial<SelectInput> = {}) =>
  choicesOf(store, inRun(id), more).get(step)

/** The layout with one step another. */
function changed(name: Step, step: Partial<LayoutSpec['steps'][number]>): LayoutSpec {
  return { ...LAYOUT, steps: LAYOUT.steps.map((one) => (one.name === name ? { ...one, ...step } : one)) }
}

const keys = (...some: readonly TestKey[]) => some.map(({ key }) => key)
const run = links('r1')
const said = (spec: LinkSpec, stdout: string, more: Partial<LinkSpec> = {}): LinkSpec => ({ ...spec, stdout, ...more })
const fileName = (step: Step) => `${step}.${signer[step].keyid.slice(0, 8)}.link`

/** Attempt 2 of run r1, opened half an hour after the first. */
function again(store: EvidenceStore): EvidenceStore {
  return store.run({ id: 'r1 again', label: 'r1', attempt: 2, openedAt: 30 })
}

describe('the final step, recorded twice in one run', () => {
  test('by one person: each build is made of its own link, and of those with the same files', () => {
    const { store } = storeWith('r1', 0, ['package'])
    store.bring('r1', 1, said(run.package, 'one'), packer)
    store.bring('r1', 1, said(run.package, 'one again'), packer)
    store.bring('r1', 1, said(run.package, 'two', { products: { 'app.tgz': 'another' } }), packer)
    const made = (name: string) =>
      choicesOf(store, ({ files }) => files.get('app.tgz')?.sha256 === digest(name)).get('package')
    const digest = (name: string) => {
      const built = findBuilds(openStore(store.input(10_000))).find(({ content }) => content === contentOf(name))
      return built?.files.get('app.tgz')?.sha256
    }
    const contentOf = (name: string) => {
      const { evidence } = openStore(store.input(10_000))
      return evidence.links.get('package')?.find((link) => nameOf(link) === name)?.content
    }
    expect(made('one')).toEqual({ groups: [['one', 'one again']] })
    expect(made('two')).toEqual({ groups: [['two']] })
  })

  test('a build whose final link is not what its run holds has no evidence for that step', () => {
    const { store } = storeWith('r1')
    const opened = openStore(store.input(10_000))
    const [build] = findBuilds(opened)
    if (build === undefined) throw new Error('no build')
    const { choices } = selectEvidence(opened, { ...build, content: 'of another' })
    const last = choices.at(-1)
    expect(last === undefined ? null : summaryOf(last)).toEqual({ problems: ['NOT_FINAL cannot-tell'] })
    expect(choices.slice(0, -1).map(({ problems }) => problems)).toEqual([[], [], [], []])
  })

  test('by two people with different files: both are kept, and at most five files are named', () => {
    const layout = changed('build', { keys: keys(ci, other, git, tester, manager, packer) })
    const { store } = storeWith('r1', 0, ['build'], layout)
    const people = [ci, other, git, tester, manager, packer]
    for (const [index, person] of people.entries()) {
      store.bring('r1', 1, said(run.build, `${index}`, { products: { app: `app ${index}` } }), person)
    }
    expect(choice(store, 'r1', 'build')).toEqual({
      groups: [people.map((_, index) => `${index}`)],
      problems: ['SIGNERS_DISAGREE deny'],
    })
    const [message = ''] = messagesOf(store, 'r1', 'build')
    expect(message.match(/build\.\w{8}\.link/g)).toHaveLength(5)
    expect(new Set(message.match(/build\.\w{8}\.link/g))).toHaveProperty('size', 5)
  })

  test('what people say differently binds nothing', () => {
    const layout = changed('build', { keys: keys(ci, other) })
    const { store } = storeWith('r1', 0, ['build', 'clone'], layout)
    store.bring('r1', 1, said(run.build, 'a'), ci)
    store.bring('r1', 1, said(run.build, 'b', { products: { app: 'else' } }), other)
    store.bring('r1', 1, said(run.clone, 'c'), git)
    store.bring('r1', 1, said(run.clone, 'd', { products: { 'src/main.c': 'else' } }), git)
    expect(choice(store, 'r1', 'clone')?.problems).toEqual(['RUN_TWICE cannot-tell'])
  })
})

describe('links beside those that count', () => {
  const TWO_TESTERS = changed('test', { keys: keys(tester, other) })

  /** Run r1, whose test came with the signers named, beside links that an older run `old` recorded first. */
  function beside(copies: readonly (readonly [string, Partial<LinkSpec>, TestKey])[], ...signers: readonly TestKey[]) {
    const store = new EvidenceStore(TWO_TESTERS, owner).run({ id: 'old' })
    const older = copies.map(([name, more, by]) => store.bring('old', 0, said(run.test, name, more), by))
    addRun(store, 'r1', 500, ['test'])
    for (const by of signers) store.bring('r1', 500, said(run.test, `of ${by.key.keyid.slice(0, 4)}`), by)
    store.run({ id: 'r1 again', label: 'r1', attempt: 2, openedAt: 530 })
    return { store, older }
  }
  const FAILED = { products: { result: 'FAIL' } }
  const problems = (store: EvidenceStore, id = 'r1') => choice(store, id, 'test')?.problems

  test('a copy by somebody else with other files is a dissent or a replay: said once, however many', () => {
    const { store, older } = beside(
      [
        ['no', FAILED, other],
        ['no, no', { products: { result: 'no' } }, other],
      ],
      tester,
    )
    for (const one of older) store.again('r1', 501, one)
    const over = 'REPLAYED, the same signed bytes were seen before, in another run'
    expect(choice(store, 'r1', 'test')).toEqual({
      groups: [[`of ${tester.keyid.slice(0, 4)}`]],
      problems: ['SIGNERS_DISAGREE cannot-tell'],
      passedOver: [`no, no: ${over}`, `no: ${over}`],
    })
  })

  test('with the same files, or by who recorded it himself in this attempt, it is none', () => {
    const agreeing = beside([['yes', {}, other]], tester)
    for (const one of agreeing.older) agreeing.store.again('r1', 501, one)
    expect(problems(agreeing.store)).toBeUndefined()
    const own = beside([['no', FAILED, tester]], tester)
    for (const one of own.older) own.store.again('r1', 501, one)
    expect(problems(own.store)).toBeUndefined()
  })

  test('a copy that a later attempt pushes over what its signer recorded: said once, also where two recorded', () => {
    const { store, older } = beside(
      [
        ['no', FAILED, tester],
        ['never', { products: { result: 'no' } }, tester],
      ],
      tester,
      other,
    )
    for (const one of older) store.again('r1 again', 531, one)
    expect(problems(store, 'r1 again')).toEqual(['REPLAYED cannot-tell'])
    expect(messagesOf(store, 'r1 again', 'test')[0]).toContain('in run old')
  })

  test('over somebody else, or with the same files, it overwrites nothing', () => {
    const dissent = beside([['no', FAILED, other]], tester)
    for (const one of dissent.older) dissent.store.again('r1 again', 531, one)
    expect(problems(dissent.store, 'r1 again')).toEqual(['SIGNERS_DISAGREE cannot-tell'])
    for (const by of [tester, other]) {
      const same = beside([['yes', {}, by]], tester)
      for (const one of same.older) same.store.again('r1 again', 531, one)
      expect(problems(same.store, 'r1 again')).toBeUndefined()
    }
  })

  test('what an attempt before held and cannot count is shown in the next, and nothing of other runs', () => {
    const { store } = storeWith('r1', 0, ['test'])
    store.bring('r1', 1, said(run.test, 'by nobody'), stranger)
    store.run({ id: 'other', openedAt: 10 })
    store.bring('other', 10, said(run.test, 'by nobody, elsewhere', FAILED), stranger)
    again(store).bring('r1 again', 31, said(run.package, 'again'), packer)
    expect(choice(store, 'r1 again', 'test')).toEqual({ unusable: ['SIGNER_NOT_ALLOWED'] })
    expect(choice(store, 'r1', 'test')).toEqual({ unusable: ['SIGNER_NOT_ALLOWED'] })
  })
})

describe('one functionary with several links of a step', () => {
  const WRONG = { products: { app: 'wrong', LICENSE: 'MIT' } }

  test('with different files: the one that digests tie, the other is passed over', () => {
    const { store } = storeWith('r1', 0, ['build'])
    store.bring('r1', 1, said(run.build, 'right'), ci)
    store.bring('r1', 1, said(run.build, 'wrong', WRONG), ci)
    expect(choice(store, 'r1', 'build')).toEqual({
      groups: [['right']],
      passedOver: ['wrong: RUN_TWICE, no digest ties it to this build'],
    })
  })

  test('a tie holds for what came within the waiting time, to the millisecond', () => {
    for (const [at, found] of [
      [60, ['right']],
      [60.001, undefined],
    ] as const) {
      const { store } = storeWith('r1', 0, ['build'])
      store.bring('r1', at, said(run.build, 'right'), ci)
      store.bring('r1', 1, said(run.build, 'wrong', WRONG), ci)
      expect(choice(store, 'r1', 'build')?.groups).toEqual(found === undefined ? undefined : [found])
    }
    // one of equal links in time is enough
    const { store } = storeWith('r1', 0, ['build'])
    store.bring('r1', 1, said(run.build, 'right'), ci)
    store.bring('r1', 90, said(run.build, 'right, late'), ci)
    store.bring('r1', 1, said(run.build, 'wrong', WRONG), ci)
    expect(choice(store, 'r1', 'build')?.groups).toEqual([['right', 'right, late']])
  })

  test('several that fit are kept, and what equals one of them elsewhere adds nobody', () => {
    const layout = changed('build', { keys: keys(ci, other), materials: ['ALLOW *'] })
    const store = new EvidenceStore(layout, owner).run({ id: 'late', openedAt: 50 })
    addRun(store, 'r1', 0, ['build'])
    const more = { materials: { ...run.build.materials, 'app.tgz': 'tgz r1' } }
    const bring = (id: string, at: number) => {
      store.bring(id, at, said(run.build, `one in ${id}`, more), id === 'r1' ? ci : other)
      const products = { ...run.build.products, debug: 'x' }
      store.bring(id, at, said(run.build, `two in ${id}`, { ...more, products }), id === 'r1' ? ci : other)
    }
    bring('r1', 1)
    bring('late', 50)
    const groups = choice(store, 'r1', 'build')?.groups?.map(String).toSorted()
    expect(groups).toEqual(['one in r1', 'two in r1'])
  })

  test('nor does it where people disagree', () => {
    const layout = changed('approve', { keys: keys(manager, other, tester, git) })
    const { store } = storeWith('r1', 0, ['approve'], layout)
    const materials = { 'app.tgz': 'tgz r1' }
    store.bring('r1', 1, said(run.approve, 'yes', { materials }), manager)
    store.bring('r1', 1, said(run.approve, 'no', { materials: { ...materials, no: 'no' } }), other)
    store.run({ id: 'late', openedAt: 500 })
    store.bring('late', 500, said(run.approve, 'yes elsewhere', { materials }), tester)
    store.bring('late', 500, said(run.approve, 'no elsewhere', { materials: { ...materials, no: 'no' } }), git)
    expect(choice(store, 'r1', 'approve')).toEqual({ groups: [['no', 'yes']], problems: ['SIGNERS_DISAGREE deny'] })
  })

  test('none tied: nobody can tell, each file is named once', () => {
    const { store } = storeWith('r1', 0, ['approve'])
    store.bring('r1', 1, said(run.approve, 'yes', { materials: { a: 'a' } }), manager)
    store.bring('r1', 1, said(run.approve, 'no'), manager)
    expect(choice(store, 'r1', 'approve')).toEqual({
      problems: ['RUN_TWICE cannot-tell'],
      passedOver: ['no: RUN_TWICE, it is one of several', 'yes: RUN_TWICE, it is one of several'],
    })
    expect(messagesOf(store, 'r1', 'approve')).toEqual([
      `Step approve was recorded 2 times in this run with different files (${fileName('approve')}), and no digest says which belongs to this build. in-toto has one link per step.`,
    ])
  })

  test('with equal files: a tie is needed all the same, in time', () => {
    const { store } = storeWith('r1', 0, ['build'])
    store.bring('r1', 1, said(run.build, 'one'), ci)
    store.bring('r1', 1, said(run.build, 'two'), ci)
    expect(choice(store, 'r1', 'build')).toEqual({ groups: [['one', 'two']] })
    const late = storeWith('r1', 0, ['build']).store
    late.bring('r1', 61, said(run.build, 'one'), ci)
    late.bring('r1', 61, said(run.build, 'two'), ci)
    expect(choice(late, 'r1', 'build')?.problems).toEqual(['STEP_UNBOUND cannot-tell'])
  })

  test('with equal files that nothing ties: nobody can tell, also where another signed the same once', () => {
    const layout = changed('approve', { keys: keys(manager, other), threshold: 2 })
    const { store } = storeWith('r1', 0, ['approve'], layout)
    store.bring('r1', 1, said(run.approve, 'hers'), other)
    store.bring('r1', 1, said(run.approve, 'his'), manager)
    expect(choice(store, 'r1', 'approve')).toEqual({ groups: [['hers', 'his']] })
    store.bring('r1', 1, said(run.approve, 'his other'), manager)
    const over = 'STEP_UNBOUND, it is one of several by the same signer'
    expect(choice(store, 'r1', 'approve')).toEqual({
      problems: ['STEP_UNBOUND cannot-tell'],
      passedOver: [`hers: ${over}`, `his other: ${over}`, `his: ${over}`],
    })
    expect(messagesOf(store, 'r1', 'approve')[0]).toContain('One functionary signed different links of step approve')
    expect(store.verdict('r1').verdict).toBe('cannot-tell')
  })

  test('what two people say differently is denied, although one of them has two links', () => {
    const layout = changed('approve', { keys: keys(manager, other) })
    const { store } = storeWith('r1', 0, ['approve'], layout)
    store.bring('r1', 1, said(run.approve, 'hers', { materials: { a: 'a' } }), other)
    store.bring('r1', 1, said(run.approve, 'his'), manager)
    store.bring('r1', 1, said(run.approve, 'his other'), manager)
    expect(choice(store, 'r1', 'approve')?.problems).toEqual(['SIGNERS_DISAGREE deny'])
  })

  test('those that are tied at once stay chosen, although they do not fit each other: the rules say so', () => {
    const { store } = storeWith('r1', 0, ['build', 'test'])
    store.bring('r1', 1, said(run.build, 'right'), ci)
    store.bring('r1', 1, said(run.build, 'wrong', WRONG), ci)
    store.bring('r1', 1, said(run.test, 'of another app', { materials: { app: 'else' } }), tester)
    store.bring('r1', 1, said(run.test, 'of none', { materials: {}, products: { result: 'NONE' } }), tester)
    const found = choicesOf(store, inRun('r1'))
    expect([found.get('build')?.groups, found.get('test')?.groups]).toEqual([[['right']], [['of another app']]])
    const { verdict, reasons } = store.verdict('r1')
    expect([verdict, reasons[0]]).toMatchObject(['deny', { code: 'ARTIFACT_MODIFIED', step: 'test', artifact: 'app' }])
  })
})

describe('a link of an earlier attempt, after which other files were recorded', () => {
  const APPROVAL = changed('approve', {
    materials: ['MATCH app WITH PRODUCTS FROM build', 'MATCH LICENSE WITH PRODUCTS FROM build', 'ALLOW *'],
  })

  /** Attempt 1 approves, and attempt 2 tests anew with another result. */
  function retested(materials: LinkSpec['materials'], layout = LAYOUT) {
    const { store } = storeWith('r1', 0, ['approve', 'test', 'package'], layout)
    store.bring('r1', 0, said(run.test, 'first', { products: { result: 'FAIL' } }), tester)
    store.bring('r1', 0, said(run.approve, 'early', { materials: materials ?? {} }), manager)
    again(store).bring('r1 again', 30, said(run.test, 'second'), tester)
    store.bring('r1 again', 30, run.package, packer)
    return store
  }

  test('counts where it takes all that the build uses of a step, whatever else it took', () => {
    const materials = { ...run.build.products, result: 'FAIL' }
    const store = retested(materials, APPROVAL)
    expect(choice(store, 'r1 again', 'approve')).toEqual({ groups: [['early']] })
    expect(choice(retested(materials), 'r1 again', 'approve')?.problems).toEqual(['STEP_UNBOUND cannot-tell'])
  })

  test('else nobody can tell, and its file is named', () => {
    const store = retested({})
    expect(choice(store, 'r1 again', 'approve')).toEqual({
      problems: ['STEP_UNBOUND cannot-tell'],
      passedOver: [
        'early: STEP_UNBOUND, it is of an earlier attempt, or of a run that several ids name, and no digest ties it to this build',
      ],
    })
    expect(messagesOf(store, 'r1 again', 'approve')[0]).toContain(`The link of approve (${fileName('approve')}) came`)
  })

  test('adds its signer to the equal one of this attempt where digests tie them, and is no link from elsewhere', () => {
    const layout = changed('approve', { keys: keys(manager, other), materials: APPROVAL.steps[3]?.materials ?? [] })
    for (const [materials, groups] of [
      [run.build.products, [['early', 'late']]],
      // as above, and it lists the final file
      [{ ...run.build.products, 'app.tgz': 'tgz r1' }, [['early', 'late']]],
      [{}, [['late']]],
    ] as const) {
      const store = retested(materials, layout)
      store.bring('r1 again', 31, said(run.approve, 'late', { materials }), other)
      const found = choice(store, 'r1 again', 'approve')
      expect(found?.groups).toEqual(groups)
      expect(found?.mixed).toBeUndefined()
    }
  })

  test('as does at once one from elsewhere that lists the final file', () => {
    const materials = { ...run.build.products, 'app.tgz': 'tgz r1' }
    const layout = changed('approve', {
      keys: keys(manager, other, git),
      materials: APPROVAL.steps[3]?.materials ?? [],
    })
    const store = retested(materials, layout).run({ id: 'late', openedAt: 500 })
    store.bring('r1 again', 31, said(run.approve, 'late', { materials }), other)
    store.bring('late', 500, said(run.approve, 'elsewhere', { materials }), git)
    expect(choice(store, 'r1 again', 'approve')).toEqual({
      groups: [['early', 'elsewhere', 'late']],
      mixed: ['elsewhere'],
    })
  })

  test('what its signer recorded anew does not come back, although it says the same and lists the final file', () => {
    const materials = { 'app.tgz': 'tgz r1' }
    const { store } = storeWith('r1', 0, ['approve'])
    store.bring('r1', 0, said(run.approve, 'first', { materials }), manager)
    again(store).bring('r1 again', 30, said(run.approve, 'second', { materials }), manager)
    expect(choice(store, 'r1 again', 'approve')).toEqual({ groups: [['second']] })
  })
})

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

describe('accepted mixed runs', () => {
  const mixedRuns = { mixedRuns: true }

  /** Run r1 without its clone, which `o` has. */
  function cloned(more: (store: EvidenceStore) => void, layout = LAYOUT, without: readonly Step[] = ['clone']) {
    const store = new EvidenceStore(layout, owner).run({ id: 'o' })
    store.bring('o', 0, said(run.clone, 'cloned'), git)
    addRun(store, 'r1', 10, without)
    more(store)
    return store
  }

  test('take nothing that turns out to belong to another run once everything is chosen', () => {
    const store = cloned(
      (into) => {
        into.bring('r1', 10, said(run.test, 'right'), tester)
        into.bring('r1', 10, said(run.test, 'wrong', { products: { result: 'FAIL' } }), tester)
        into.bring('o', 0, said(run.test, 'theirs', { materials: { app: 'theirs' } }), tester)
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
        into.bring('r1', 10, said(run.test, 'right'), tester)
        into.bring('r1', 10, said(run.test, 'wrong', { products: { result: 'FAIL' } }), tester)
        into.run({ id: 'theirs' })
        into.bring('theirs', 0, said(run.clone, 'cloned by them'), git)
        into.bring('theirs', 0, said(run.test, 'theirs', { materials: { app: 'theirs' } }), tester)
      },
      LAYOUT,
      ['clone', 'test'],
    )
    const over = 'STEP_UNBOUND, it belongs to another run'
    expect(choice(store, 'r1', 'clone', mixedRuns)?.passedOver).toEqual([`cloned by them: ${over}`, `cloned: ${over}`])
  })

  test('take what came with links of steps that nothing is chosen for', () => {
    const store = cloned((into) => into.bring('o', 0, said(run.approve, 'theirs'), manager), LAYOUT, [
      'clone',
      'approve',
    ])
    expect(choice(store, 'r1', 'clone', mixedRuns)).toEqual({ groups: [['cloned']], mixed: ['cloned'] })
    expect(choice(store, 'r1', 'approve', mixedRuns)?.problems).toEqual(['STEP_UNBOUND cannot-tell'])
  })

  test('take of equal links the one that belongs nowhere else', () => {
    const store = cloned((into) => {
      into.run({ id: 'theirs' })
      into.bring('theirs', 0, said(run.clone, 'cloned by them'), git)
      into.bring('theirs', 0, said(run.test, 'their test', { materials: { app: 'theirs' } }), tester)
    })
    expect(choice(store, 'r1', 'clone', mixedRuns)).toEqual({ groups: [['cloned']], mixed: ['cloned'] })
  })

  test('take what came with another link of the same step', () => {
    const layout = changed('clone', { keys: keys(git, other) })
    const store = cloned(
      (into) => into.bring('o', 0, said(run.clone, 'unlike', { products: { x: 'x' } }), other),
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

test('judging is given what was chosen: the verdict of an unlabelled build has its final link', () => {
  const store = new EvidenceStore(LAYOUT, owner)
  store.bring(null, 0, run.package, packer)
  const opened = openStore(store.input(10_000))
  const [build] = findBuilds(opened)
  if (build === undefined) throw new Error('no build')
  const { report } = judgeBuild(opened, build)
  expect(report.steps.map(({ name, counted }) => [name, counted.length])).toEqual(
    STEPS.map((step) => [step, step === 'package' ? 1 : 0]),
  )
})
