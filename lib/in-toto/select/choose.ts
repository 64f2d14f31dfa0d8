import type { Step } from '../layout.ts'
import type { Digests, ReasonCode } from '../report.ts'
import type { FinalGroup, Store } from './builds.ts'
import { canTie, listsAll, madeFiles } from './content.ts'
import type { SignedLink, Unusable } from './evidence.ts'
import { isRelated, leftOver, type Selected, type Tie, tieOf } from './ties.ts'

/** Why the evidence of a step is not simply there. */
export interface Problem {
  readonly code: ReasonCode
  readonly severity: 'deny' | 'cannot-tell'
  readonly message: string
}

export interface PassedOver {
  readonly link: SignedLink
  readonly code: ReasonCode
  readonly why: string
}

/** What was chosen for a step. Several groups: every one of them must pass. */
export interface Choice {
  readonly step: Step
  readonly groups: readonly (readonly SignedLink[])[]
  readonly problems: readonly Problem[]
  readonly passedOver: readonly PassedOver[]
  /** of the build's delivery, and cannot count: shown with the reason */
  readonly unusable: readonly Unusable[]
  /** other links let in from elsewhere, or copies */
  readonly mixed: readonly SignedLink[]
}

/** A build with what its steps hold: `own` came in its delivery, the rest did not. */
export interface Case {
  readonly store: Store
  readonly build: FinalGroup
  readonly finalFiles: ReadonlyMap<string, Digests>
}

const NONE = { groups: [], problems: [], passedOver: [], unusable: [], mixed: [] }

/** Links of a step that came in the build's own delivery; without a delivery, the final group alone. */
export function ownLinks({ store, build }: Case, step: string): SignedLink[] {
  const links = store.evidence.links.get(step) ?? []
  const { deliveryId } = build
  if (deliveryId !== null) return links.filter(({ heldBy }) => heldBy.has(deliveryId))
  return step === build.step ? links.filter(({ content }) => content === build.content) : []
}

/** Documents of the delivery that name the step and cannot count for it. */
export function ownUnusable({ store, build }: Case, step: string): Unusable[] {
  const { deliveryId } = build
  if (deliveryId === null) return []
  return (store.evidence.unusable.get(step) ?? []).filter(({ heldBy }) => heldBy.has(deliveryId))
}

/** Links that list every final file: the only door from another delivery. It is shut where the step made none. */
export function throughFinalFile({ store, build, finalFiles }: Case, links: readonly SignedLink[]): SignedLink[] {
  const final = store.evidence.links.get(build.step)?.find(({ content }) => content === build.content)
  if (final === undefined) return []
  const made = madeFiles(final.record)
  if (![...finalFiles].some(([path, digests]) => made.has(path) && canTie(digests))) return []
  return links.filter((link) => !link.sublayout && isHeldSomewhere(link, build) && listsAll(link.record, finalFiles))
}

/** A file of the build's own folder whose name says that it stands for somebody else is not "from elsewhere". */
function isHeldSomewhere({ heldBy, sightings }: SignedLink, { deliveryId }: FinalGroup): boolean {
  if (deliveryId !== null && heldBy.has(deliveryId)) return true
  return sightings.some((sighting) => sighting.deliveryId !== deliveryId || deliveryId === null)
}

/** Rule 1 where the delivery holds links of the step that are new in it. Null: ties have to decide. */
export function chooseFresh(
  one: Case,
  step: Step,
  fresh: readonly SignedLink[],
  own: readonly SignedLink[],
): Choice | null {
  const base = { ...NONE, step, unusable: ownUnusable(one, step.name) }
  const groups = groupsOf(fresh)
  if (groups.length === 1) {
    const [group = []] = groups
    const signers = new Set(group.map(({ identity }) => identity))
    const dissent = own.filter((link) => !signers.has(link.identity) && link.content !== group[0]?.content)
    const copies = own.filter((link) => !fresh.includes(link)).map(copyPassedOver)
    const problems = dissent.slice(0, 1).map((link) => copiedDissent(step, link))
    return { ...base, groups, problems, passedOver: copies }
  }
  const people = new Set(fresh.map(({ identity }) => identity))
  // several people and several records: the verifier says who disagrees about what
  if (people.size > 1) return { ...base, groups: [fresh], problems: [disagreement(step, groups)] }
  if (step.name !== one.build.step) return null
  const mine = groups.filter((group) => group[0]?.content === one.build.content)
  return { ...base, groups: mine }
}

export function groupsOf(links: readonly SignedLink[]): SignedLink[][] {
  return [...Map.groupBy(links, ({ content }) => content).values()]
}

/** One signer, one step, two different links: without a tie nobody knows which speaks about this build. */
export function hasTwoLinks(fresh: readonly SignedLink[]): boolean {
  const perSigner = Map.groupBy(fresh, ({ identity }) => identity)
  return [...perSigner.values()].some((links) => new Set(links.map(({ signedSha256 }) => signedSha256)).size > 1)
}

/** Rule 1 with several groups of one signer: those that digests bind. */
export function chooseByTie(
  one: Case,
  step: Step,
  fresh: readonly SignedLink[],
  selected: Selected | null,
): Choice | null {
  const base = { ...NONE, step, unusable: ownUnusable(one, step.name) }
  const groups = groupsOf(fresh)
  const latest = one.build.firstSeen + one.store.input.waiting
  const tied = groups.filter(
    (group) => group.some(({ firstSeen }) => firstSeen <= latest) && isTied(tieOfGroup(step, group, selected)),
  )
  if (tied.length > 0) {
    const rest = groups.filter((group) => !tied.includes(group)).flat()
    return {
      ...base,
      groups: tied,
      passedOver: rest.map((link) => passedOver(link, 'RUN_TWICE', 'no digest ties it to this build')),
    }
  }
  if (selected !== null && isOpen(step, selected)) return null
  const names = groups.flat().map(({ stored }) => stored.document.source)
  const message = `Step ${step.name} was recorded ${groups.length} times in this run with different files (${names.slice(0, 5).join(', ')}), and no digest says which belongs to this build. in-toto has one link per step.`
  return {
    ...base,
    problems: [{ code: 'RUN_TWICE', severity: 'cannot-tell', message }],
    passedOver: groups.flat().map((link) => passedOver(link, 'RUN_TWICE', 'it is one of several')),
  }
}

/** Rule 1 with copies only: those that consume what this build made, or list the final file. */
export function chooseCopies(one: Case, step: Step, copies: readonly SignedLink[], selected: Selected | null): Choice {
  const base = { ...NONE, step, unusable: ownUnusable(one, step.name) }
  const listing = new Set(throughFinalFile(one, copies))
  const let_in = copies.filter(
    (link) =>
      !link.sublayout &&
      ((listing.has(link) && (selected === null || fits(step, link, selected))) ||
        tieOfGroup(step, [link], selected)?.consumer === true),
  )
  const rest = copies.filter((link) => !let_in.includes(link)).map(copyPassedOver)
  if (let_in.length > 0) return { ...base, groups: groupsOf(let_in), mixed: let_in, passedOver: rest }
  const whence = copies[0] === undefined ? 'before' : origin(one.store, copies[0])
  const message = `The link of ${step.name} in this run was seen ${whence}. It says nothing about this build.`
  return { ...base, problems: [{ code: 'REPLAYED', severity: 'cannot-tell', message }], passedOver: rest }
}

/** Rule 2: from any delivery, or none, whatever lists the final file and leaves no file of a MATCH over. */
export function chooseElsewhere(one: Case, step: Step, selected: Selected | null): Choice | null {
  const own = new Set(ownLinks(one, step.name))
  const others = (one.store.evidence.links.get(step.name) ?? []).filter((link) => !own.has(link))
  const listing = throughFinalFile(one, others).filter((link) => selected === null || fits(step, link, selected))
  if (listing.length === 0) return null
  return { ...NONE, step, groups: groupsOf(listing), mixed: listing }
}

/** No MATCH of a selected step leaves a file over for it. */
export function fits(step: Step, link: SignedLink, selected: Selected): boolean {
  const records = new Map([...selected.records, [step.name, link.record] as const])
  return selected.layout.steps.every((other) => {
    const record = selected.records.get(other.name)
    return record === undefined || other.name === step.name || leftOver(other, record, step.name, records) === null
  })
}

export function tieOfGroup(step: Step, group: readonly SignedLink[], selected: Selected | null): Tie | null {
  const [first] = group
  return first === undefined || first.sublayout || selected === null ? null : tieOf(step, first.record, selected)
}

export function isTied(tie: Tie | null): boolean {
  return tie !== null && tie.over === null && (tie.supplier || tie.consumer)
}

/** A step that a MATCH relates to it is not chosen yet: it may still bind. */
function isOpen(step: Step, { layout, records }: Selected): boolean {
  return layout.steps.some((other) => other.name !== step.name && !records.has(other.name) && isRelated(step, other))
}

export function passedOver(link: SignedLink, code: ReasonCode, why: string): PassedOver {
  return { link, code, why }
}

function copyPassedOver(link: SignedLink): PassedOver {
  return passedOver(link, 'REPLAYED', 'the same signed bytes were seen before, in another run')
}

/** `in run-41 (brought by Ada)`: where signed bytes were first seen. */
export function origin(store: Store, link: SignedLink): string {
  const first = link.sightings.reduce((a, b) => (b.at < a.at ? b : a))
  const delivery = first.deliveryId === null ? undefined : store.evidence.deliveries.get(first.deliveryId)
  const where = delivery === undefined ? 'before, without a run' : `before, in run ${delivery.label || first.path}`
  return `${where} (${new Date(first.at).toISOString()}, brought by ${first.by})`
}

function copiedDissent(step: Step, link: SignedLink): Problem {
  const message = `${link.stored.document.source} in this run says something else about step ${step.name}, in bytes that were seen before. It may be a dissent or a replay.`
  return { code: 'SIGNERS_DISAGREE', severity: 'cannot-tell', message }
}

function disagreement(step: Step, groups: readonly (readonly SignedLink[])[]): Problem {
  const names = groups.map((group) => group[0]?.stored.document.source ?? '').slice(0, 5)
  const message = `Different functionaries say different things about step ${step.name}: ${names.join(', ')}.`
  return { code: 'SIGNERS_DISAGREE', severity: 'deny', message }
}
