import { z } from 'zod'
import { type Entry, type Memory, type Skipped, SourceError } from '../connector.ts'
import { digestSchema, sha256Of } from './digest.ts'
import { getManifest, isThere } from './get-manifest.ts'
import { inParallel } from './in-parallel.ts'
import { type ManifestFacts, manifestFactsSchema } from './manifest.ts'
import { keyOf } from './names.ts'
import { listReferrers } from './referrers.ts'
import type { Registry } from './registry.ts'

/** A manifest to look at. */
export interface Node {
  readonly digest: string
  /** what the way there says it is attached to: shown, and believed by nobody */
  readonly of: string | null
  /** others may refer to it: it is an image, not a list of referrers and no attestation of BuildKit */
  readonly ask: boolean
  /** the registry has just said that it is there; a list that somebody pushed may name what is not */
  readonly sure: boolean
}

const referrersSchema = z.object({ askedAt: z.iso.datetime(), digests: z.array(digestSchema) })
/** What referred to an image when it was asked last. */
export type Referrers = z.infer<typeof referrersSchema>

export interface Found {
  readonly entries: readonly Entry[]
  readonly skipped: readonly Skipped[]
}

/** index, platform, referrer, and what refers to that: deeper is nobody's image */
const MOST_DEPTH = 6
/** below one tag: a bomb of indexes is stopped here, and holds nobody else up for long */
const MOST_MANIFESTS = 2_000

/** One repository, looked at through what was remembered of it. */
export class Walk {
  readonly #registry: Registry
  readonly #memory: Memory
  readonly #repository: string
  readonly #startedAt: Date
  readonly #signal: AbortSignal
  /** by digest, and whether it was also asked what refers to it */
  readonly #seen = new Map<string, boolean>()
  /** null: not asked yet */
  #hasReferrers: boolean | null = null

  constructor(registry: Registry, memory: Memory, repository: string, startedAt: Date, signal: AbortSignal) {
    this.#registry = registry
    this.#memory = memory
    this.#repository = repository
    this.#startedAt = startedAt
    this.#signal = signal
  }

  /**
   * Every piece of evidence that hangs on some manifests: layers of theirs, of their platforms' manifests, and of what
   * refers to those. A manifest that cannot be read is passed over with a sentence, for whoever may push could have put it
   * there; where the registry itself is in the way, the walk ends. Each manifest is looked at once. Throws SourceError.
   */
  async from(nodes: readonly Node[]): Promise<Found> {
    const entries = new Map<string, Entry>()
    const skipped: Skipped[] = []
    let left = MOST_MANIFESTS
    let level = this.#fresh(nodes)
    for (let depth = 0; level.length > 0; depth++) {
      const [first] = level
      if (first !== undefined && (depth > MOST_DEPTH || left < level.length)) skipped.push(this.#tooMuch(first))
      level = depth > MOST_DEPTH ? [] : level.slice(0, left)
      left -= level.length
      const known = await this.#factsOf(level, skipped)
      const next: Node[] = []
      for (const { node, facts } of known) {
        for (const entry of this.#entriesOf(node, facts)) entries.set(entry.key, entry)
        if (facts.is === 'index') next.push(...facts.children.map((child) => childOf(node, child)))
      }
      next.push(...(await this.#referrersOf(known, skipped)))
      level = this.#fresh(next)
    }
    return { entries: [...entries.values()], skipped }
  }

  /** Those that this walk has not looked at yet, as thoroughly as now. */
  #fresh(nodes: readonly Node[]): Node[] {
    return nodes.filter(({ digest, ask }) => {
      const before = this.#seen.get(digest)
      if (before === true || before === ask) return false
      this.#seen.set(digest, ask)
      return true
    })
  }

  async #factsOf(nodes: readonly Node[], skipped: Skipped[]) {
    const remembered = await this.#memory.recall(nodes.map(({ digest }) => this.#manifestKey(digest)))
    const fresh = new Map<string, ManifestFacts>()
    const all = await inParallel(nodes, async (node) => {
      const key = this.#manifestKey(node.digest)
      const known = manifestFactsSchema.safeParse(remembered.get(key))
      if (known.success) return { node, facts: await this.#ifThere(node, known.data) }
      const facts = await this.#orSkip(node.digest, skipped, () =>
        getManifest(this.#registry, this.#repository, node.digest, this.#signal),
      )
      if (facts !== null) fresh.set(key, facts)
      return { node, facts }
    })
    if (fresh.size > 0) await this.#memory.remember(fresh, this.#startedAt)
    return all.flatMap(({ node, facts }) => (facts === null ? [] : [{ node, facts }]))
  }

  /** Remembered evidence that only a pushed list names may have been taken away. */
  async #ifThere(node: Node, facts: ManifestFacts): Promise<ManifestFacts | null> {
    if (node.sure || facts.is === 'index' || facts.evidence.length === 0) return facts
    if (await isThere(this.#registry, this.#repository, node.digest, this.#signal)) return facts
    await this.#memory.forget([this.#manifestKey(node.digest)])
    return null
  }

  /** What a bad manifest costs is itself. */
  async #orSkip<T>(
    digest: string,
    skipped: Skipped[],
    act: () => Promise<T | null>,
    codes = passedOver,
  ): Promise<T | null> {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof SourceError) || !codes.has(error.code)) throw error
      skipped.push({ key: keyOf({ repository: this.#repository, digest }), code: error.code, message: error.message })
      return null
    }
  }

  async #referrersOf(known: readonly { node: Node; facts: ManifestFacts }[], skipped: Skipped[]): Promise<Node[]> {
    const asked = known.filter(({ node, facts }) => node.ask && (facts.is === 'index' || facts.evidence.length === 0))
    if (asked.length === 0 || this.#hasReferrers === false) return []
    const lists = await inParallel(asked, ({ node }) => this.askReferrers(node.digest, skipped))
    return lists.flat()
  }

  /**
   * What refers to a digest, as the registry lists it; nothing where it has no such list. It is remembered: a tag may move
   * on, and what hangs on the image that it stood for still matters. Throws SourceError.
   */
  async askReferrers(digest: string, skipped: Skipped[]): Promise<Node[]> {
    if (this.#hasReferrers === false) return []
    const ask = async (): Promise<string[] | null> => {
      const list = await listReferrers(this.#registry, this.#repository, digest, this.#signal)
      this.#hasReferrers = list !== null
      return list
    }
    // a list that cannot be read says nothing about what is there, so it ends the walk; one that is too long ends itself
    const digests = await this.#orSkip(digest, skipped, ask, tooLong)
    if (digests === null) return []
    const referrers: Referrers = { askedAt: this.#registry.now().toISOString(), digests }
    await this.#memory.remember(new Map([[this.subjectKey(digest), referrers]]), this.#startedAt)
    return nodesOf(digest, digests)
  }

  /** What referred to the images of some keys when that was asked last. */
  async recallReferrers(keys: readonly string[]): Promise<ReadonlyMap<string, Referrers>> {
    const remembered = await this.#memory.recall(keys)
    return new Map(
      keys.flatMap((key) => {
        const { data } = referrersSchema.safeParse(remembered.get(key))
        return data === undefined ? [] : [[key, data] as const]
      }),
    )
  }

  #entriesOf(node: Node, facts: ManifestFacts): Entry[] {
    if (facts.is === 'index') return []
    const place = facts.subject ?? node.of ?? node.digest
    return facts.evidence.map(({ digest, name, created }) => ({
      key: keyOf({ repository: this.#repository, digest }),
      path: `${this.#repository}@${place}/${name}`,
      version: null,
      sha256: sha256Of(digest),
      seenAt: created,
    }))
  }

  #manifestKey(digest: string): string {
    return `manifest ${keyOf({ repository: this.#repository, digest })}`
  }

  /** Under which an image is remembered whose referrers are asked for again in each pass. */
  subjectKey(digest: string): string {
    return `subject ${keyOf({ repository: this.#repository, digest })}`
  }

  #tooMuch({ digest }: Node): Skipped {
    const message =
      `More than ${MOST_MANIFESTS} manifests, or more than ${MOST_DEPTH} levels of them, lie below one tag. This one and ` +
      'what comes after it is passed over.'
    return { key: keyOf({ repository: this.#repository, digest }), code: 'LIMIT', message }
  }
}

/** Whoever may push can make a manifest like that; nothing else suffers from it. */
const passedOver: ReadonlySet<string> = new Set(['INTEGRITY', 'LIMIT', 'BAD_ANSWER'])
const tooLong: ReadonlySet<string> = new Set(['LIMIT'])

export function nodesOf(subject: string, digests: readonly string[]): Node[] {
  return digests.map((digest) => ({ digest, of: subject, ask: true, sure: true }))
}

function childOf(parent: Node, { digest, of }: { digest: string; of: string | null }): Node {
  return { digest, of: of ?? parent.of, ask: parent.ask && of === null, sure: false }
}
