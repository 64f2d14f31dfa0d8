import type { Step } from '../layout.ts'
import {
  type Case,
  type Choice,
  origin,
  otherLinks,
  ownUnusable,
  type PassedOver,
  passedOver,
  tieOfGroup,
} from './choose.ts'
import { linkName, type SignedLink } from './evidence.ts'
import { SELECT_LIMITS } from './input.ts'
import type { Selected } from './ties.ts'

/** No link stands for the step (rule 4): unbound where one exists that would fit, else pending or missing. */
export function chooseNothing(one: Case, step: Step, selected: Selected): Choice {
  const unusable = ownUnusable(one, step.name)
  const near = otherLinks(one, step.name).map((link) => nearness(one, step, link, selected))
  const shown = near.toSorted(nearestFirst).slice(0, SELECT_LIMITS.shown)
  const base = { step, groups: [], passedOver: shown.map(({ over }) => over), unusable, mixed: [] }
  // a document that cannot count is the verifier's matter: it says what is wrong with it
  if (unusable.length > 0) return { ...base, problems: [] }
  const fitting = near.filter((link) => link.fits)
  const pending = one.store.input.at < one.build.firstSeen + one.store.input.waiting
  if (fitting.length > 0 && (!pending || fitting.some(({ loose }) => loose))) {
    return { ...base, problems: [unbound(step, shown)] }
  }
  return { ...base, problems: pending ? [notYet(one, step, shown)] : [] }
}

interface Near {
  readonly over: PassedOver
  /** nothing says that it belongs elsewhere */
  readonly loose: boolean
  /** it would fit this build as far as digests say */
  readonly fits: boolean
}

function nearness({ store, build }: Case, step: Step, link: SignedLink, selected: Selected): Near {
  const loose = link.heldBy.size === 0
  const misnamed = build.deliveryId !== null && link.sightings.some(({ deliveryId }) => deliveryId === build.deliveryId)
  const wanted = linkName(step.name, link.keyid)
  const belongs = misnamed
    ? `in a folder its file has to be called ${wanted}`
    : loose
      ? 'it came without a run'
      : `it was seen ${origin(store, link)}`
  const { over } = tieOfGroup(step, [link], selected)
  const why = over === null ? belongs : `${belongs}, and ${over.artifact} of ${over.step} has no counterpart in it`
  // what no MATCH takes anything of would fit any build
  return { over: passedOver(link, 'STEP_UNBOUND', why), loose, fits: over === null }
}

function nearestFirst(a: Near, b: Near): number {
  return (
    Number(b.fits) - Number(a.fits) ||
    Number(b.loose) - Number(a.loose) ||
    b.over.link.firstSeen - a.over.link.firstSeen ||
    (a.over.link.signedSha256 < b.over.link.signedSha256 ? -1 : 1)
  )
}

function unbound(step: Step, shown: readonly Near[]) {
  const names = shown.map(({ over }) => `${over.link.stored.document.source}: ${over.why}`).join('; ')
  const message = `No link of step ${step.name} came with this run, and nothing ties another to it (${names}). Record the final file as a material of ${step.name}, send its link under the same run and attempt, or have ${step.name} marked as shared where one link serves many builds.`
  return { code: 'STEP_UNBOUND' as const, severity: 'cannot-tell' as const, message }
}

function notYet({ build, store }: Case, step: Step, shown: readonly Near[]) {
  const until = new Date(build.firstSeen + store.input.waiting).toISOString()
  const others = shown.length === 0 ? '' : ` Links of other runs were passed over (${shown[0]?.over.why}).`
  const message = `No link of step ${step.name} has arrived with this run; it may until ${until}.${others}`
  return { code: 'EVIDENCE_PENDING' as const, severity: 'cannot-tell' as const, message }
}
