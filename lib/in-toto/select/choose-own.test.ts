// Longer than most: each way to choose among what a build's own run holds, what is passed over and why.
import { describe, expect, test } from 'vitest'
import type { LinkSpec } from '#lib/testing/authority/documents.ts'
import type { TestKey } from '#lib/testing/authority/keys.ts'
import {
  again,
  changed,
  choice,
  choicesOf,
  fileName,
  inRun,
  keys,
  messagesOf,
  nameOf,
  said,
  summaryOf,
} from '#lib/testing/choices.ts'
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
  storeWith,
  stranger,
  tester,
} from '#lib/testing/five-steps.ts'
import { findBuilds, openStore } from './builds.ts'
import { selectEvidence } from './select-evidence.ts'

const run = links('r1')

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
