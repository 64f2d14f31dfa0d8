import { FormatError } from '#lib/crypto/index.ts'
import { compileGlob } from '../glob.ts'
import type { Layout } from '../layout.ts'
import type { Digests } from '../report.ts'
import { substituteParameters } from '../verify/parameters.ts'
import { madeFiles } from './content.ts'
import { isOwn } from './deliveries.ts'
import { type Evidence, gatherStore, type SignedLink } from './evidence.ts'
import type { SelectInput } from './input.ts'

/** A build: a final group in the delivery in which it is new, or in none. */
export interface FinalGroup {
  readonly step: string
  /** equal for equal materials and products */
  readonly content: string
  readonly deliveryId: string | null
  /** path -> digests of what may be asked for */
  readonly files: ReadonlyMap<string, Digests>
  /** when its first final link was seen */
  readonly firstSeen: number
}

/** The store as one layout sees it: gathered once, used for every build in it. */
export interface Store {
  readonly input: SelectInput
  readonly layout: Layout
  readonly evidence: Evidence
}

/** Reads the store through a layout. @throws Error where `input.layout` is none */
export function openStore(input: SelectInput): Store {
  const { envelope } = input.layout
  if (envelope.kind !== 'layout') throw new Error(`${input.layout.source} is a ${envelope.kind}, not a layout`)
  const layout = parametrised(envelope.document, input.parameters)
  return { input, layout, evidence: gatherStore(input, layout) }
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
 * The builds of a store. A group starts one in each own delivery in which a link of it is new, and one without a
 * delivery where it is new nowhere. Copies open nothing.
 */
export function findBuilds({ input, layout, evidence }: Store): FinalGroup[] {
  const builds: FinalGroup[] = []
  for (const step of finalSteps(layout, input.finalFiles)) {
    const groups = Map.groupBy(evidence.links.get(step) ?? [], ({ content }) => content)
    for (const links of groups.values()) builds.push(...buildsOf(step, links, input, evidence))
  }
  return builds
}

function buildsOf(
  step: string,
  links: readonly SignedLink[],
  input: SelectInput,
  { deliveries }: Evidence,
): FinalGroup[] {
  const [first] = links
  if (first === undefined) return []
  const files = filesOf(step, first, input.finalFiles)
  const base = { step, content: first.content, files }
  const fresh = Map.groupBy(
    links.filter(({ freshIn }) => freshIn !== null),
    ({ freshIn }) => freshIn,
  )
  if (fresh.size === 0) {
    // somebody else's pushes start nothing here
    const seen = links
      .flatMap(({ sightings }) => sightings)
      .filter(({ deliveryId }) => {
        const delivery = deliveryId === null ? undefined : deliveries.get(deliveryId)
        return delivery === undefined || isOwn(delivery, input.softwareId)
      })
    if (seen.length === 0) return []
    return [{ ...base, deliveryId: null, firstSeen: Math.min(...seen.map(({ at }) => at)) }]
  }
  return [...fresh].flatMap(([id, own]) => {
    const delivery = id === null ? undefined : deliveries.get(id)
    if (delivery === undefined || !isOwn(delivery, input.softwareId)) return []
    return [{ ...base, deliveryId: delivery.id, firstSeen: Math.min(...own.map(({ firstSeen }) => firstSeen)) }]
  })
}

function filesOf(step: string, { record }: SignedLink, finalFiles: SelectInput['finalFiles']): Map<string, Digests> {
  const globs = finalFiles.filter((one) => one.step === step).map(({ pattern }) => compileGlob(pattern))
  const files = globs.length === 0 ? madeFiles(record) : record.products
  return new Map([...files].filter(([path]) => globs.length === 0 || globs.some(({ matches }) => matches(path))))
}
