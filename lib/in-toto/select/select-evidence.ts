import type { Recorded } from '../evaluate-rules.ts'
import type { Step } from '../layout.ts'
import type { FinalGroup, Store } from './builds.ts'
import {
  type Case,
  type Choice,
  chooseByTie,
  chooseCopies,
  chooseElsewhere,
  chooseFresh,
  chooseUnsure,
  freshLinks,
  groupsOf,
  hasTwoLinks,
  isShared,
  isTied,
  openCase,
  ownLinks,
  passedOver,
  recordedLinks,
  throughFinalFile,
  tieOfGroup,
} from './choose.ts'
import type { SignedLink } from './evidence.ts'
import { SELECT_LIMITS } from './input.ts'
import { linksOf, unprovenOf, unusableOf } from './links-of.ts'
import { belongsNowhereElse, chooseMixed } from './mixed-runs.ts'
import { choosePinned } from './pinned.ts'
import { rebuildsOf } from './rebuilds.ts'
import type { Selected } from './ties.ts'
import { chooseNothing } from './unbound.ts'

/** The evidence of one build, step by step in the layout's order. */
export interface Selection {
  readonly one: Case
  readonly choices: readonly Choice[]
}

/**
 * Chooses the evidence of a build by where it came from and by its digests, never by whether the rules then pass, and
 * never by an order among candidates.
 */
export function selectEvidence(store: Store, build: FinalGroup): Selection {
  const one = openCase(store, build)
  return { one, choices: chooseAll(one) }
}

/** A choice for every step of a layout, in its order. */
export function chooseAll(one: Case): Choice[] {
  const { store } = one
  const chosen = new Map<string, Choice>()
  const waiting: Step[] = []
  for (const step of store.layout.steps) {
    const choice =
      chooseUnproven(one, step) ?? tooMany(one, step) ?? choosePinned(one, step) ?? chooseWithoutTies(one, step)
    if (choice === null) waiting.push(step)
    else chosen.set(step.name, choice)
  }
  chooseWithTies(one, waiting, chosen)
  for (const step of waiting) {
    if (!chosen.has(step.name)) chosen.set(step.name, chooseLast(one, step, chosen))
  }
  const selected = selectedOf(one, chosen)
  const choices = store.layout.steps.flatMap(({ name }) => chosen.get(name) ?? [])
  return choices.map((choice) =>
    withRebuilds(one, keepFinal(one, keepMixed(one, withOthers(one, choice, selected), selected))),
  )
}

/** The final step of a build that is only shown: nothing stands for it, and the verifier says what is wrong with its link. */
function chooseUnproven({ store, build }: Case, step: Step): Choice | null {
  if (build.unproven !== true || step.name !== build.step) return null
  const late = unprovenOf(store.evidence, step.name)
  const shown = late.filter(({ content }) => content === build.content).map(({ stored }) => stored)
  const unusable = unusableOf(store.evidence, step.name).filter(({ stored }) => shown.includes(stored))
  const revoked = unusable.find(({ skipped }) => skipped.code === 'KEY_REVOKED')
  const message = `Nothing proves that the final link of this build (${step.name}) was signed ${revoked === undefined ? 'while its certificate was valid, or before its key was revoked' : 'before its key was revoked'}, so that nothing can be said of what it made.`
  const [first] = unusable
  const code = revoked?.skipped.code ?? first?.skipped.code ?? 'CERT_EXPIRED_NO_TIMESTAMP'
  const severity = revoked === undefined ? ('cannot-tell' as const) : ('deny' as const)
  const problems = [{ code, severity, message }]
  return { step, groups: [], problems, passedOver: [], unusable, mixed: [] }
}

function tooMany(one: Case, step: Step): Choice | null {
  const own = ownLinks(one, step.name)
  if (new Set(own.map(({ content }) => content)).size <= SELECT_LIMITS.groups) return null
  const message = `This run holds more than ${SELECT_LIMITS.groups} different links of step ${step.name}; no more are looked at.`
  const problems = [{ code: 'LIMIT' as const, severity: 'cannot-tell' as const, message }]
  return { step, groups: [], problems, passedOver: [], unusable: [], mixed: [] }
}

/** What a delivery settles by itself. Null: digests have to say. */
function chooseWithoutTies(one: Case, step: Step): Choice | null {
  const recorded = recordedLinks(one, step.name)
  if (recorded.length === 0) return null
  // two links of one signer need a tie even with the same files, unless they are those that the build is made of; what
  // several people say differently is no matter of ties
  const disagree = new Set(recorded.map((link) => link.identity)).size > 1 && groupsOf(recorded).length > 1
  if (step.name !== one.build.step && !disagree && hasTwoLinks(recorded)) return null
  return chooseFresh(one, step, recorded)
}

/** Rounds, each on what the rounds before selected, so that no order among the steps decides. */
function chooseWithTies(one: Case, waiting: readonly Step[], chosen: Map<string, Choice>): void {
  for (;;) {
    const selected = selectedOf(one, chosen)
    const found = waiting
      .filter(({ name }) => !chosen.has(name))
      .map((step) => [step.name, bound(one, step, selected)] as const)
      .filter((entry): entry is readonly [string, Choice] => entry[1] !== null && entry[1].groups.length > 0)
    if (found.length === 0) return
    for (const [name, choice] of found) chosen.set(name, choice)
  }
}

function bound(one: Case, step: Step, selected: Selected): Choice | null {
  const fresh = freshLinks(one, step.name)
  if (fresh.length > 0) return chooseByTie(one, step, fresh, selected)
  const recorded = recordedLinks(one, step.name)
  if (recorded.length > 0) return chooseUnsure(one, step, recorded, selected)
  const copies = ownLinks(one, step.name)
  if (copies.length > 0) return chooseCopies(one, step, copies, selected)
  return chooseElsewhere(one, step, selected) ?? chooseMixed(one, step, selected)
}

/** Nothing binds it: what is in the delivery says why, else it is unbound, pending or missing. */
function chooseLast(one: Case, step: Step, chosen: ReadonlyMap<string, Choice>): Choice {
  const selected = selectedOf(one, chosen)
  return bound(one, step, selected) ?? chooseNothing(one, step, selected)
}

/**
 * Links that are equal to the selected group add their signers: those that list the final file, those of a shared step
 * and those of an earlier attempt that digests tie.
 */
function withOthers(one: Case, choice: Choice, selected: Selected): Choice {
  const [group = []] = choice.groups
  const content = group[0]?.content
  if (choice.groups.length !== 1 || group.some((link) => link.content !== content)) return choice
  const equal = linksOf(one.store.evidence, choice.step.name).filter(
    (link) => link.content === content && !group.includes(link) && one.own.standingOf(link) !== 'replaced',
  )
  const tied = isTied(tieOfGroup(choice.step, group, selected))
  const unsure = tied ? equal.filter((link) => one.own.standingOf(link) === 'unsure') : []
  const others = new Set([...throughFinalFile(one, equal), ...(tied && isShared(one, choice.step) ? equal : [])])
  for (const link of unsure) others.delete(link)
  if (others.size + unsure.length === 0) return choice
  return {
    ...choice,
    groups: [[...group, ...unsure, ...others]],
    mixed: [...choice.mixed, ...others],
    passedOver: choice.passedOver.filter(({ link }) => !others.has(link) && !unsure.includes(link)),
  }
}

/** What counted because mixed runs are accepted must still belong nowhere else, now that every step is filled. */
function keepMixed(one: Case, choice: Choice, selected: Selected): Choice {
  const { step, groups } = choice
  if (choice.mixedRuns !== true) return choice
  if (groups.flat().every((link) => belongsNowhereElse(one, step, link, selected))) return choice
  const message = `The links of ${step.name} that digests tie to this build came from a run that holds other links of its steps, or serve another build.`
  return {
    ...choice,
    groups: [],
    mixed: [],
    problems: [{ code: 'STEP_UNBOUND', severity: 'cannot-tell', message }],
    passedOver: groups.flat().map((link) => passedOver(link, 'STEP_UNBOUND', 'it belongs to another run')),
  }
}

/** The final links are those that the build is made of, and no others. */
function keepFinal({ build }: Case, choice: Choice): Choice {
  const { step, groups } = choice
  if (step.name !== build.step || groups.length === 0) return choice
  if (groups.some((group) => group.some(({ content }) => content === build.content))) return choice
  const message = `The final link of this build is not the one that its run holds for ${step.name}.`
  return { ...choice, groups: [], mixed: [], problems: [{ code: 'NOT_FINAL', severity: 'cannot-tell', message }] }
}

function withRebuilds(one: Case, choice: Choice): Choice {
  const rebuilds = rebuildsOf(one, choice)
  return rebuilds.length === 0 ? choice : { ...choice, rebuilds }
}

/** Steps with exactly one content; where nothing is selected, nothing is tied. */
export function selectedOf({ store, build }: Case, chosen: ReadonlyMap<string, Choice>): Selected {
  const records = new Map<string, Recorded>()
  const links = new Map<string, readonly SignedLink[]>()
  for (const [name, { groups }] of chosen) {
    if (groups.length > 0) links.set(name, groups.flat())
    const contents = new Set(groups.flat().map(({ content }) => content))
    const first = groups[0]?.[0]
    if (contents.size === 1 && first !== undefined && !first.sublayout) records.set(name, first.record)
  }
  return { layout: store.layout, finalStep: build.step, finalFiles: build.files, records, links }
}
