import { createHash } from 'node:crypto'
import {
  type Batch,
  type Capabilities,
  type Connector,
  type Cursor,
  type Entry,
  type PassLimits,
  type Probe,
  SourceError,
} from '#lib/sources/connector.ts'

/** A source in memory that can be told to fail. Entries are in the order in which they were put. */
export class MemorySource implements Connector {
  readonly capabilities: Capabilities
  readonly entries = new Map<string, Uint8Array>()
  /** put later than their place in the order says: `since` from a cursor misses them */
  readonly late = new Set<string>()
  /** thrown by `since`, while set */
  down: SourceError | null = null
  /** thrown by `fetch` of a key, while set */
  readonly broken = new Map<string, Error>()
  /** called before each fetch */
  onFetch: (key: string) => Promise<void> | void = () => undefined
  fetched = 0
  /** keys of what speaks of a digest */
  readonly about = new Map<string, readonly string[]>()
  /** called before each question about a digest is answered */
  onAsk: () => Promise<void> | void = () => undefined

  constructor(follows: Capabilities['follows'] = 'changes') {
    this.capabilities = { follows, byDigest: true, vanishes: true, metadataOnly: true }
  }

  put(key: string, bytes: Uint8Array): this {
    this.entries.set(key, bytes)
    return this
  }

  probe(): Promise<Probe> {
    const entries = { count: this.entries.size, exact: true }
    return Promise.resolve({ reached: true, what: 'memory', version: null, entries, latencyMs: 0, notes: [] })
  }

  async *since(cursor: Cursor, { batchEntries, signal }: PassLimits): AsyncGenerator<Batch> {
    let from = typeof cursor === 'number' && this.capabilities.follows === 'changes' ? cursor : 0
    for (;;) {
      if (signal.aborted) throw new SourceError('ABORTED', 'It was stopped.')
      if (this.down !== null) throw this.down
      const keys = [...this.entries.keys()].filter((key) => cursor === null || !this.late.has(key))
      const some = keys.slice(from, from + batchEntries)
      from += some.length
      const caughtUp = from >= keys.length
      const total = this.entries.size
      yield { entries: some.map((key) => this.entryOf(key)), cursor: from, caughtUp, total }
      if (caughtUp) return
    }
  }

  async byDigest(algo: string, digest: string): Promise<readonly Entry[]> {
    await this.onAsk()
    if (this.down !== null) throw this.down
    return (this.about.get(`${algo}:${digest}`) ?? []).map((key) => this.entryOf(key))
  }

  async fetch(key: string): Promise<{ bytes: Uint8Array }> {
    await this.onFetch(key)
    this.fetched++
    const error = this.broken.get(key)
    if (error !== undefined) throw error
    const bytes = this.entries.get(key)
    if (bytes === undefined) throw new SourceError('GONE', `There is no ${key} any more.`)
    return { bytes }
  }

  private entryOf(key: string): Entry {
    const bytes = this.entries.get(key) ?? new Uint8Array()
    const version = this.capabilities.follows === 'sweep' ? createHash('sha256').update(bytes).digest('hex') : null
    return { key, path: key, version, sha256: null, seenAt: null }
  }
}
