import type { Step } from '../layout.ts'
import {
  type Case,
  type Choice,
  groupsOf,
  isShared,
  isTied,
  NONE,
  otherLinks,
  ownUnusable,
  tieOfGroup,
} from './choose.ts'
import type { SignedLink } from './evidence.ts'
import { linksOf } from './links-of.ts'
import { isRelated, type Selected, suppliesMade } from './ties.ts'

/**
 * Rule 3: from any delivery, or none, whatever digests tie, where the binding marks the step as shared or accepts mixed
 * runs. A shared step's link serves many builds; another's must belong to no other.
 */
export function chooseMixed(one: Case, step: Step, selected: Selected): Choice | null {
  const shared = isShared(one, step)
  if (!shared && one.store.input.mixedRuns !== true) return null
  const latest = one.build.firstSeen + one.store.input.waiting
  const tied = otherLinks(one, step.name).filter(
    (link) =>
      link.firstSeen <= latest &&
      isTied(tieOfGroup(step, [link], selected)) &&
      (shared || belongsNowhereElse(one, step, link, selected)),
  )
  if (tied.length === 0) return null
  const base = { ...NONE, step, unusable: ownUnusable(one, step.name), groups: groupsOf(tied), mixed: tied }
  return shared ? base : { ...base, mixedRuns: true }
}

/** What counts only because mixed runs are accepted; asked again once everything is selected. */
export function belongsNowhereElse(one: Case, step: Step, link: SignedLink, selected: Selected): boolean {
  return !link.foreign && !suppliesAnother(one, step, link) && !cameWithAnother(one, step, link, selected)
}

/** Whether a link of another run, seen no later than this build, took what this one made. */
function suppliesAnother({ store, build, own }: Case, step: Step, link: SignedLink): boolean {
  return store.layout.steps.some(
    (consumer) =>
      consumer.name !== step.name &&
      isRelated(step, consumer) &&
      linksOf(store.evidence, consumer.name).some((other) => {
        if (own.standingOf(other) !== 'elsewhere' || other.sublayout || other.firstSeen > build.firstSeen) return false
        const records = new Map([[step.name, link.record]])
        return suppliesMade(consumer, other.record, step.name, link.record, records)
      }),
  )
}

/** Whether a delivery that holds it holds another link for a step that is filled here. */
function cameWithAnother({ store }: Case, step: Step, { heldBy }: SignedLink, selected: Selected): boolean {
  return [...selected.links].some(
    ([name, chosen]) =>
      name !== step.name &&
      linksOf(store.evidence, name).some(
        (other) => !chosen.includes(other) && [...heldBy].some((id) => other.heldBy.has(id)),
      ),
  )
}
