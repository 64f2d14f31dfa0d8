import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LayoutSpec, LinkSpec } from '#lib/testing/authority/documents.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { type Brought, EvidenceStore } from '#lib/testing/evidence-store.ts'
import type { Report } from '../report.ts'

// Small worlds with few files, few signers and few contents: collisions between runs are the point.

const owner = makeKey('owner')
const keys = ['a', 'b', 'c'].map((name) => makeKey(name))
const key = (index: number) => keys[index % keys.length] ?? owner
const allowed = keys.slice(0, 2).map((one) => one.key)

/** Layouts that differ in what binds: everything, nothing for `approve`, a constant file only. */
const LAYOUTS: readonly LayoutSpec[] = [
  layout(['MATCH src WITH PRODUCTS FROM clone', 'DISALLOW *'], ['ALLOW *'], 1),
  layout(
    ['MATCH * WITH PRODUCTS FROM clone', 'ALLOW *'],
    ['MATCH app WITH PRODUCTS FROM build', 'ALLOW LICENSE', 'DISALLOW *'],
    1,
  ),
  layout(['ALLOW *'], ['MATCH LICENSE WITH PRODUCTS FROM clone', 'ALLOW *'], 2),
]

function layout(build: readonly string[], approve: readonly string[], threshold: number): LayoutSpec {
  return {
    expires: new Date('2040-01-01T00:00:00Z'),
    steps: [
      { name: 'clone', keys: allowed, products: ['ALLOW *'] },
      { name: 'build', keys: allowed, materials: build, products: ['CREATE app', 'ALLOW *'] },
      { name: 'approve', keys: allowed, threshold, materials: approve, products: ['DISALLOW *'] },
      {
        name: 'package',
        keys: allowed,
        materials: ['MATCH app WITH PRODUCTS FROM build', 'ALLOW LICENSE', 'DISALLOW *'],
        products: ['CREATE tgz', 'DISALLOW *'],
      },
    ],
  }
}

const STEPS = ['clone', 'build', 'approve', 'package'] as const
type Step = (typeof STEPS)[number]

/** What one link says: the version of the source it saw, of what it made, and a word that makes its bytes its own. */
interface LinkDraw {
  readonly step: Step
  readonly from: number
  readonly made: number
  readonly word: number
  readonly signer: number
}

function specOf({ step, from, made, word }: LinkDraw): LinkSpec {
  const common = { name: step, stdout: String(word) }
  if (step === 'clone') return { ...common, products: { src: `src ${made}`, LICENSE: 'MIT' } }
  if (step === 'build')
    return { ...common, materials: { src: `src ${from}` }, products: { app: `app ${made}`, LICENSE: 'MIT' } }
  if (step === 'approve') return { ...common, materials: from === 0 ? {} : { app: `app ${from}`, LICENSE: 'MIT' } }
  return { ...common, materials: { app: `app ${from}` }, products: { tgz: `tgz ${made}` } }
}

const linkDraw = fc.record({
  step: fc.constantFrom(...STEPS),
  from: fc.nat(2),
  made: fc.nat(2),
  word: fc.nat(2),
  signer: fc.nat(2),
})
/** Mostly a run that fits together, so that allow is common; then some links more, or fewer. */
const runDraw = fc.record({
  version: fc.nat(2),
  word: fc.nat(2),
  signer: fc.nat(1),
  without: fc.option(fc.constantFrom(...STEPS), { nil: null, freq: 4 }),
  more: fc.array(linkDraw, { maxLength: 2 }),
})
type RunDraw = typeof runDraw extends fc.Arbitrary<infer T> ? T : never

function linksOf({ version, word, signer, without, more }: RunDraw): LinkDraw[] {
  const whole = STEPS.filter((step) => step !== without).flatMap((step) =>
    (step === 'approve' ? [signer, 1 - signer] : [signer]).map((by) => ({
      step,
      from: version,
      made: version,
      word,
      signer: by,
    })),
  )
  return [...whole, ...more]
}

/** One file per step and signer, as a directory holds; the last one stays. */
function bringRun(store: EvidenceStore, id: string, at: number, run: readonly LinkDraw[], perSigner = true): Brought[] {
  const files = new Map<string, LinkDraw>()
  for (const [index, one] of run.entries()) {
    files.set(perSigner ? `${one.step} ${one.signer}` : `${index}`, one)
  }
  return [...files.values()].map((one) => store.bring(id, at, specOf(one), key(one.signer)))
}

const store = (index: number) => new EvidenceStore(LAYOUTS[index % LAYOUTS.length] ?? layout([], [], 1), owner)
const RANK = { allow: 2, 'cannot-tell': 1, deny: 0 } as const
const PAGE_CODES = new Set([
  'EVIDENCE_PENDING',
  'STEP_UNBOUND',
  'REPLAYED',
  'RUN_TWICE',
  'MIXED_RUNS',
  'SIGNERS_DISAGREE',
  'NOT_FINAL',
  'LIMIT',
])
const severe = ({ reasons }: Report) => reasons.filter(({ severity }) => severity !== 'warning')
const options = { numRuns: 150, seed: 20_300_101 }

/** Builds by delivery and content: what each says. */
function verdicts(world: EvidenceStore): Map<string, Report> {
  return new Map(world.judge().map(({ build, judged }) => [`${build.deliveryId} ${build.content}`, judged.report]))
}

describe('one delivery and nothing else in the store', () => {
  test('is never better than the directory of all its links, and worse only with a code of the page', () => {
    let allows = 0
    fc.assert(
      fc.property(runDraw, fc.nat(2), (run, which) => {
        const world = store(which).run({ id: 'r', kind: 'handed-over' })
        const directory = world.directory(bringRun(world, 'r', 0, linksOf(run)))
        for (const report of verdicts(world).values()) {
          expect(RANK[report.verdict]).toBeLessThanOrEqual(Math.max(RANK[directory.verdict], RANK['cannot-tell']))
          if (report.verdict === 'allow') {
            allows++
            expect(directory.verdict).toBe('allow')
          } else if (directory.verdict === 'allow') {
            expect(severe(report).some(({ code }) => PAGE_CODES.has(code))).toBe(true)
          }
        }
      }),
      options,
    )
    // a property over worlds in which nothing is ever allowed would prove nothing
    expect(allows).toBeGreaterThan(20)
  })

  test('agrees with the directory where every signer has one link per step', () => {
    fc.assert(
      fc.property(runDraw, fc.nat(2), (run, which) => {
        const world = store(which).run({ id: 'r', kind: 'handed-over' })
        const directory = world.directory(bringRun(world, 'r', 0, linksOf(run)))
        for (const report of verdicts(world).values()) expect(report.verdict).toBe(directory.verdict)
      }),
      options,
    )
  })
})

/** Links that list what a build of the first run ships. */
const listsFinal = (run: readonly LinkDraw[]) => run.filter(({ step }) => step === 'package')

describe('other evidence in the store', () => {
  const others = fc.array(
    fc.record({
      run: runDraw,
      software: fc.constantFrom('payments', 'ledger'),
      loose: fc.boolean(),
      at: fc.integer({ min: 1, max: 3000 }),
    }),
    { minLength: 1, maxLength: 3 },
  )

  test('never makes an allow of anything else, unless it lists the final file', () => {
    let worse = 0
    fc.assert(
      fc.property(runDraw, others, fc.nat(2), (run, more, which) => {
        const world = store(which).run({ id: 'r' })
        bringRun(world, 'r', 0, linksOf(run), false)
        const before = verdicts(world)
        const finals = new Set(listsFinal(linksOf(run)).map((one) => JSON.stringify(specOf(one).products)))
        // a package link with the same product lists the final file: that is the one door
        const shut = more.map(({ run: other, ...rest }) => ({
          ...rest,
          links: linksOf(other).filter((one) => !finals.has(JSON.stringify(specOf(one).products))),
        }))
        for (const [index, { links, software, loose, at }] of shut.entries()) {
          if (!loose) world.run({ id: `o${index}`, software, openedAt: at })
          bringRun(world, loose ? 'nowhere' : `o${index}`, at, links, false)
        }
        const after = verdicts(world)
        for (const [name, report] of before) {
          const now = after.get(name)
          expect(now).toBeDefined()
          if (report.verdict !== 'allow') {
            worse++
            expect(now?.verdict).not.toBe('allow')
          }
        }
      }),
      options,
    )
    expect(worse).toBeGreaterThan(20)
  })

  test('pushed again under the run itself, as copies, makes no allow of what digests do not bind', () => {
    fc.assert(
      fc.property(runDraw, runDraw, fc.nat(1), (first, second, which) => {
        const world = store(which)
        world.run({ id: 'old', openedAt: 0 })
        const old = bringRun(world, 'old', 0, linksOf(first), false)
        world.run({ id: 'r', openedAt: 1000 })
        bringRun(
          world,
          'r',
          1000,
          linksOf({ ...second, without: 'approve', more: [] }).filter(({ step }) => step !== 'approve'),
          false,
        )
        const before = verdicts(world)
        for (const one of old) if (one.step === 'approve') world.again('r', 1001, one)
        for (const [name, report] of verdicts(world)) {
          if (!name.startsWith('r ') || before.get(name)?.verdict === 'allow') continue
          const approvals = report.steps.find((step) => step.name === 'approve')?.counted ?? []
          // layout 0 binds approve to nothing; layout 1 by `app`, which an old approval may list rightly
          if (which === 0) expect(report.verdict).not.toBe('allow')
          else if (report.verdict === 'allow') expect(approvals.length).toBeGreaterThan(0)
        }
      }),
      options,
    )
  })

  test('never makes a delivery worse that has a fresh link for every step', () => {
    let whole = 0
    fc.assert(
      fc.property(runDraw, others, fc.nat(2), (run, more, which) => {
        const world = store(which).run({ id: 'r' })
        bringRun(world, 'r', 0, linksOf({ ...run, without: null }), false)
        const before = verdicts(world)
        for (const [index, { run: other, software, loose, at }] of more.entries()) {
          if (!loose) world.run({ id: `o${index}`, software, openedAt: at })
          bringRun(world, loose ? 'nowhere' : `o${index}`, at, linksOf(other), false)
        }
        const after = verdicts(world)
        for (const [name, report] of before) {
          whole++
          expect(RANK[after.get(name)?.verdict ?? 'deny']).toBeGreaterThanOrEqual(RANK[report.verdict])
        }
      }),
      options,
    )
    expect(whole).toBeGreaterThan(50)
  })
})

describe('order', () => {
  test('of arrival within the store changes nothing', () => {
    fc.assert(
      fc.property(
        fc.array(runDraw, { minLength: 2, maxLength: 3 }),
        fc.nat(2),
        fc.infiniteStream(fc.nat()),
        (runs, which, stream) => {
          const world = store(which)
          for (const [index, run] of runs.entries()) {
            world.run({ id: `r${index}`, openedAt: index * 100 })
            bringRun(world, `r${index}`, index * 100, linksOf(run), false)
          }
          const before = world.judge()
          const shuffled = world.brought
            .map((one) => ({ one, by: stream.next().value }))
            .sort((a, b) => a.by - b.by)
            .map(({ one }) => one)
          world.brought.splice(0, world.brought.length, ...shuffled)
          const after = new Map(world.judge().map((one) => [`${one.build.deliveryId} ${one.build.content}`, one]))
          expect(after.size).toBe(before.length)
          for (const { build, judged } of before) {
            const again = after.get(`${build.deliveryId} ${build.content}`)
            expect(again?.judged.report.verdict).toBe(judged.report.verdict)
            expect(again?.judged.inputs).toBe(judged.inputs)
          }
        },
      ),
      options,
    )
  })
})
