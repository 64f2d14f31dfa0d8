import type { Layout } from '../layout.ts'
import { LIMITS } from '../limits.ts'
import type { LinkStore } from '../verify/input.ts'
import type { Store } from './builds.ts'
import { candidateOf, unusableCandidate } from './candidates.ts'
import { type Case, type Choice, ownLinks, type Problem, passedOver } from './choose.ts'
import { gatherStore, type SignedLink } from './evidence.ts'
import { chooseAll } from './select-evidence.ts'
import type { SignedRun } from './signed-runs.ts'
import { openDelivery } from './standing.ts'

/** What was chosen for the links of one sublayout. */
export interface Inner {
  /** names of the steps that lead there, outermost first */
  readonly path: readonly string[]
  readonly layout: Layout
  readonly choices: readonly Choice[]
}

/** Choices with their steps' names; of a sublayout with the steps that lead there. */
export function namedChoices({ path, choices }: Inner): [string, Choice][] {
  return choices.map((choice) => [[...path, choice.step.name].join(' / '), choice])
}

/** The links of one level and of the sublayouts in it, as a directory would hold them. */
export interface Filled {
  readonly links: LinkStore
  readonly inner: readonly Inner[]
}

export type Links = ReadonlyMap<string, readonly SignedLink[]>

/**
 * Fills the places of a layout and, where a sublayout stands for a step, those of its namespace `STEP.KEYID8` in the
 * build's own delivery. Nothing from elsewhere fills a place in there: no final file of the build opens a door to it.
 */
export function fillPlaces(one: Case, choices: readonly Choice[], links: Links): Filled {
  return fill(one, choices, links, { path: [], namespace: [] })
}

interface Level {
  readonly path: readonly string[]
  readonly namespace: readonly string[]
}

function fill(one: Case, choices: readonly Choice[], links: Links, level: Level): Filled {
  const namespaces = new Map<string, LinkStore>()
  const inner: Inner[] = []
  for (const { step } of choices) {
    for (const link of links.get(step.name) ?? []) {
      const name = `${step.name}.${link.keyid.slice(0, 8)}`
      const below = openInner(one, link, { path: [...level.path, step.name], namespace: [...level.namespace, name] })
      if (below === null) continue
      const filled = fill(below.one, below.choices, firstOfEach(below.choices), below)
      namespaces.set(name, filled.links)
      inner.push({ path: below.path, layout: below.one.store.layout, choices: below.choices }, ...filled.inner)
    }
  }
  const steps = new Map(
    choices.map(({ step, unusable }) => [
      step.name,
      [...(links.get(step.name) ?? []).map(candidateOf), ...unusable.map(unusableCandidate)],
    ]),
  )
  return { links: { steps, namespaces }, inner }
}

export function firstOfEach(choices: readonly Choice[]): Links {
  return new Map(choices.map(({ step, groups }) => [step.name, groups[0] ?? []]))
}

/** Everything that a level and its sublayouts hold in the delivery, whether selected or not. */
export function fillWithAll(one: Case): LinkStore {
  return allOf(one, { path: [], namespace: [] })
}

function allOf(one: Case, level: Level): LinkStore {
  const steps = new Map(one.store.layout.steps.map(({ name }) => [name, ownLinks(one, name)] as const))
  const namespaces = new Map<string, LinkStore>()
  for (const [step, links] of steps) {
    for (const link of links) {
      const name = `${step}.${link.keyid.slice(0, 8)}`
      const below = caseOf(one, link, { path: [...level.path, step], namespace: [...level.namespace, name] })
      if (below !== null) namespaces.set(name, allOf(below.one, below))
    }
  }
  return { steps: new Map([...steps].map(([name, links]) => [name, links.map(candidateOf)])), namespaces }
}

interface Below extends Level {
  readonly one: Case
}

const NO_PINS: ReadonlyMap<string, string> = new Map()

function caseOf(outer: Case, { sublayout, stored }: SignedLink, level: Level): Below | null {
  const envelope = 'envelope' in stored.document ? stored.document.envelope : null
  if (!sublayout || envelope?.kind !== 'layout' || level.path.length > LIMITS.sublayoutDepth) return null
  const { store } = outer
  // what the binding says of steps, and of other runs, it says of the outermost layout
  const input = {
    ...store.input,
    finalFiles: [],
    sharedSteps: new Set<string>(),
    mixedRuns: false,
    sublayouts: NO_PINS,
  }
  const gathered = gatherStore(input, envelope.document, level.namespace, level.path)
  const evidence = { ...gathered, runs: mergedRuns(store.evidence.runs, gathered.runs) }
  const below: Store = { input, layout: envelope.document, evidence, excluded: [] }
  // no step of a sublayout is the build's final one
  const build = { ...outer.build, step: '', content: '', files: new Map() }
  const own = openDelivery(evidence, outer.outermost.build, outer.outermost.store.evidence)
  return { ...level, one: { store: below, build, finalFiles: build.files, own, outermost: outer.outermost } }
}

function openInner(
  outer: Case,
  link: SignedLink,
  level: Level,
): (Below & { readonly choices: readonly Choice[] }) | null {
  const below = caseOf(outer, link, level)
  return below === null ? null : { ...below, choices: chooseAll(below.one).map(onlyOneGroup) }
}

/**
 * Combinations of links are judged for the outermost layout; inside, several that fit are too many, and none stands for
 * the step: which of them came first must not decide what is said.
 */
function onlyOneGroup(choice: Choice): Choice {
  if (choice.groups.length < 2) return choice
  const message = `Several links fit step ${choice.step.name} of the sublayout, and in-toto has one link per step.`
  return {
    ...choice,
    groups: [],
    mixed: [],
    problems: [...choice.problems, { code: 'RUN_TWICE', severity: 'cannot-tell', message }],
    passedOver: [
      ...choice.passedOver,
      ...choice.groups.flat().map((link) => passedOver(link, 'RUN_TWICE', 'it is one of several')),
    ],
  }
}

/** An id that tells no runs apart in one level tells none apart in another. */
function mergedRuns(
  outer: ReadonlyMap<string, SignedRun>,
  inner: ReadonlyMap<string, SignedRun>,
): Map<string, SignedRun> {
  const merged = new Map(outer)
  for (const [id, run] of inner) {
    const other = outer.get(id) ?? run
    const openedAt = Math.min(run.openedAt, other.openedAt)
    merged.set(id, { openedAt, ambiguous: run.ambiguous || other.ambiguous })
  }
  return merged
}

/** One link fills one place: the same signed bytes of one signer for two steps say nothing about either. */
export function filledTwice(
  choices: readonly Choice[],
  inner: readonly Inner[],
): { path: readonly string[]; step: string; problem: Problem }[] {
  const places = new Map<string, { path: readonly string[]; step: string }[]>()
  for (const { path, choices: level } of [{ path: [], choices }, ...inner]) {
    for (const { step, groups } of level) {
      for (const { signedSha256, identity, sublayout } of groups.flat()) {
        if (sublayout) continue
        const mark = `${signedSha256} ${identity}`
        places.set(mark, [...(places.get(mark) ?? []), { path, step: step.name }])
      }
    }
  }
  return [...places.values()].flatMap((filled) => {
    const names = new Set(filled.map(({ path, step }) => [...path, step].join(' / ')))
    const [first] = filled
    if (first === undefined || names.size < 2) return []
    const message = `One link stands for several steps (${[...names].slice(0, 5).join(', ')}); it can fill one place only.`
    return [{ ...first, problem: { code: 'STEP_UNBOUND', severity: 'cannot-tell', message } satisfies Problem }]
  })
}
