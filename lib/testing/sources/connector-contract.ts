import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Batch, type Connector, type Cursor, type Entry, SourceError } from '#lib/sources/connector.ts'

/** What a kind of source brings along to be held to the contract. */
export interface ContractWorld {
  /** a connector to the source as it is now; opening it again is like a new process */
  open(): Promise<Connector>
  /** puts bytes into the source; answers the key under which `since` will list them */
  put(name: string, bytes: Uint8Array): Promise<string>
  /** takes them away again; absent where the source deletes nothing */
  remove?(key: string): Promise<void>
  /** a connector to something that does not answer, or is not there */
  openUnreachable(): Promise<Connector>
  /** bytes that this source takes, different for each number */
  document(number: number): Uint8Array
  /** a digest that `document(number)` speaks of, and nothing else does */
  digestOf?(number: number): { algo: string; digest: string }
}

const limits = (batchEntries = 3, signal = new AbortController().signal) => ({ batchEntries, signal })

/** The cases that every connector passes. `make` gives an empty source; it is called for each test. */
export function connectorContract(name: string, make: () => Promise<ContractWorld>): void {
  describe(`${name}, as every source`, () => {
    test('says what it reached, and how fast', async () => {
      const { connector } = await filled(make, 2)
      const probe = await connector.probe(limits().signal)
      expect(probe).toMatchObject({ reached: true, what: expect.stringMatching(/\w/) })
      expect(probe.latencyMs).toBeGreaterThanOrEqual(0)
      if (probe.reached && probe.entries?.exact) expect(probe.entries.count).toBe(2)
    })

    test('says in a sentence why it cannot be reached', async () => {
      const world = await make()
      const connector = await world.openUnreachable()
      const probe = await connector.probe(limits().signal)
      expect(probe).toMatchObject({ reached: false, message: expect.stringMatching(/\w.{19,}/) })
      if (connector.capabilities.follows === 'none') return
      await expect(all(connector, null)).rejects.toBeInstanceOf(SourceError)
    })

    test('lists every entry and gives its original bytes', async () => {
      const { connector, keys, world } = await filled(make, 8)
      const { entries } = await all(connector, null)
      expect(keysOf(entries)).toEqual([...keys].sort())
      for (const [number, key] of keys.entries()) {
        const { bytes } = await connector.fetch(key, limits().signal)
        expect(Buffer.from(bytes).equals(world.document(number))).toBe(true)
        const entry = entries.find((e) => e.key === key)
        expect([null, createHash('sha256').update(bytes).digest('hex')]).toContain(entry?.sha256)
      }
    })

    test('keeps to the size of a batch, and ends with the batch that has caught up', async () => {
      const { connector } = await filled(make, 8)
      const { batches } = await all(connector, null)
      expect(batches.every(({ entries }) => entries.length <= 3)).toBe(true)
      expect(batches.map(({ caughtUp }) => caughtUp)).toEqual(batches.map((_, i) => i === batches.length - 1))
    })

    test('an empty source has caught up at once', async () => {
      const { entries, batches } = await all(await (await make()).open(), null)
      expect(entries).toEqual([])
      expect(batches.at(-1)?.caughtUp).toBe(true)
    })

    test('goes on after any batch, in another process, without losing an entry', async () => {
      const { world, keys, connector } = await filled(make, 8)
      const { batches } = await all(connector, null)
      for (const [index, batch] of batches.entries()) {
        if (batch.caughtUp) continue
        const before = batches.slice(0, index + 1).flatMap(({ entries }) => entries)
        const after = await all(await world.open(), asStored(batch.cursor))
        expect(keysOf([...before, ...after.entries])).toEqual([...keys].sort())
      }
    })

    test('finds what came after it had caught up', async () => {
      const { world, connector } = await filled(make, 4)
      const { cursor } = await all(connector, null)
      const key = await world.put('later', world.document(100))
      const { entries } = await all(await world.open(), cursor)
      expect(keysOf(entries)).toContain(key)
    })

    test('stops when it is told to', async () => {
      const { connector } = await filled(make, 4)
      await expect(all(connector, null, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' })
    })

    test('a key that is not there is gone, not a crash', async () => {
      const { connector, keys } = await filled(make, 1)
      const missing = `${keys[0]?.slice(0, -6)}000000`
      await expect(connector.fetch(missing, limits().signal)).rejects.toMatchObject({ code: 'GONE' })
    })

    test('keeps what it is sent, however often, and gives back the same bytes', async () => {
      const { world, connector } = await filled(make, 1)
      if (connector.send === undefined) return
      const bytes = Uint8Array.from(world.document(50))
      expect(await connector.send(bytes, limits().signal)).toBe('taken')
      expect(await connector.send(bytes, limits().signal)).toBe('there')
      const { entries } = await all(await world.open(), null)
      const listed = keysOf(entries)
      expect(listed).toHaveLength(2)
      const kept = await Promise.all(listed.map((key) => connector.fetch(key, limits().signal)))
      expect(kept.some((one) => Buffer.from(one.bytes).equals(Buffer.from(bytes)))).toBe(true)
    })

    test('what was taken away is missing from the next whole pass', async () => {
      const { world, connector, keys } = await filled(make, 4)
      const [gone] = keys
      if (world.remove === undefined || !connector.capabilities.vanishes || gone === undefined) return
      await world.remove(gone)
      const { entries } = await all(await world.open(), null)
      expect(keysOf(entries)).toEqual(keys.slice(1).sort())
    })

    test('finds what speaks of a digest, and nothing for one that nobody knows', async () => {
      const { world, connector, keys } = await filled(make, 3)
      if (!connector.capabilities.byDigest || world.digestOf === undefined) return
      const { algo, digest } = world.digestOf(1)
      expect(keysOf(await connector.byDigest(algo, digest, limits()))).toEqual([keys[1]])
      expect(await connector.byDigest('sha256', 'ab'.repeat(32), limits())).toEqual([])
    })

    test('what it finds by digest are its own entries: the same keys, and the original bytes under them', async () => {
      const { world, connector } = await filled(make, 3)
      if (!connector.capabilities.byDigest || world.digestOf === undefined) return
      const { entries } = await all(connector, null)
      for (const number of [0, 1, 2]) {
        const { algo, digest } = world.digestOf(number)
        const [found, ...more] = await connector.byDigest(algo, digest, limits())
        expect(more).toEqual([])
        expect(entries.find(({ key }) => key === found?.key)).toMatchObject({
          path: found?.path,
          version: found?.version,
        })
        const { bytes } = await connector.fetch(found?.key ?? '', limits().signal)
        expect(Buffer.from(bytes).equals(world.document(number))).toBe(true)
      }
    })

    test('a digest of no kind that it knows finds nothing, and breaks nothing', async () => {
      const { connector } = await filled(make, 1)
      for (const [algo, digest] of [
        ['sha256', 'latest'],
        ['md5', 'ab'.repeat(16)],
        ['sha256', '../../etc/passwd'],
        ['"}', '%00'],
      ] as const)
        expect(await connector.byDigest(algo, digest, limits())).toEqual([])
    })

    test('asking by digest stops when it is told to, and says why where nobody answers', async () => {
      const { world, connector } = await filled(make, 1)
      const { algo, digest } = world.digestOf?.(0) ?? { algo: 'sha256', digest: 'ab'.repeat(32) }
      const unreachable = await world.openUnreachable()
      if (!connector.capabilities.byDigest) {
        expect(await connector.byDigest(algo, digest, limits())).toEqual([])
        return
      }
      await expect(connector.byDigest(algo, digest, limits(3, AbortSignal.abort()))).rejects.toMatchObject({
        code: 'ABORTED',
      })
      await expect(unreachable.byDigest(algo, digest, limits())).rejects.toBeInstanceOf(SourceError)
    })
  })
}

async function filled(make: () => Promise<ContractWorld>, count: number) {
  const world = await make()
  const keys: string[] = []
  for (let number = 0; number < count; number++) keys.push(await world.put(`doc-${number}`, world.document(number)))
  return { world, keys, connector: await world.open() }
}

/** A whole pass. A connector that never catches up is cut after a thousand batches. */
async function all(connector: Connector, cursor: Cursor, signal?: AbortSignal) {
  const batches: Batch[] = []
  for await (const batch of connector.since(cursor, limits(3, signal))) {
    batches.push(batch)
    if (batches.length > 1_000) throw new Error('the pass does not end')
  }
  return { batches, entries: batches.flatMap((b) => b.entries), cursor: asStored(batches.at(-1)?.cursor ?? null) }
}

/** As the database gives it back. */
function asStored(cursor: Cursor): Cursor {
  return JSON.parse(JSON.stringify(cursor))
}

function keysOf(entries: readonly Entry[]): string[] {
  return [...new Set(entries.map(({ key }) => key))].sort()
}
