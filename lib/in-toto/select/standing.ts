import type { FinalGroup } from './builds.ts'
import { attemptsUpTo } from './deliveries.ts'
import type { Evidence, SignedLink } from './evidence.ts'
import { linksOf } from './links-of.ts'
import { isJoined } from './signed-runs.ts'

/**
 * What a link is to a build:
 * - `fresh`: new in the build's own delivery, or held by the run that its signed bytes name;
 * - `unsure`: in the delivery, but only digests can say whether it is about this build: it is of an earlier attempt, after
 *   which other files were recorded, or the links of the delivery name several runs;
 * - `copy`: in the delivery, but it speaks of another run;
 * - `replaced`: its signer recorded the step again in a later attempt;
 * - `elsewhere`: not in the delivery.
 */
export type Standing = 'fresh' | 'unsure' | 'copy' | 'replaced' | 'elsewhere'

/** A build's delivery as it sees its links. */
export interface Own {
  readonly standingOf: (link: SignedLink) => Standing
  /** ids of the attempts that make it up; none where the build has no delivery */
  readonly attempts: ReadonlySet<string>
  /** whether the delivery got the first of them in a later attempt than it recorded the second */
  readonly cameLater: (copy: SignedLink, recorded: SignedLink) => boolean
}

/**
 * The delivery of a build: the attempts of its run, and whatever its final link's signed run id brings together.
 * @param evidence of the level whose links are asked about: the outermost layout, or a sublayout in it
 */
export function openDelivery(
  evidence: Evidence,
  build: Pick<FinalGroup, 'step' | 'content' | 'deliveryId' | 'run'>,
  outermost: Evidence = evidence,
): Own {
  const attempts = build.deliveryId === null ? [] : attemptsUpTo(build.deliveryId, evidence.deliveries)
  const numbers = new Map(attempts.map(({ id, attempt }) => [id, attempt]))
  const attemptOf = ({ freshIn }: SignedLink): number | null =>
    freshIn === null ? null : (numbers.get(freshIn) ?? null)
  const isHeld = ({ heldBy }: SignedLink): boolean => attempts.some(({ id }) => heldBy.has(id))

  const recordedIn = ({ links }: Evidence): SignedLink[] =>
    [...links.values()].flat().filter((link) => isHeld(link) && attemptOf(link) !== null)
  const levels = [evidence, ...(outermost === evidence ? [] : [outermost])].map(recordedIn)
  const said = new Set(levels.flat().flatMap(({ run }) => run ?? []))
  const latest = latestAttempts(levels[0] ?? [], attemptOf)
  const rerecorded = levels.flatMap((level) => firstRerecorded(level, attemptOf))
  const joins = linksOf(outermost, build.step).some(
    ({ content, run, ...link }) =>
      content === build.content && run === build.run && isJoined({ run, ...link }, evidence.runs),
  )

  const standingOf = (link: SignedLink): Standing => {
    if (joins && link.run === build.run && isJoined(link, evidence.runs)) return 'fresh'
    if (build.deliveryId === null && build.run === null) {
      const isFinal = evidence === outermost && link.step === build.step && link.content === build.content
      return isFinal ? 'fresh' : 'elsewhere'
    }
    if (!isHeld(link)) return 'elsewhere'
    const attempt = attemptOf(link)
    if (attempt === null || (build.run !== null && link.run !== null && link.run !== build.run)) return 'copy'
    if (attempt < (latest.get(signerOf(link)) ?? attempt)) return 'replaced'
    const isUnsure = namesSeveral(link, build.run, said) || rerecorded.some((later) => later > attempt)
    return isUnsure ? 'unsure' : 'fresh'
  }
  const cameLater = (copy: SignedLink, before: SignedLink): boolean =>
    [...copy.heldBy].some((id) => (numbers.get(id) ?? 0) > (attemptOf(before) ?? Number.POSITIVE_INFINITY))
  return { standingOf, attempts: new Set(numbers.keys()), cameLater }
}

/** Whether the links of the delivery name several runs, of which this link may belong to any. */
function namesSeveral({ run }: SignedLink, own: string | null, said: ReadonlySet<string>): boolean {
  return run === null || own === null ? new Set([...said, ...(own === null ? [] : [own])]).size > 1 : false
}

const signerOf = ({ step, identity }: SignedLink): string => JSON.stringify([step, identity])

type AttemptOf = (link: SignedLink) => number | null

/** Per signer and step the last attempt in which he recorded it. */
function latestAttempts(recorded: readonly SignedLink[], attemptOf: AttemptOf): Map<string, number> {
  const latest = new Map<string, number>()
  for (const link of recorded) {
    latest.set(signerOf(link), Math.max(latest.get(signerOf(link)) ?? 0, attemptOf(link) ?? 0))
  }
  return latest
}

/** Attempts in which a step was recorded with other files than in an attempt before. */
function firstRerecorded(recorded: readonly SignedLink[], attemptOf: AttemptOf): number[] {
  const perStep = Map.groupBy(recorded, ({ step }) => step)
  return [...perStep.values()].flatMap((links) =>
    links.flatMap((link) => {
      const attempt = attemptOf(link) ?? 0
      const changed = links.some((other) => (attemptOf(other) ?? 0) < attempt && other.content !== link.content)
      return changed ? [attempt] : []
    }),
  )
}
