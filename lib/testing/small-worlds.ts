import fc from 'fast-check'
import type { LayoutSpec, LinkSpec } from './authority/documents.ts'
import { linkFileName } from './authority/envelopes.ts'
import { makeKey } from './authority/keys.ts'
import { type Brought, EvidenceStore } from './evidence-store.ts'

// Small worlds with few files, few signers and few contents: collisions between runs are the point.

export const owner = makeKey('owner')
const keys = ['a', 'b', 'c'].map((name) => makeKey(name))
export const key = (index: number) => keys[index % keys.length] ?? owner
const allowed = keys.slice(0, 2).map((one) => one.key)

/** Layouts that differ in what binds: everything, nothing for `approve`, a constant file only. */
export const LAYOUTS: readonly LayoutSpec[] = [
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

export const STEPS = ['clone', 'build', 'approve', 'package'] as const
export type Step = (typeof STEPS)[number]

/** What one link says: the version of the source it saw, of what it made, and a word that makes its bytes its own. */
export interface LinkDraw {
  readonly step: Step
  readonly from: number
  readonly made: number
  readonly word: number
  readonly signer: number
}

/** @param run put into the signed bytes as the id of the run */
export function specOf({ step, from, made, word }: LinkDraw, run: string | null = null): LinkSpec {
  const common = { name: step, stdout: String(word), ...(run === null ? {} : { environment: { run } }) }
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
export const runDraw = fc.record({
  version: fc.nat(2),
  word: fc.nat(2),
  signer: fc.nat(1),
  without: fc.option(fc.constantFrom(...STEPS), { nil: null, freq: 4 }),
  more: fc.array(linkDraw, { maxLength: 2 }),
})
export type RunDraw = typeof runDraw extends fc.Arbitrary<infer T> ? T : never

export function linksOf({ version, word, signer, without, more }: RunDraw): LinkDraw[] {
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
export function bringRun(
  store: EvidenceStore,
  id: string,
  at: number,
  run: readonly LinkDraw[],
  perSigner = true,
): Brought[] {
  const files = new Map<string, LinkDraw>()
  for (const [index, one] of run.entries()) {
    files.set(perSigner ? `${one.step} ${one.signer}` : `${index}`, one)
  }
  return [...files.values()].map((one) => store.bring(id, at, specOf(one), key(one.signer)))
}

/** An empty store judged by one of the layouts. */
export function worldOf(index: number): EvidenceStore {
  return new EvidenceStore(LAYOUTS[index % LAYOUTS.length] ?? layout([], [], 1), owner)
}

/** Settings by which signed documents of these worlds name their run. */
export const SIGNED_IDS = { runIdPaths: [['environment', 'run']] } as const

export interface Spec {
  readonly run: RunDraw
  /** how its links are brought: in a folder, pushed, pushed in two attempts, or anywhere with their run signed */
  readonly how: 'folder' | 'pushed' | 'attempts' | 'signed'
  readonly at: number
  /** bring the copies of another run's links for what this one lacks */
  readonly copies: boolean
  /** other links, which the second attempt records */
  readonly again: RunDraw
}

export const specDraw: fc.Arbitrary<Spec> = fc.record({
  run: runDraw,
  how: fc.constantFrom('folder', 'pushed', 'attempts', 'signed'),
  at: fc.integer({ min: 0, max: 2000 }),
  copies: fc.boolean(),
  again: runDraw,
})
export const bindingDraw = fc.record({
  sharedSteps: fc.constantFrom(new Set<string>(), new Set(['clone']), new Set(['approve', 'build'])),
  mixedRuns: fc.boolean(),
})

/** One directory: file name -> link, as the last one who wrote it left it. */
export type Directory = Map<string, Brought>

export interface Run {
  /** deliveries, or the signed id, by which its builds are known */
  readonly id: string
  readonly directory: Directory
}

/**
 * Brings the runs; answers the directory of each.
 * @param first number of the first run
 */
export function bringRuns(world: EvidenceStore, specs: readonly Spec[], first = 0): Run[] {
  const runs: Run[] = []
  for (const [index, { run, how, at, copies, again }] of specs.entries()) {
    const id = `r${first + index}`
    const directory: Directory = new Map()
    const bring = (delivery: string | null, time: number, one: LinkDraw, into: Directory) => {
      const brought = world.bring(delivery, time, specOf(one, how === 'signed' ? id : null), key(one.signer))
      into.set(brought.path, brought)
    }
    if (how !== 'signed') world.run({ id, kind: how === 'folder' ? 'handed-over' : 'pushed', openedAt: at })
    // one file per signer and step, as a directory holds
    for (const one of onePerFile(linksOf(run))) bring(how === 'signed' ? null : id, at, one, directory)
    const other = runs[0]
    if (copies && other !== undefined && how !== 'signed') {
      for (const [path, one] of other.directory) {
        if (directory.has(path)) continue
        directory.set(path, world.again(id, at + 1, one))
      }
    }
    runs.push({ id, directory })
    if (how !== 'attempts') continue
    world.run({ id: `${id} again`, label: id, attempt: 2, openedAt: at + 5 })
    const second = new Map(directory)
    for (const one of onePerFile(linksOf(again).slice(0, 2))) bring(`${id} again`, at + 5, { ...one, word: 7 }, second)
    runs.push({ id: `${id} again`, directory: second })
  }
  return runs
}

function onePerFile(links: readonly LinkDraw[]): LinkDraw[] {
  return [...new Map(links.map((one) => [linkFileName(one.step, key(one.signer)), one])).values()]
}
