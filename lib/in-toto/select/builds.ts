import { FormatError } from '#lib/crypto/index.ts'
import { compileGlob } from '../glob.ts'
import type { Layout } from '../layout.ts'
import type { Digests } from '../report.ts'
import { substituteParameters } from '../verify/parameters.ts'
import { madeFiles } from './content.ts'
import { attemptsFrom, isOwn } from './deliveries.ts'
import { type Evidence, gatherStore, type SignedLink } from './evidence.ts'
import type { SelectInput } from './input.ts'
import { linksOf, unprovenOf } from './links-of.ts'
import { isJoined } from './signed-runs.ts'
import { openDelivery } from './standing.ts'
import { type Excluded, withoutTakenOut } from './taken-out.ts'

/** A build: a final group in the delivery in which it is new, or in none. */
export interface FinalGroup {
  readonly step: string
  /** equal for equal materials and products */
  readonly content: string
  readonly deliveryId: string | null
  /** the run that its final link's signed bytes name; null where they name none */
  readonly run: string | null
  /** path -> digests of what may be asked for */
  readonly files: ReadonlyMap<string, Digests>
  /** when its first final link was seen */
  readonly firstSeen: number
  /** nothing proves that its final link was signed while the certificate was valid: it is shown, and never allowed */
  readonly unproven?: true
}

/** The store as one layout sees it: gathered once, used for every build in it. */
export interface Store {
  readonly input: SelectInput
  readonly layout: Layout
  readonly evidence: Evidence
  /** what somebody took out of consideration */
  readonly excluded: readonly Excluded[]
}

/** Reads the store through a layout. @throws Error where `input.layout` is none */
export function openStore(input: SelectInput): Store {
  const { envelope } = input.layout
  if (envelope.kind !== 'layout') throw new Error(`${input.layout.source} is a ${envelope.kind}, not a layout`)
  const layout = parametrised(envelope.document, input.parameters)
  const { kept, excluded } = withoutTakenOut(input)
  return { input: kept, layout, evidence: gatherStore(kept, layout), excluded }
}

/** Parameters that do not fit are the verifier's finding; the rules then stay as they are written. */
function parametrised(layout: Layout, parameters: ReadonlyMap<string, string> | null): Layout {
  if (parameters === null) return layout
  try {
    return substituteParameters(layout, parameters)
  } catch (error) {
    if (error instanceof FormatError) return layout
    throw error
  }
}

/** Names of the steps whose products are final: those that the settings name, else the last of the list. */
export function finalSteps(layout: Layout, finalFiles: SelectInput['finalFiles']): string[] {
  if (finalFiles.length === 0) return layout.steps.slice(-1).map(({ name }) => name)
  const wanted = new Set(finalFiles.map(({ step }) => step))
  return layout.steps.map(({ name }) => name).filter((name) => wanted.has(name))
}

/**
 * The builds of a store. A group starts one in each own delivery in which a link of it is new (and in each later attempt
 * of that run), and one without a delivery where it is new nowhere. Copies open nothing.
 */
export function findBuilds({ input, layout, evidence }: Store): FinalGroup[] {
  const builds: FinalGroup[] = []
  for (const step of finalSteps(layout, input.finalFiles)) {
    const groups = Map.groupBy(linksOf(evidence, step), ({ content }) => content)
    for (const links of groups.values()) builds.push(...buildsOf(step, links, input, evidence))
    builds.push(...unprovenBuilds(step, builds, input, evidence))
  }
  return builds
}

/** Builds whose final link nobody can tell to be signed in time, where no other link makes the same build. */
function unprovenBuilds(
  step: string,
  known: readonly FinalGroup[],
  input: SelectInput,
  evidence: Evidence,
): FinalGroup[] {
  const groups = Map.groupBy(unprovenOf(evidence, step), ({ content }) => content)
  const found = [...groups.values()].flatMap((links) => buildsOf(step, links, input, evidence))
  return found
    .filter(({ content, deliveryId }) => !known.some((one) => isSame(one, { step, content, deliveryId })))
    .map((build) => ({ ...build, unproven: true }))
}

function isSame(one: FinalGroup, other: Pick<FinalGroup, 'step' | 'content' | 'deliveryId'>): boolean {
  return one.step === other.step && one.content === other.content && one.deliveryId === other.deliveryId
}

function buildsOf(step: string, links: readonly SignedLink[], input: SelectInput, evidence: Evidence): FinalGroup[] {
  const [first] = links
  if (first === undefined) return []
  const base = { step, content: first.content, files: filesOf(step, first, input.finalFiles) }
  const places = [...placesOf(links, input, evidence).values()]
  const found = places.length > 0 ? places : looseOf(links, input, evidence)
  return found.map((place) => ({ ...base, ...place }))
}

type Place = Pick<FinalGroup, 'deliveryId' | 'run' | 'firstSeen'>

/** Where a final link is new: per delivery, and there per run that the links name. */
function placesOf(links: readonly SignedLink[], { softwareId }: SelectInput, evidence: Evidence): Map<string, Place> {
  const { deliveries } = evidence
  const places = new Map<string, Place>()
  for (const link of links) {
    const fresh = link.freshIn === null ? undefined : deliveries.get(link.freshIn)
    if (fresh === undefined || !isOwn(fresh, softwareId)) continue
    for (const { id } of attemptsFrom(fresh.id, deliveries)) {
      // a later attempt holds it too, unless it was recorded again there or made of files that were
      const there = { step: link.step, content: link.content, deliveryId: id, run: link.run }
      if (id !== fresh.id && openDelivery(evidence, there).standingOf(link) !== 'fresh') continue
      const key = JSON.stringify([id, link.run])
      const firstSeen = Math.min(link.firstSeen, places.get(key)?.firstSeen ?? link.firstSeen)
      places.set(key, { deliveryId: id, run: link.run, firstSeen })
    }
  }
  return new Map([...places].filter(([, place]) => !isNamedBeside(place, [...places.values()])))
}

/** Beside a link that names its run, one that names none adds to it and starts nothing of its own. */
function isNamedBeside({ deliveryId, run }: Place, places: readonly Place[]): boolean {
  return run === null && places.some((other) => other.deliveryId === deliveryId && other.run !== null)
}

/** New in no delivery: a build without one, per run that its links name. Somebody else's pushes start nothing here. */
function looseOf(links: readonly SignedLink[], { softwareId }: SelectInput, { deliveries, runs }: Evidence): Place[] {
  // where it is new among the pushes of another software, it is that one's
  if (links.some(({ freshIn }) => freshIn !== null)) return []
  const places = new Map<string | null, Place>()
  for (const link of links) {
    const run = isJoined(link, runs) ? link.run : null
    for (const { deliveryId, at } of link.sightings) {
      const delivery = deliveryId === null ? undefined : deliveries.get(deliveryId)
      if (delivery !== undefined && !isOwn(delivery, softwareId)) continue
      const firstSeen = Math.min(at, places.get(run)?.firstSeen ?? at)
      places.set(run, { deliveryId: null, run, firstSeen })
    }
  }
  const found = [...places.values()]
  return found.filter((place) => !isNamedBeside(place, found))
}

function filesOf(step: string, { record }: SignedLink, finalFiles: SelectInput['finalFiles']): Map<string, Digests> {
  const globs = finalFiles.filter((one) => one.step === step).map(({ pattern }) => compileGlob(pattern))
  const files = globs.length === 0 ? madeFiles(record) : record.products
  return new Map([...files].filter(([path]) => globs.length === 0 || globs.some(({ matches }) => matches(path))))
}
