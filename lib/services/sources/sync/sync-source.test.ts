// Longer than most: one source through all that can happen to it while it is followed.
import { randomUUID } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { type SourceSettings, sourceSettingsSchema } from '#lib/contract/sources.ts'
import { utf8 } from '#lib/crypto/index.ts'
import { db, inTransaction } from '#lib/db/client.ts'
import { SourceError } from '#lib/sources/connector.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { signedIn } from '#lib/testing/people.ts'
import { MemorySource } from '#lib/testing/sources/memory-source.ts'
import { SYNC } from '../limits.ts'
import { removeSource } from '../remove.ts'
import { replaySource } from '../replay.ts'
import { enqueueDue } from './enqueue-due.ts'
import { syncKey, syncSource } from './sync-source.ts'

useDatabase()

const ci = makeKey('ci')
const archivista = sourceSettingsSchema.parse({ kind: 'archivista', url: 'https://a.example' })
let content = 0

function link(name = 'build', product = `${content++}`): Uint8Array {
  return metablock(linkDocument({ name, products: { app: product } }), [ci])
}

async function added(settings: SourceSettings = archivista): Promise<string> {
  const now = new Date()
  const row = await db.source.create({
    data: {
      name: `source ${randomUUID()}`,
      kind: settings.kind,
      settings,
      createdAt: now,
      createdBy: 'user:adder',
      createdByName: 'Adder',
      nextAt: now,
    },
  })
  return row.id
}

const sync = (id: string, connector: MemorySource, more = {}) => syncSource(id, { open: () => connector, ...more })
const rowOf = (id: string) => db.source.findUniqueOrThrow({ where: { id } })

async function states(sourceId: string): Promise<Record<string, string>> {
  const rows = await db.sourceEntry.findMany({ where: { sourceId } })
  return Object.fromEntries(rows.map(({ key, state, code }) => [key, code === null ? state : `${state} ${code}`]))
}

/** Sightings by path, of what a source brought. */
async function seen(sourceId: string): Promise<string[]> {
  const rows = await db.sighting.findMany({ where: { sourceId }, orderBy: { path: 'asc' } })
  return rows.map(({ path }) => path)
}

describe('a sync', () => {
  test('brings in what the source has, the way uploads come in, each with where it was found', async () => {
    const id = await added()
    const source = new MemorySource().put('a.link', link()).put('b.json', dsse(linkDocument({ name: 'b' }), [ci]))
    source.put('c.json', utf8('{"signed": {'))
    await sync(id, source)
    expect(await states(id)).toEqual({ 'a.link': 'taken', 'b.json': 'taken', 'c.json': 'quarantined JSON_SYNTAX' })
    expect(await seen(id)).toEqual(['a.link', 'b.json', 'c.json'])
    const entry = await db.sourceEntry.findFirstOrThrow({
      where: { sourceId: id, key: 'a.link' },
      include: { envelope: { include: { content: true, sightings: true } } },
    })
    expect(
      Buffer.from(entry.envelope?.content?.bytes ?? []).equals(source.entries.get('a.link') ?? new Uint8Array()),
    ).toBe(true)
    expect(entry.envelope?.sightings).toMatchObject([{ actor: `system:source:${id}`, sourceId: id, deliveryId: null }])
    expect(await db.import.findMany({ where: { sourceId: id } })).toMatchObject([{ via: 'source' }])
    expect(await db.auditEntry.count({ where: { act: 'evidence.bring', actor: `system:source:${id}` } })).toBe(1)
    expect(await rowOf(id)).toMatchObject({
      errorCode: null,
      failures: 0,
      leaseUntil: null,
      followCursor: { cursor: 3 },
    })
  })

  test('says when it goes on, as a job that waits', async () => {
    const id = await added()
    await sync(id, new MemorySource())
    const job = await db.job.findFirstOrThrow({ where: { dedupeKey: syncKey(id), doneAt: null } })
    expect(job.runAt).toEqual((await rowOf(id)).nextAt)
    expect(job.runAt.getTime()).toBeGreaterThan(Date.now())
  })

  test('fetches later only what is new', async () => {
    const id = await added()
    const source = new MemorySource().put('a', link()).put('b', link())
    await sync(id, source)
    source.put('c', link())
    await sync(id, source)
    expect(source.fetched).toBe(3)
    expect(await seen(id)).toEqual(['a', 'b', 'c'])
  })

  test('what is known already is another sighting, not another row', async () => {
    const [first, second] = [await added(), await added()]
    const bytes = link()
    await sync(first, new MemorySource().put('a', bytes))
    await sync(second, new MemorySource().put('z', bytes))
    expect([await states(first), await states(second)]).toEqual([{ a: 'taken' }, { z: 'known' }])
    expect(await db.sourceEntry.count({ where: { envelope: { sightings: { some: { path: 'z' } } }, key: 'a' } })).toBe(
      1,
    )
  })

  test('finds by the daily whole pass what following missed', async () => {
    const id = await added()
    const source = new MemorySource().put('a', link())
    await sync(id, source)
    source.put('slow commit', link()).late.add('slow commit')
    await sync(id, source)
    expect(await states(id)).toEqual({ a: 'taken' })
    await sync(id, source, { now: () => new Date(Date.now() + SYNC.sweepMs + 1_000) })
    expect(await states(id)).toEqual({ a: 'taken', 'slow commit': 'taken' })
  })

  test('ends after its slice and goes on at once, without losing or doubling anything', async () => {
    const id = await added()
    const source = new MemorySource()
    for (let n = 0; n < 30; n++) source.put(`${n}`.padStart(2, '0'), link())
    let runs = 0
    do {
      await sync(id, source, { sliceMs: 0 })
      runs++
    } while ((await rowOf(id)).nextAt.getTime() <= Date.now() && runs < 20)
    expect(runs).toBeGreaterThan(1)
    expect(await seen(id)).toEqual([...source.entries.keys()])
    expect(source.fetched).toBe(30)
  })
})

describe('evidence that disappears from its source', () => {
  test('is marked after a whole pass and kept, and the mark goes when it is back', async () => {
    const id = await added()
    const source = new MemorySource('sweep').put('a', link()).put('b', link())
    await sync(id, source)
    const bytes = source.entries.get('a') ?? new Uint8Array()
    source.entries.delete('a')
    await sync(id, source)
    const gone = await db.sourceEntry.findFirstOrThrow({
      where: { sourceId: id, key: 'a' },
      include: { envelope: true },
    })
    expect(gone).toMatchObject({ state: 'taken', vanishedAt: expect.any(Date), envelope: { status: 'parsed' } })
    const told = await db.auditEntry.findFirstOrThrow({ where: { act: 'source.entries-vanished', objectId: id } })
    expect(told.detail).toEqual({ entries: 1, some: ['a'] })
    source.put('a', bytes)
    await sync(id, source)
    expect(await db.sourceEntry.count({ where: { sourceId: id, vanishedAt: null } })).toBe(2)
    expect(source.fetched).toBe(2)
  })

  test('is not taken for gone because a pass was broken off, or because the clock was set back', async () => {
    const id = await added()
    const source = new MemorySource('sweep').put('a', link()).put('b', link())
    await sync(id, source)
    source.down = new SourceError('UNREACHABLE', 'The source does not answer.')
    await sync(id, source)
    source.down = null
    await sync(id, source, { now: () => new Date(Date.now() - 3_600_000) })
    expect(await db.sourceEntry.count({ where: { sourceId: id, vanishedAt: { not: null } } })).toBe(0)
  })
})

describe('what is in the way', () => {
  test('is said with the source, which is tried again later, and goes when it works', async () => {
    const id = await added()
    const source = new MemorySource().put('a', link())
    source.down = new SourceError('BUSY', 'The source asks to be left alone.', { retryAfterMs: 90_000 })
    await sync(id, source)
    await sync(id, source)
    const failing = await rowOf(id)
    expect(failing).toMatchObject({ failures: 2, errorCode: 'BUSY', followCursor: null, leaseUntil: null })
    expect(failing.nextAt.getTime()).toBeGreaterThan(Date.now() + 60_000)
    source.down = null
    await sync(id, source)
    expect(await rowOf(id)).toMatchObject({ failures: 0, errorCode: null, errorMessage: null, errorSince: null })
    expect(await states(id)).toEqual({ a: 'taken' })
  })

  test('an entry that cannot be had keeps no other out', async () => {
    const id = await added()
    const source = new MemorySource()
    for (let n = 0; n < 100; n++) source.put(`${n}`, link())
    source.broken.set('50', new SourceError('INTEGRITY', 'The bytes are not those of the digest.'))
    source.broken.set('51', new SourceError('GONE', 'It is not there any more.'))
    source.broken.set('52', new TypeError('a fault of ours'))
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    await sync(id, source)
    log.mockRestore()
    const found = await states(id)
    expect(found).toMatchObject({ 50: 'waiting INTEGRITY', 51: 'failed GONE', 52: 'failed INTERNAL' })
    expect(Object.values(found).filter((state) => state === 'taken')).toHaveLength(97)
  })

  test('bad bytes are put aside after some attempts; what cannot be reached is asked for without end', async () => {
    const id = await added()
    const source = new MemorySource().put('bad', link()).put('far', link())
    source.broken.set('bad', new SourceError('INTEGRITY', 'The bytes are not those of the digest.'))
    source.broken.set('far', new SourceError('UNREACHABLE', 'It broke off.'))
    for (let day = 0; day < SYNC.entryAttempts + 2; day++)
      await sync(id, source, { now: () => new Date(Date.now() + day * 3_600_000) })
    expect(await states(id)).toEqual({ bad: 'failed INTEGRITY', far: 'waiting UNREACHABLE' })
    source.broken.clear()
    await sync(id, source, { now: () => new Date(Date.now() + 40 * 3_600_000) })
    expect(await states(id)).toEqual({ bad: 'failed INTEGRITY', far: 'taken' })
    const { actor } = await signedIn('engineer')
    expect(await replaySource(actor, id)).toEqual({ entries: 1 })
    await sync(id, source)
    expect(await states(id)).toEqual({ bad: 'taken', far: 'taken' })
  })

  test('many entries in a row that cannot be fetched stop the run instead of asking for all of them', async () => {
    const id = await added()
    const source = new MemorySource()
    for (let n = 0; n < 60; n++) source.put(`${n}`, link())
    for (const key of source.entries.keys()) source.broken.set(key, new SourceError('TIMEOUT', 'It takes too long.'))
    await sync(id, source)
    expect(source.fetched).toBeLessThan(20)
    expect(await rowOf(id)).toMatchObject({ errorCode: 'TIMEOUT', failures: 1 })
  })

  test('a source that ends its list without an end, or turns in a circle, is not believed', async () => {
    for (const caughtUp of [false, true]) {
      const id = await added()
      const source = new MemorySource()
      source.since = async function* () {
        for (let n = 0; n < (caughtUp ? 1_000 : 1); n++) yield { entries: [], cursor: 'same', caughtUp: false }
      }
      await sync(id, source)
      expect(await rowOf(id)).toMatchObject({ errorCode: 'BAD_ANSWER', sweptAt: null })
    }
  })
})

describe('workers', () => {
  test('two at once bring in everything once', async () => {
    const id = await added()
    const source = new MemorySource()
    for (let n = 0; n < 40; n++) source.put(`${n}`.padStart(2, '0'), link())
    await Promise.all([sync(id, source), sync(id, source), sync(id, source)])
    expect(source.fetched).toBe(40)
    expect(await seen(id)).toEqual([...source.entries.keys()])
  })

  test('one that was taken for dead writes nothing after another took over', async () => {
    const id = await added()
    const bytes = link()
    const [slow, quick] = [new MemorySource().put('a', bytes), new MemorySource().put('a', bytes).put('b', link())]
    slow.onFetch = async () => {
      await db.source.update({ where: { id }, data: { leaseUntil: new Date(Date.now() - 1_000) } })
      await sync(id, quick)
    }
    await sync(id, slow)
    expect(await states(id)).toEqual({ a: 'taken', b: 'taken' })
    expect(await seen(id)).toEqual(['a', 'b'])
    expect((await rowOf(id)).followCursor).toEqual({ cursor: 2 })
  })

  test('of a source that was removed meanwhile write nothing either', async () => {
    const id = await added()
    const source = new MemorySource().put('a', link())
    const { actor } = await signedIn('engineer')
    source.onFetch = async () => void (await removeSource(actor, id))
    await sync(id, source)
    expect(await seen(id)).toEqual([])
    expect(await db.envelope.count({ where: { sightings: { some: { sourceId: id } } } })).toBe(0)
  })

  test('a source whose worker was killed is asked for again, once', async () => {
    const id = await added()
    await db.source.update({ where: { id }, data: { leaseUntil: new Date(Date.now() - 1), nextAt: new Date(0) } })
    await enqueueDue()
    await enqueueDue()
    expect(await db.job.count({ where: { dedupeKey: syncKey(id), doneAt: null } })).toBe(1)
    await db.source.update({ where: { id }, data: { leaseUntil: new Date(Date.now() + 60_000) } })
    await db.job.deleteMany({ where: { dedupeKey: syncKey(id) } })
    await enqueueDue()
    expect(await db.job.count({ where: { dedupeKey: syncKey(id) } })).toBe(0)
  })

  test('a database that refuses one entry keeps the others', async () => {
    const id = await added()
    const source = new MemorySource().put('a', link()).put('poison', link('poison')).put('z', link())
    await inTransaction(async (tx) => {
      await tx.$executeRaw`ALTER TABLE "Envelope" ADD CONSTRAINT "no_poison" CHECK ("name" <> 'poison')`
    })
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    await sync(id, source)
    log.mockRestore()
    await db.$executeRaw`ALTER TABLE "Envelope" DROP CONSTRAINT "no_poison"`
    expect(await states(id)).toEqual({ a: 'taken', poison: 'failed INTERNAL', z: 'taken' })
  })
})

describe('folders that each hold one run', () => {
  const settings: SourceSettings = { kind: 'directory', folder: '/runs', together: true }
  const deliveries = (sourceId: string) =>
    db.delivery.findMany({
      where: { sourceId },
      orderBy: [{ label: 'asc' }, { openedAt: 'asc' }],
      include: { sightings: { orderBy: { path: 'asc' } } },
    })
  const shape = async (sourceId: string) =>
    (await deliveries(sourceId)).map(({ label, kind, issuer, sightings }) => ({
      label,
      kind,
      issuer,
      holds: sightings.map(({ path, carried }) => (carried ? `${path} carried` : path)),
    }))

  test('are deliveries on the word of who added the source, inner chains with their own', async () => {
    const id = await added(settings)
    const source = new MemorySource('sweep')
    for (const path of ['r1/build.link', 'r1/pkg.1a2b3c4d/inner.5e6f7a8b.link', 'r2/build.link'])
      source.put(path, link())
    await sync(id, source)
    source.put('r1/test.link', link('test'))
    await sync(id, source)
    const by = { kind: 'handed-over', issuer: 'user:adder' }
    expect(await shape(id)).toEqual([
      { label: 'r1', ...by, holds: ['r1/build.link', 'r1/pkg.1a2b3c4d/inner.5e6f7a8b.link', 'r1/test.link'] },
      { label: 'r2', ...by, holds: ['r2/build.link'] },
    ])
  })

  test('begin another delivery when a document is replaced; what stayed is carried along as a copy', async () => {
    const id = await added(settings)
    const source = new MemorySource('sweep')
    for (const step of ['build', 'clone', 'gone', 'test']) source.put(`${step}.link`, link(step))
    await sync(id, source)
    source.entries.delete('gone.link')
    await sync(id, source)
    source.put('build.link', link('build'))
    await sync(id, source)
    // the rest of the second run comes later and joins it
    source.put('test.link', link('test')).put('build.link', source.entries.get('build.link') ?? new Uint8Array())
    await sync(id, source)
    expect((await shape(id)).map(({ holds }) => holds)).toEqual([
      ['build.link', 'clone.link', 'gone.link', 'test.link'],
      ['build.link', 'clone.link carried', 'test.link carried', 'test.link'],
    ])
    source.put('test.link', link('test'))
    await sync(id, source)
    expect(await deliveries(id)).toHaveLength(3)
  })

  test('a file that was only half there first begins no other run', async () => {
    const id = await added(settings)
    const source = new MemorySource('sweep').put('a.link', link()).put('b.link', utf8('{"signed": {'))
    await sync(id, source)
    source.put('b.link', link('b'))
    await sync(id, source)
    expect(await deliveries(id)).toHaveLength(1)
    expect(await states(id)).toEqual({ 'a.link': 'taken', 'b.link': 'taken' })
  })

  test('hold nothing together unless that was said', async () => {
    const id = await added({ ...settings, together: false })
    await sync(id, new MemorySource('sweep').put('r1/a.link', link()))
    expect(await deliveries(id)).toEqual([])
  })
})
