// Longer than most: the rules by which a step's evidence is chosen, side by side, because their order is what matters.
import type { Step } from '../layout.ts'
import type { Digests, ReasonCode } from '../report.ts'
import type { FinalGroup, Store } from './builds.ts'
import { canTie, listsAll, madeFiles } from './content.ts'
import type { SignedLink, Unusable } from './evidence.ts'
import { SELECT_LIMITS } from './input.ts'
import { linksOf, unusableOf } from './links-of.ts'
import type { Rebuild } from './rebuilds.ts'
import { tookReplaced } from './replaced.ts'
import { type Own, openDelivery } from './standing.ts'
import { leftOver, NO_TIE, type Selected, type Tie, tieOf } from './ties.ts'

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
  /** it counts only because the binding accepts mixed runs */
  readonly mixedRuns?: true
  /** what others made from the same files, elsewhere; absent: nothing else */
  readonly rebuilds?: readonly Rebuild[]
}

/** A build with what its delivery holds. */
export interface Case {
  readonly store: Store
  readonly build: FinalGroup
  readonly finalFiles: ReadonlyMap<string, Digests>
  readonly own: Own
  /** the build that is judged, where this is a sublayout in it; else itself */
  readonly outermost: { readonly store: Store; readonly build: FinalGroup }
}

export function openCase(store: Store, build: FinalGroup): Case {
  const own = openDelivery(store.evidence, build)
  return { store, build, finalFiles: build.files, own, outermost: { store, build } }
}

export const NONE = { groups: [], problems: [], passedOver: [], unusable: [], mixed: [] }

/** Links of a step that came in the build's own delivery; without a delivery, the final group alone. */
export function ownLinks({ store, own }: Case, step: string): SignedLink[] {
  return linksOf(store.evidence, step).filter((link) => ['fresh', 'unsure', 'copy'].includes(own.standingOf(link)))
}

/** Those of them that were recorded for this run. */
export function recordedLinks(one: Case, step: string): SignedLink[] {
  return ownLinks(one, step).filter((link) => one.own.standingOf(link) !== 'copy')
}

export function freshLinks(one: Case, step: string): SignedLink[] {
  return ownLinks(one, step).filter((link) => one.own.standingOf(link) === 'fresh')
}

/** Links of a step that are not in the build's delivery. */
export function otherLinks({ store, own }: Case, step: string): SignedLink[] {
  return linksOf(store.evidence, step).filter((link) => own.standingOf(link) === 'elsewhere')
}

/** Documents of the delivery that name the step and cannot count for it. */
export function ownUnusable({ store, own }: Case, step: string): Unusable[] {
  return unusableOf(store.evidence, step).filter(({ heldBy }) => [...own.attempts].some((id) => heldBy.has(id)))
}

/** Links that list every final file: the only door from another delivery. It is shut where the step made none. */
export function throughFinalFile(
  { store, build, finalFiles, own: delivery }: Case,
  links: readonly SignedLink[],
): SignedLink[] {
  const final = linksOf(store.evidence, build.step).find(({ content }) => content === build.content)
  if (final === undefined) return []
  const made = madeFiles(final.record)
  if (![...finalFiles].some(([path, digests]) => made.has(path) && canTie(digests))) return []
  return links.filter(
    (link) => !link.sublayout && isHeldSomewhere(link, build, delivery) && listsAll(link.record, finalFiles),
  )
}

/** A file of the build's own folder whose name says that it stands for somebody else is not "from elsewhere". */
function isHeldSomewhere(link: SignedLink, { deliveryId }: FinalGroup, { standingOf }: Own): boolean {
  if (standingOf(link) !== 'elsewhere') return true
  return link.sightings.some((sighting) => sighting.deliveryId !== deliveryId || deliveryId === null)
}

/**
 * Rule 1 where the delivery holds links of the step that were recorded for this run. Null: ties have to decide.
 * @param recorded of this run, those of earlier attempts too
 */
export function chooseFresh(one: Case, step: Step, recorded: readonly SignedLink[]): Choice | null {
  const base = { ...NONE, step, unusable: ownUnusable(one, step.name) }
  const groups = groupsOf(recorded)
  if (groups.length === 1) {
    const [group = []] = groups
    const fresh = group.filter((link) => one.own.standingOf(link) === 'fresh')
    if (fresh.length === 0) return null
    return { ...base, groups: [fresh], ...besideFresh(one, step, recorded) }
  }
  const people = new Set(recorded.map(({ identity }) => identity))
  // several people and several records: the verifier says who disagrees about what
  if (people.size > 1) return { ...base, groups: [recorded], problems: [disagreement(step, groups)] }
  // one person's, of the final step: of others he would have two links, which ties have to tell apart
  const mine = groups.filter((group) => group[0]?.content === one.build.content)
  return { ...base, groups: mine }
}

/** What a delivery holds beside one group: copies are passed over, and another's that says something else counts. */
function besideFresh(one: Case, step: Step, recorded: readonly SignedLink[]): Pick<Choice, 'problems' | 'passedOver'> {
  const signers = new Set(recorded.map(({ identity }) => identity))
  const copies = ownLinks(one, step.name).filter((link) => !recorded.includes(link))
  const dissent = copies.filter((link) => !signers.has(link.identity) && link.content !== recorded[0]?.content)
  // the file would have been overwritten, with bytes that are no news
  const again = copies.filter((link) =>
    recorded.some(
      (before) =>
        before.identity === link.identity && before.content !== link.content && one.own.cameLater(link, before),
    ),
  )
  return {
    problems: [
      ...dissent.slice(0, 1).map((link) => copiedDissent(step, link)),
      ...again.slice(0, 1).map((link) => copiedAgain(one, step, link)),
    ],
    passedOver: copies.map((link) => copyPassedOver(one, link)),
  }
}

export function groupsOf(links: readonly SignedLink[]): SignedLink[][] {
  return [...Map.groupBy(links, ({ content }) => content).values()]
}

/** A signer with two different links of one step: without a tie nobody knows which speaks about this build. */
export function hasTwoLinks(links: readonly SignedLink[]): boolean {
  const perSigner = Map.groupBy(links, ({ identity }) => identity)
  return [...perSigner.values()].some((links) => new Set(links.map(({ signedSha256 }) => signedSha256)).size > 1)
}

/** Rule 1 where a signer has several links: those that digests bind. */
export function chooseByTie(one: Case, step: Step, fresh: readonly SignedLink[], selected: Selected): Choice {
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
  if (groups.length === 1) return { ...base, ...signedTwice(step, fresh) }
  const message = `Step ${step.name} was recorded ${groups.length} times in this run with different files (${namesOf(groups.flat())}), and no digest says which belongs to this build. in-toto has one link per step.`
  return {
    ...base,
    problems: [{ code: 'RUN_TWICE', severity: 'cannot-tell', message }],
    passedOver: groups.flat().map((link) => passedOver(link, 'RUN_TWICE', 'it is one of several')),
  }
}

function signedTwice(step: Step, fresh: readonly SignedLink[]): Pick<Choice, 'problems' | 'passedOver'> {
  const message = `One functionary signed different links of step ${step.name} in this run (${namesOf(fresh)}), and no digest ties either to this build.`
  return {
    problems: [{ code: 'STEP_UNBOUND', severity: 'cannot-tell', message }],
    passedOver: fresh.map((link) => passedOver(link, 'STEP_UNBOUND', 'it is one of several by the same signer')),
  }
}

/** Rule 1 where only digests can say whether what the delivery holds is about this build. */
export function chooseUnsure(one: Case, step: Step, unsure: readonly SignedLink[], selected: Selected): Choice {
  const base = { ...NONE, step, unusable: ownUnusable(one, step.name) }
  const isSublayout = unsure.every(({ sublayout }) => sublayout) && isOnlyOne(unsure)
  const tie = tieOfGroup(step, unsure, selected)
  const isBound = isTied(tie) && (tie.consumer || !tookReplaced(one, unsure))
  if (isSublayout || isBound) {
    return { ...base, groups: [unsure], ...besideFresh(one, step, unsure) }
  }
  const why = 'it is of an earlier attempt, or of a run that several ids name, and no digest ties it to this build'
  const message = `The link of ${step.name} (${namesOf(unsure)}) came with an earlier attempt, after which other files were recorded, or among links that name several runs; and no digest ties it to this build. Send it again under this attempt, or record the final file as a material of ${step.name}.`
  return {
    ...base,
    problems: [{ code: 'STEP_UNBOUND', severity: 'cannot-tell', message }],
    passedOver: unsure.map((link) => passedOver(link, 'STEP_UNBOUND', why)),
  }
}

/** Rule 1 with copies only: those that consume what this build made, or list the final file. */
export function chooseCopies(one: Case, step: Step, copies: readonly SignedLink[], selected: Selected): Choice {
  const base = { ...NONE, step, unusable: ownUnusable(one, step.name) }
  const listing = new Set(throughFinalFile(one, copies))
  const letIn = copies.filter((link) => {
    if (link.sublayout) return isOnlyOne(copies)
    if (listing.has(link) && fits(step, link, selected)) return true
    const tie = tieOfGroup(step, [link], selected)
    return tie.consumer || (isShared(one, step) && isTied(tie))
  })
  const rest = copies.filter((link) => !letIn.includes(link)).map((link) => copyPassedOver(one, link))
  if (letIn.length > 0) return { ...base, groups: groupsOf(letIn), mixed: letIn, passedOver: rest }
  const whence = copies[0] === undefined ? 'before' : origin(one.store, copies[0])
  const message = `The link of ${step.name} in this run was seen ${whence}. It says nothing about this build.`
  return { ...base, problems: [{ code: 'REPLAYED', severity: 'cannot-tell', message }], passedOver: rest }
}

/** A sublayout is written once and handed to every run: that it came in this one is enough, if no other did. */
function isOnlyOne(copies: readonly SignedLink[]): boolean {
  return groupsOf(copies).length === 1
}

/** Whether one link of the step may serve many builds, by the binding. */
export function isShared({ store }: Case, step: Step): boolean {
  return store.input.sharedSteps?.has(step.name) === true
}

/** Rule 2: from any delivery, or none, whatever lists the final file and leaves no file of a MATCH over. */
export function chooseElsewhere(one: Case, step: Step, selected: Selected): Choice | null {
  const listing = throughFinalFile(one, otherLinks(one, step.name)).filter((link) => fits(step, link, selected))
  if (listing.length === 0) return null
  return { ...NONE, step, groups: groupsOf(listing), mixed: listing }
}

/** No MATCH of a selected step leaves a file over for it. */
export function fits(step: Step, link: SignedLink, selected: Selected): boolean {
  const records = new Map([...selected.records, [step.name, link.record] as const])
  return selected.layout.steps.every((other) => {
    const record = selected.records.get(other.name)
    return record === undefined || leftOver(other, record, step.name, records) === null
  })
}

export function tieOfGroup(step: Step, group: readonly SignedLink[], selected: Selected): Tie {
  const [first] = group
  return first === undefined || first.sublayout ? NO_TIE : tieOf(step, first.record, selected)
}

export function isTied({ supplier, consumer }: Tie): boolean {
  return supplier || consumer
}

export function passedOver(link: SignedLink, code: ReasonCode, why: string): PassedOver {
  return { link, code, why }
}

/** The first of the files that they came in. */
export function namesOf(links: readonly SignedLink[]): string {
  const names = new Set(links.map(({ stored }) => stored.document.source))
  return [...names].slice(0, SELECT_LIMITS.shown).join(', ')
}

function copyPassedOver({ build }: Case, link: SignedLink): PassedOver {
  const said = link.run !== null && link.run !== build.run
  const why = said
    ? `its signed bytes name another run (${link.run})`
    : 'the same signed bytes were seen before, in another run'
  return passedOver(link, 'REPLAYED', why)
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

function copiedAgain({ store }: Case, step: Step, link: SignedLink): Problem {
  const message = `${link.stored.document.source} came for step ${step.name} with a later attempt of this run, in bytes that were seen ${origin(store, link)}. Whether it stands for what the run recorded itself cannot be told.`
  return { code: 'REPLAYED', severity: 'cannot-tell', message }
}

function disagreement(step: Step, groups: readonly (readonly SignedLink[])[]): Problem {
  const message = `Different functionaries say different things about step ${step.name}: ${namesOf(groups.flat())}.`
  return { code: 'SIGNERS_DISAGREE', severity: 'deny', message }
}
