// Longer than most: each named attack twice, honest and as the attack.
import { describe, expect, test } from 'vitest'
import { digestOf, type LayoutSpec } from '#lib/testing/authority/documents.ts'
import { EvidenceStore } from '#lib/testing/evidence-store.ts'
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
  type Step,
  signer,
  storeWith,
  tester,
} from '#lib/testing/five-steps.ts'
import type { ReasonCode, Verdict } from '../report.ts'
import type { SelectInput } from './input.ts'

// The attacks on a store of many runs. Each is made twice: honestly, which is allowed, and as the attack, which differs
// from it in one thing only. What stops it is one guard, named beside it: without that guard the attack is allowed.

interface Scene {
  readonly store: EvidenceStore
  readonly settings?: Partial<SelectInput>
}

interface Attack {
  readonly honest: () => Scene
  readonly attack: () => Scene
  /** delivery of the build that is attacked; null where there must be none */
  readonly build: string | null
  readonly ends: readonly [Verdict, ReasonCode, Step?]
  /** deliveries whose builds are fine */
  readonly innocent?: readonly string[]
}

const scene = (store: EvidenceStore, settings: Partial<SelectInput> = {}): Scene => ({ store, settings })
const changed = (name: Step, change: Partial<LayoutSpec['steps'][number]>): LayoutSpec => ({
  ...LAYOUT,
  steps: LAYOUT.steps.map((step) => (step.name === name ? { ...step, ...change } : step)),
})

/** r1 whole, and r2 without a step, which the last argument brings. */
function twoRuns(
  without: Step,
  bring: (store: EvidenceStore, r1: ReturnType<typeof addRun>) => void,
  layout: LayoutSpec = LAYOUT,
): Scene {
  const { store, brought: r1 } = storeWith('r1', 0, [], layout)
  addRun(store, 'r2', 500, [without])
  bring(store, r1)
  return scene(store)
}

/** Run r2 made of r1's sources, and its clone as the argument says. */
function rolledBack(clone: (store: EvidenceStore, r1: ReturnType<typeof addRun>) => void): Scene {
  const { store, brought: r1 } = storeWith('r1')
  store.run({ id: 'r2', openedAt: 500 })
  const [one, two] = [links('r1'), links('r2')]
  store.bring('r2', 500, { ...two.build, materials: one.build.materials }, ci)
  for (const step of ['test', 'approve', 'package'] as const) store.bring('r2', 500, two[step], signer[step])
  clone(store, r1)
  return scene(store)
}

/** Run r1, of which another one holds a step; both were made of the same files. */
function lent(step: Step, from: string, settings: Partial<SelectInput> = {}, software = 'payments'): Scene {
  const store = new EvidenceStore(LAYOUT, owner)
  if (from !== 'r1') store.run({ id: from, software })
  addRun(store, 'r1', 10, [step])
  store.bring(from, from === 'r1' ? 10 : 0, links('r1')[step], signer[step])
  return scene(store, settings)
}

const TWO_APPROVALS = changed('approve', { keys: [manager.key, other.key], threshold: 2 })
/** An approval of which only the licence is compared, and a test of which nothing is. */
const BY_LICENCE = changed('approve', { materials: ['MATCH LICENSE WITH PRODUCTS FROM build', 'ALLOW *'] })
const BY_RESULT = changed('test', { materials: ['ALLOW *'] })

const ATTACKS: Readonly<Record<string, Attack>> = {
  // choose.ts, chooseCopies: a copy counts as consumer, never as supplier
  "rollback to another run's clone": {
    honest: () => rolledBack((store) => store.bring('r2', 501, { ...links('r1').clone, stdout: 'again' }, git)),
    attack: () => rolledBack((store, r1) => store.again('r2', 501, brought(r1, 'clone'))),
    build: 'r2',
    ends: ['cannot-tell', 'REPLAYED', 'clone'],
    innocent: ['r1'],
  },
  // ties.ts, takesAllUsed: every file that the build uses from that supplier
  'a link sharing only common files': {
    honest: () => common('app r2'),
    attack: () => common('app r1'),
    build: 'r2',
    ends: ['cannot-tell', 'REPLAYED', 'approve'],
    innocent: ['r1'],
  },
  // choose.ts, chooseCopies: a constant file taken from it is not enough
  'a link sharing only constant files': {
    honest: () => twoRuns('test', (store) => store.bring('r2', 501, links('r2').test, tester), BY_RESULT),
    attack: () => twoRuns('test', (store, r1) => store.again('r2', 501, brought(r1, 'test')), BY_RESULT),
    build: 'r2',
    ends: ['cannot-tell', 'REPLAYED', 'test'],
    innocent: ['r1'],
  },
  // mixed-runs.ts, chooseMixed: only where the binding says so, however well digests fit
  'an aborted run lending its test': {
    honest: () => lent('test', 'r1'),
    attack: () => lent('test', 'aborted'),
    build: 'r1',
    ends: ['cannot-tell', 'STEP_UNBOUND', 'test'],
  },
  // mixed-runs.ts, chooseMixed: what no digest ties is not even taken where mixed runs are accepted
  'an aborted run lending its approval': {
    honest: () => lent('approve', 'r1', { mixedRuns: true }),
    attack: () => lent('approve', 'aborted', { mixedRuns: true }),
    build: 'r1',
    ends: ['cannot-tell', 'STEP_UNBOUND', 'approve'],
  },
  // choose.ts, chooseElsewhere: from another run through the final file only
  'an older run lending its approval': {
    honest: () => twoRuns('approve', (store) => store.bring('r2', 501, links('r2').approve, manager)),
    attack: () => twoRuns('approve', () => undefined),
    build: 'r2',
    ends: ['cannot-tell', 'STEP_UNBOUND', 'approve'],
    innocent: ['r1'],
  },
  // standing.ts: after other files were recorded, what an attempt before recorded is unsure
  'an older attempt lending its approval': {
    honest: () => retried(['build', 'test', 'approve', 'package']),
    attack: () => retried(['build', 'test', 'package']),
    build: 'r1 again',
    ends: ['cannot-tell', 'STEP_UNBOUND', 'approve'],
    innocent: ['r1'],
  },
  // replaced.ts: a constant result of a file that was replaced binds nothing
  'an older attempt lending its test': {
    honest: () => retried(['build', 'test', 'approve', 'package'], BY_RESULT),
    attack: () => retried(['build', 'approve', 'package'], BY_RESULT),
    build: 'r1 again',
    ends: ['cannot-tell', 'STEP_UNBOUND', 'test'],
    innocent: ['r1'],
  },
  // deliveries.ts, runKey: the issuer is part of what a run is; the bytes were never seen before
  "replay under today's label by another client": {
    honest: () => secondAttempt('ci'),
    attack: () => secondAttempt('mallory'),
    build: 'r2',
    ends: ['cannot-tell', 'STEP_UNBOUND', 'approve'],
  },
  // standing.ts: signed bytes of an older run are a copy in this one
  "replay under today's label by today's client": {
    honest: () => twoRuns('approve', (store) => store.bring('r2', 503, links('r2').approve, manager)),
    attack: () => twoRuns('approve', (store, r1) => store.again('r2', 503, brought(r1, 'approve'))),
    build: 'r2',
    ends: ['cannot-tell', 'REPLAYED', 'approve'],
    innocent: ['r1'],
  },
  // deliveries.ts, freshDelivery: seen before the run opened, though in no run
  'replay of what was seen outside every run': {
    honest: () => seenBefore(450),
    attack: () => seenBefore(430),
    build: 'r2',
    ends: ['cannot-tell', 'REPLAYED', 'approve'],
  },
  // deliveries.ts, placeOf: what comes after a run closed belongs to none
  'a label used for ever': {
    honest: () => late(1_439),
    attack: () => late(1_440),
    build: 'nightly',
    ends: ['cannot-tell', 'STEP_UNBOUND', 'approve'],
  },
  // deliveries.ts, effectiveDeliveries: an attempt is dropped once the first one's run has closed, and closes with it (both)
  'a label kept open by attempts': {
    honest: () => lateAttempt(1_439),
    attack: () => lateAttempt(1_440),
    build: 'nightly',
    ends: ['cannot-tell', 'STEP_UNBOUND', 'approve'],
  },
  // choose.ts, chooseElsewhere: it has to list the final file
  'an attached old approval': {
    honest: () => attached({ 'app.tgz': 'tgz r2' }),
    attack: () => attached({}),
    build: 'r2',
    ends: ['cannot-tell', 'STEP_UNBOUND', 'approve'],
    innocent: ['r1'],
  },
  // deliveries.ts, isOwn: their pushes are no runs of ours
  'two software with equal step names and keys': {
    honest: () => theirs('payments'),
    attack: () => theirs('ledger'),
    build: null,
    ends: ['cannot-tell', 'STEP_UNBOUND'],
  },
  // mixed-runs.ts, belongsNowhereElse: nor is what they pushed first evidence of ours
  'evidence of another software where mixed runs are accepted': {
    honest: () => lent('clone', 'clones', { mixedRuns: true }),
    attack: () => lent('clone', 'clones', { mixedRuns: true }, 'ledger'),
    build: 'r1',
    ends: ['cannot-tell', 'STEP_UNBOUND', 'clone'],
  },
  // select-evidence.ts, withOthers: signers of another run do not count
  'thresholds across runs': {
    honest: () => secondApproval('r1'),
    attack: () => secondApproval('r0'),
    build: 'r1',
    ends: ['deny', 'STEP_THRESHOLD', 'approve'],
  },
  // choose.ts, chooseFresh: whoever may sign and says something else is heard, with threshold 1 too
  'a dissenting signer': {
    honest: () => secondPackage(links('r1').package.products),
    attack: () => secondPackage({ 'app.tgz': 'something else' }),
    build: 'r1',
    ends: ['deny', 'SIGNERS_DISAGREE', 'package'],
  },
  // standing.ts, openDelivery: a build sees its own delivery, also where the same final file is new in two
  'the union of two runs': {
    honest: () => union('a'),
    attack: () => union('b'),
    build: 'a',
    ends: ['cannot-tell', 'STEP_UNBOUND', 'approve'],
  },
  // select-evidence.ts, chooseWithoutTies: a link of the run counts whatever it says, and copies beside it do not
  'a rule that passes only with the wrong clone': {
    honest: () => rolledBack((store) => store.bring('r2', 500, { ...links('r1').clone, stdout: 'again' }, git)),
    attack: () =>
      rolledBack((store, r1) => {
        store.bring('r2', 500, links('r2').clone, git)
        store.again('r2', 501, brought(r1, 'clone'))
      }),
    build: 'r2',
    ends: ['deny', 'ARTIFACT_MODIFIED', 'build'],
    innocent: ['r1'],
  },
  // evidence.ts, isHere: below STEP.KEYID8/ lie the links of a sublayout
  'an inner link filling an outer step': {
    honest: () => filed(''),
    attack: () => filed(`deploy.${tester.keyid.slice(0, 8)}/`),
    build: 'r1',
    ends: ['deny', 'STEP_MISSING', 'test'],
  },
  // builds.ts, placesOf: a final link starts a build where it is new only
  'a final link borrowed by another run': {
    honest: () => borrowed('good'),
    attack: () => borrowed('bad'),
    build: 'bad',
    ends: ['cannot-tell', 'STEP_UNBOUND', 'clone'],
  },
}

/** r1's approval pushed again with r2; it lists the licence, which never changes, and this app. */
function common(app: string): Scene {
  const store = new EvidenceStore(BY_LICENCE, owner)
  addRun(store, 'r1', 0, ['approve'])
  const lists = { app, LICENSE: 'MIT' }
  const approve = store.bring('r1', 0, { name: 'approve', materials: lists, stdout: 'r1' }, manager)
  addRun(store, 'r2', 500, ['approve'])
  if (app === 'app r2') store.bring('r2', 501, { name: 'approve', materials: lists, stdout: 'r2' }, manager)
  else store.again('r2', 501, approve)
  return scene(store)
}

/** Attempt 2 of r1 builds other files, and records these steps. */
function retried(steps: readonly Step[], layout?: LayoutSpec): Scene {
  const { store } = storeWith('r1', 0, [], layout)
  store.run({ id: 'r1 again', label: 'r1', attempt: 2, openedAt: 30 })
  const [first, second] = [links('r1'), links('r2')]
  const run = { ...second, build: { ...second.build, materials: first.build.materials } }
  for (const step of steps) store.bring('r1 again', 30, run[step], signer[step])
  return scene(store)
}

/** What r2 lacks comes as its attempt 2, by this client. */
function secondAttempt(issuer: string): Scene {
  const { store } = storeWith('r2', 500, ['approve'])
  const id = issuer === 'ci' ? 'r2 again' : 'theirs'
  store.run({ id, label: 'r2', attempt: 2, issuer, openedAt: 502 })
  store.bring(id, 502, links('old').approve, manager)
  return scene(store)
}

/** The approval of r2 was read from a source at this minute; the run opened at 500, and the slack is an hour. */
function seenBefore(at: number): Scene {
  const { store } = storeWith('r2', 500, ['approve'])
  const approve = store.bring(null, at, links('r2').approve, manager)
  store.again('r2', 501, approve)
  return scene(store)
}

function late(at: number): Scene {
  const { store } = storeWith('nightly', 0, ['approve'])
  store.bring('nightly', at, links('nightly').approve, manager)
  return scene(store)
}

function lateAttempt(at: number): Scene {
  const { store } = storeWith('nightly', 0, ['approve'])
  store.run({ id: 'later', label: 'nightly', attempt: 2, openedAt: at })
  store.bring('later', at, links('nightly').approve, manager)
  return scene(store)
}

/** An approval that lists these files is attached, without a run. */
function attached(materials: Readonly<Record<string, string>>): Scene {
  return twoRuns('approve', (store) => store.bring(null, 501, { name: 'approve', materials, stdout: 'old' }, manager))
}

function theirs(software: string): Scene {
  const store = new EvidenceStore(LAYOUT, owner)
  store.run({ id: 'x', software })
  for (const step of STEPS) store.bring('x', 0, links('x')[step], signer[step])
  return scene(store)
}

function secondApproval(run: string): Scene {
  const { store } = storeWith('r1', 0, [], TWO_APPROVALS)
  store.run({ id: 'r0', openedAt: 0 })
  store.bring(run, 0, { name: 'approve', stdout: 'the second' }, other)
  return scene(store)
}

function secondPackage(products: Readonly<Record<string, string>>): Scene {
  const { store } = storeWith('r1')
  store.bring('r1', 1, { ...links('r1').package, products, stdout: 'the other' }, other)
  return scene(store)
}

/** Two runs with the same final file, each new in its run: `a` lacks an approval, `b` a test, unless both are in `a`. */
function union(approval: string): Scene {
  const store = new EvidenceStore(LAYOUT, owner)
  const run = links('one')
  store.run({ id: 'a' }).run({ id: 'b' })
  for (const step of ['clone', 'build', 'test', 'package'] as const) store.bring('a', 0, run[step], signer[step])
  for (const step of ['clone', 'build'] as const) store.bring('b', 0, { ...run[step], stdout: 'b' }, signer[step])
  store.bring('b', 0, { ...run.package, stdout: 'b' }, other)
  store.bring(approval, 0, run.approve, manager)
  return scene(store)
}

function filed(folder: string): Scene {
  const { store } = storeWith('r1', 0, ['test'])
  const link = store.bring('r1', 0, links('r1').test, tester)
  store.brought.pop()
  store.again('r1', 0, { ...link, path: `${folder}${link.path}` })
  return scene(store)
}

/** A run without a final link, and a final link made of its files in this run, pushed into both. */
function borrowed(run: string): Scene {
  const { store } = storeWith('good', 0, ['package'])
  store.run({ id: 'bad' })
  const bad = { ...links('good').package, products: { 'app.tgz': 'something else' } }
  const link = store.bring(run, 1, bad, packer)
  if (run === 'bad') store.again('good', 2, link)
  return scene(store)
}

describe.each(Object.entries(ATTACKS))('%s', (_, { honest, attack, build, ends, innocent = [] }) => {
  const judged = ({ store, settings = {} }: Scene) =>
    store.judge(10_000, settings).map(({ build: { deliveryId }, judged: { report } }) => ({ deliveryId, report }))

  test('done honestly is allowed', () => {
    const allowed = judged(honest()).filter(({ report }) => report.verdict === 'allow')
    expect(allowed.filter(({ deliveryId }) => !innocent.includes(deliveryId ?? ''))).not.toEqual([])
  })

  test(`ends in ${ends.join(' ')}, and nothing else is allowed by it`, () => {
    const found = judged(attack())
    for (const { deliveryId, report } of found) {
      expect([deliveryId, report.verdict === 'allow']).toEqual([deliveryId, innocent.includes(deliveryId ?? '')])
    }
    if (build === null) return expect(found).toEqual([])
    const [report] = found.flatMap((one) => (one.deliveryId === build ? [one.report] : []))
    expect([report?.verdict, report?.reasons[0]?.code, report?.reasons[0]?.step]).toEqual(ends)
  })
})

describe('a digest that is not final', () => {
  // asked by digest it is NOT_FINAL: lib/services/verdicts/judging.test.ts
  test('is no file of a build, also where it lies beside the final one', () => {
    const { store } = storeWith('r1', 0, ['package'], changed('package', { products: ['ALLOW *'] }))
    const run = links('r1').package
    store.bring('r1', 0, { ...run, products: { ...run.products, LICENSE: 'MIT', 'scan.txt': 'fine' } }, packer)
    const final = (settings: Partial<SelectInput>) => store.judge(10_000, settings).map(({ build }) => [...build.files])
    // a file that the step only handed on is not made there; what is named is what counts
    expect(final({}).map((files) => files.map(([path]) => path))).toEqual([['app.tgz', 'scan.txt']])
    expect(final({ finalFiles: [{ step: 'package', pattern: '*.tgz' }] })).toEqual([
      [['app.tgz', { sha256: digestOf('tgz r1') }]],
    ])
    expect(codes(store.verdict('r1'))).toEqual([])
  })
})

test('every attack that is named has its test', () => {
  const named = [
    "rollback to another run's clone",
    'a link sharing only common files',
    'a link sharing only constant files',
    'an aborted run lending its test',
    'an aborted run lending its approval',
    'an older run lending its approval',
    "replay under today's label by another client",
    "replay under today's label by today's client",
    'a label used for ever',
    'an attached old approval',
    'two software with equal step names and keys',
    'thresholds across runs',
    'a dissenting signer',
    'the union of two runs',
    'a rule that passes only with the wrong clone',
    'an inner link filling an outer step',
    'a final link borrowed by another run',
  ]
  expect(named.filter((name) => ATTACKS[name] === undefined)).toEqual([])
})
