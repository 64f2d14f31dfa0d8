import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EvidenceStore } from '#lib/testing/evidence-store.ts'
import {
  bindingDraw,
  bringRun,
  bringRuns,
  type LinkDraw,
  linksOf,
  runDraw,
  SIGNED_IDS,
  specDraw,
  specOf,
  worldOf as store,
} from '#lib/testing/small-worlds.ts'
import type { Report } from '../report.ts'
import type { SelectInput } from './input.ts'

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
function verdicts(world: EvidenceStore, settings: Partial<SelectInput> = {}): Map<string, Report> {
  return new Map(
    world
      .judge(10_000, settings)
      .map(({ build, judged }) => [`${build.deliveryId} ${build.content}${build.run ?? ''}`, judged.report]),
  )
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

describe('runs of every kind, under every binding', () => {
  const worlds = [fc.array(specDraw, { minLength: 2, maxLength: 4 }), fc.nat(2), bindingDraw] as const
  const marked = ({ reasons }: Report) => reasons.some(({ code }) => code === 'MIXED_RUNS')

  test('other evidence makes an allow through a marked door only, or as part of the run that it names', () => {
    let better = 0
    fc.assert(
      fc.property(...worlds, (specs, which, binding) => {
        const world = store(which)
        bringRuns(world, specs.slice(0, 1))
        const settings = { ...binding, ...SIGNED_IDS }
        const before = verdicts(world, settings)
        bringRuns(
          world,
          specs.slice(1).map((spec) => ({ ...spec, at: spec.at + 1 })),
          1,
        )
        const after = verdicts(world, settings)
        for (const [name, { verdict }] of before) {
          // none any more where the others were there first: then it is their copy
          const now = after.get(name)
          if (verdict === 'allow' || now?.verdict !== 'allow') continue
          better++
          expect(marked(now)).toBe(true)
        }
      }),
      { ...options, numRuns: 400 },
    )
    expect(better).toBeGreaterThan(3)
  })

  test('a run that is whole never gets worse', () => {
    let whole = 0
    fc.assert(
      fc.property(runDraw, ...worlds, (run, specs, which, binding) => {
        const world = store(which).run({ id: 'whole' })
        bringRun(world, 'whole', 0, linksOf({ ...run, without: null }), false)
        const settings = { ...binding, ...SIGNED_IDS }
        const before = verdicts(world, settings)
        bringRuns(
          world,
          specs.map((spec) => ({ ...spec, at: spec.at + 1 })),
        )
        const after = verdicts(world, settings)
        for (const [name, report] of before) {
          whole++
          expect(RANK[after.get(name)?.verdict ?? 'deny']).toBeGreaterThanOrEqual(RANK[report.verdict])
        }
      }),
      options,
    )
    expect(whole).toBeGreaterThan(100)
  })

  test('the order in which the store lists them changes nothing', () => {
    fc.assert(
      fc.property(...worlds, (specs, which, binding) => {
        const world = store(which)
        bringRuns(world, specs)
        const settings = { ...binding, ...SIGNED_IDS }
        const before = keysOf(world, settings)
        world.brought.reverse()
        expect(keysOf(world, settings)).toEqual(before)
      }),
      options,
    )
  })
})

/** The key of every verdict, which names everything that it depends on. */
function keysOf(world: EvidenceStore, settings: Partial<SelectInput>): string[] {
  return world
    .judge(10_000, settings)
    .map(({ build, judged }) => `${build.deliveryId} ${build.run} ${build.content} ${judged.inputs}`)
    .sort()
}

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
