import type { Step } from '../layout.ts'
import { type Case, type Choice, NONE, namesOf, otherLinks, ownLinks, ownUnusable, passedOver } from './choose.ts'
import type { SignedLink } from './evidence.ts'
import type { SelectInput, StoredDocument } from './input.ts'

/** The sublayout that has to stand for a step, by the binding: sha256 of its signed bytes. */
function pinOf({ store }: Case, step: Step): string | undefined {
  return store.input.sublayouts?.get(step.name)
}

/** The steps for which a document is pinned, wherever it came and whatever it is called. */
export function stepsPinnedTo(stored: StoredDocument, { sublayouts = new Map() }: SelectInput): string[] {
  return [...sublayouts].filter(([, sha256]) => stored.signedSha256 === sha256).map(([step]) => step)
}

/**
 * A step whose sublayout the binding pins by digest: that document counts, wherever it came from, and no other, however
 * valid. Where the run holds something else for the step, nobody can tell: in-toto would take that. Null: nothing is
 * pinned.
 */
export function choosePinned(one: Case, step: Step): Choice | null {
  const pin = pinOf(one, step)
  if (pin === undefined) return null
  const isPinned = ({ sublayout, signedSha256 }: SignedLink): boolean => sublayout && signedSha256 === pin
  const own = ownLinks(one, step.name)
  const base = { ...NONE, step, unusable: ownUnusable(one, step.name) }
  const others = own.filter((link) => !isPinned(link))
  if (others.length > 0) {
    const message = `The binding pins the sublayout of step ${step.name} to sha256 ${pin}, and this run holds something else for it: ${namesOf(others)}. Send the pinned sublayout, or change the pin.`
    return {
      ...base,
      problems: [{ code: 'STEP_UNBOUND', severity: 'cannot-tell', message }],
      passedOver: others.map((link) => passedOver(link, 'STEP_UNBOUND', 'it is not the sublayout that is pinned')),
    }
  }
  const elsewhere = otherLinks(one, step.name).filter(isPinned)
  if (own.length + elsewhere.length === 0) return { ...base, problems: [absent(step, pin)] }
  const copied = own.filter((link) => one.own.standingOf(link) === 'copy')
  return { ...base, groups: [[...own, ...elsewhere]], mixed: [...copied, ...elsewhere] }
}

function absent(step: Step, pin: string) {
  const message = `The binding pins the sublayout of step ${step.name} to sha256 ${pin}, and no such document by a functionary of the step is here. Bring it in.`
  return { code: 'STEP_UNBOUND' as const, severity: 'cannot-tell' as const, message }
}
