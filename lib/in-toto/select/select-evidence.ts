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
  hasTwoLinks,
  isTied,
  ownLinks,
  passedOver,
  throughFinalFile,
  tieOfGroup,
} from './choose.ts'
import { SELECT_LIMITS } from './input.ts'
import type { Selected } from './ties.ts'
import { chooseNothing } from './unbound.ts'

/** The evidence of one build, step by step in the layout's order. */
export interface Selection {
  readonly build: FinalGroup
  readonly choices: readonly Choice[]
}

/**
 * Chooses the evidence of a build by where it came from and by its digests, never by whether the rules then pass, and
 * never by an order among candidates.
 */
export function selectEvidence(store: Store, build: FinalGroup): Selection {
  const one: Case = { store, build, finalFiles: build.files }
  const chosen = new Map<string, Choice>()
  const waiting: Step[] = []
  for (const step of store.layout.steps) {
    const choice = tooMany(one, step) ?? chooseWithoutTies(one, step)
    if (choice === null) waiting.push(step)
    else chosen.set(step.name, choice)
  }
  chooseWithTies(one, waiting, chosen)
  for (const step of waiting) {
    if (!chosen.has(step.name)) chosen.set(step.name, chooseLast(one, step, chosen))
  }
  return {
    build,
    choices: store.layout.steps.flatMap((step) => withOthers(one, chosen.get(step.name)) ?? []),
  }
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
  const own = ownLinks(one, step.name)
  // a build without a delivery stands on its final group alone
  const fresh = one.build.deliveryId === null ? own : own.filter(({ freshIn }) => freshIn === one.build.deliveryId)
  if (fresh.length === 0) return null
  // two links with the same files still need a tie, unless they are the final ones that the build is made of
  if (step.name !== one.build.step && hasTwoLinks(fresh) && new Set(fresh.map((link) => link.identity)).size === 1)
    return null
  return chooseFresh(one, step, fresh, own)
}

/** Rounds, each on what the rounds before selected, so that no order among the steps decides. */
function chooseWithTies(one: Case, waiting: readonly Step[], chosen: Map<string, Choice>): void {
  for (let round = 0; round <= waiting.length; round++) {
    const selected = selectedOf(one, chosen)
    const found = waiting
      .filter(({ name }) => !chosen.has(name))
      .map((step) => [step.name, bound(one, step, selected)] as const)
      .filter((entry): entry is readonly [string, Choice] => entry[1] !== null && entry[1].groups.length > 0)
    if (found.length === 0) return
    for (const [name, choice] of found) chosen.set(name, choice)
  }
}

function bound(one: Case, step: Step, selected: Selected | null): Choice | null {
  const own = ownLinks(one, step.name)
  const fresh = own.filter(({ freshIn }) => freshIn !== null && freshIn === one.build.deliveryId)
  if (fresh.length > 0) return chooseTwice(one, step, fresh, selected)
  if (own.length > 0) return chooseCopies(one, step, own, selected)
  return chooseElsewhere(one, step, selected)
}

/** One signer with several links of one step. */
function chooseTwice(one: Case, step: Step, fresh: Choice['groups'][number], selected: Selected | null): Choice | null {
  const choice = chooseByTie(one, step, fresh, selected)
  if (choice === null || choice.groups.length > 0 || new Set(fresh.map(({ content }) => content)).size > 1)
    return choice
  if (isTied(tieOfGroup(step, fresh, selected))) return { ...choice, groups: [fresh], problems: [] }
  const message = `One functionary signed ${fresh.length} different links of step ${step.name} in this run, and no digest ties either to this build.`
  return {
    ...choice,
    problems: [{ code: 'STEP_UNBOUND', severity: 'cannot-tell', message }],
    passedOver: fresh.map((link) => passedOver(link, 'STEP_UNBOUND', 'it is one of several by the same signer')),
  }
}

/** Nothing binds it: what is in the delivery says why, else it is unbound, pending or missing. */
function chooseLast(one: Case, step: Step, chosen: ReadonlyMap<string, Choice>): Choice {
  const selected = selectedOf(one, chosen)
  return bound(one, step, selected) ?? chooseNothing(one, step, selected)
}

/** Links from elsewhere that are equal to the selected group and list the final file add their signers. */
function withOthers(one: Case, choice: Choice | undefined): Choice | undefined {
  if (choice === undefined || choice.groups.length !== 1) return choice
  const [group = []] = choice.groups
  const content = group[0]?.content
  if (group.some((link) => link.content !== content)) return choice
  const equal = (one.store.evidence.links.get(choice.step.name) ?? []).filter(
    (link) => link.content === content && !group.includes(link),
  )
  const others = throughFinalFile(one, equal)
  if (others.length === 0) return choice
  const passed = choice.passedOver.filter(({ link }) => !others.includes(link))
  return { ...choice, groups: [[...group, ...others]], mixed: [...choice.mixed, ...others], passedOver: passed }
}

/** Steps with exactly one content; null where nothing is selected, which ties nothing. */
function selectedOf({ store, build }: Case, chosen: ReadonlyMap<string, Choice>): Selected {
  const records = new Map<string, Recorded>()
  for (const [name, { groups }] of chosen) {
    const contents = new Set(groups.flat().map(({ content }) => content))
    const first = groups[0]?.[0]
    if (contents.size === 1 && first !== undefined && !first.sublayout) records.set(name, first.record)
  }
  return { layout: store.layout, finalStep: build.step, finalFiles: build.files, records }
}
