import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { type Actor, nobody } from '#lib/auth/actor.ts'
import { askAnswerSchema, type SourceSettings, sourceSettingsSchema } from '#lib/contract/sources.ts'
import { db } from '#lib/db/client.ts'
import { type Connector, SourceError } from '#lib/sources/connector.ts'
import { digestOf, linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { signedIn } from '#lib/testing/people.ts'
import { MemorySource } from '#lib/testing/sources/memory-source.ts'
import { ASK } from '../limits.ts'
import { syncKey, syncSource } from '../sync/sync-source.ts'
import { type AskOptions, askSources } from './ask-sources.ts'

useDatabase()

const ci = makeKey('ci')
const archivista = sourceSettingsSchema.parse({ kind: 'archivista', url: 'https://a.example' })
const link = (product: string) => metablock(linkDocument({ name: 'build', products: { app: product } }), [ci])

/** Sources of this test only: a question goes to all that there are. */
const opened = new Map<string, Connector>()
beforeEach(async () => {
  opened.clear()
  await db.source.updateMany({ where: { removedAt: null }, data: { removedAt: new Date() } })
  await db.rateLimit.deleteMany()
})

async function added(connector: Connector, more: { settings?: SourceSettings; pausedAt?: Date } = {}): Promise<string> {
  const { settings = archivista, pausedAt = null } = more
  const now = new Date()
  const by = { createdBy: 'user:adder', createdByName: 'Adder' }
  const data = {
    name: `s ${randomUUID()}`,
    kind: settings.kind,
    settings,
    createdAt: now,
    nextAt: now,
    pausedAt,
    ...by,
  }
  const { id } = await db.source.create({ data })
  opened.set(id, connector)
  return id
}

const open: NonNullable<AskOptions['open']> = ({ id }) => {
  const connector = opened.get(id)
  if (connector === undefined) throw new Error(`no source ${id}`)
  return connector
}
const sync = (id: string) => syncSource(id, { open: (source) => open({ ...source, pausedAt: null }) })

/** A question with the worker at work. */
async function ask(actor: Actor, digest: string, options: AskOptions = {}) {
  let over = false
  const asking = askSources(actor, digest, { open, ...options }).finally(() => {
    over = true
  })
  const working = (async () => {
    while (!over) {
      const waiting = await db.sourceEntry.findFirst({
        where: { sourceId: { in: [...opened.keys()] }, state: 'waiting' },
      })
      if (waiting === null) await sleep(10)
      else await sync(waiting.sourceId)
    }
  })()
  const [answer] = await Promise.all([asking, working])
  return askAnswerSchema.parse(answer)
}

/** Asks while no worker runs. */
const askOnly = (actor: Actor, digest: string, options: AskOptions = {}) =>
  askSources(actor, digest, { open, bringMs: 0, ...options })

const developer = async () => (await signedIn('developer')).actor
const about = (text: string) => `sha256:${digestOf(text)}`

describe('asking the sources about a digest', () => {
  test('brings in what they have, as following them does, and says what is new and what was here', async () => {
    const source = new MemorySource().put('old', link('one')).put('other', link('two'))
    const id = await added(source)
    await sync(id)
    // it came after the last pass, and where following does not see it
    source.put('new', link('three')).put('broken', Buffer.from('{"signed": {'))
    for (const key of ['new', 'broken']) source.late.add(key)
    source.about.set(about('app'), ['old', 'new', 'broken'])
    const actor = await developer()
    const answer = await ask(actor, about('app').toUpperCase().replace('SHA256', 'sha256'))
    expect(answer).toMatchObject({ algo: 'sha256', digest: digestOf('app') })
    expect(answer.sources).toHaveLength(1)
    const [said] = answer.sources
    expect(said).toMatchObject({
      id,
      outcome: 'asked',
      message: null,
      found: 3,
      fresh: 1,
      known: 1,
      outside: 1,
      waiting: 0,
    })
    expect(said?.entries.map(({ path, state, fresh }) => `${path} ${state} ${fresh}`)).toEqual([
      'broken quarantined false',
      'new taken true',
      'old taken false',
    ])
    // it is the source that brought it, and nothing holds it together with anything
    const entry = await db.sourceEntry.findUniqueOrThrow({
      where: { sourceId_key: { sourceId: id, key: 'new' } },
      include: { envelope: { include: { sightings: true, content: true } } },
    })
    expect(Buffer.from(entry.envelope?.content?.bytes ?? []).equals(link('three'))).toBe(true)
    expect(entry.envelope?.sightings).toMatchObject([{ actor: `system:source:${id}`, sourceId: id, deliveryId: null }])
    const acts = await db.auditEntry.findMany({ where: { act: 'source.ask', objectId: about('app') } })
    expect(acts).toMatchObject([{ actor: `user:${actor.id}`, objectType: 'artifact' }])
    // asked again, all of it is known
    const again = await ask(actor, about('app'))
    expect(again.sources).toMatchObject([{ found: 3, fresh: 0, known: 2, outside: 1 }])
  })

  test('what nobody knows is no fault', async () => {
    await added(new MemorySource())
    expect((await ask(await developer(), about('nothing'))).sources).toMatchObject([
      { outcome: 'asked', found: 0, message: null, entries: [] },
    ])
  })

  test('without a source there is nothing to ask, and that is the answer', async () => {
    expect((await ask(await developer(), about('nothing'))).sources).toEqual([])
  })

  test('each source that is in the way says why, and the others are asked all the same', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const [down, hanging, faulty, good] = [1, 2, 3, 4].map(() => new MemorySource())
    if (!down || !hanging || !faulty || !good) throw new Error('four sources')
    down.down = new SourceError('UNREACHABLE', 'a.example does not answer.')
    hanging.onAsk = () => new Promise(() => undefined)
    faulty.onAsk = () => {
      throw new TypeError('x is not a function')
    }
    good.put('a', link('good')).about.set(about('app'), ['a'])
    const ids = [await added(down), await added(hanging), await added(faulty), await added(good)]
    const paused = await added(new MemorySource(), { pausedAt: new Date() })
    const folder = sourceSettingsSchema.parse({ kind: 'directory', folder: '/runs', together: true })
    const plain = Object.assign(new MemorySource(), { capabilities: { ...down.capabilities, byDigest: false } })
    const directory = await added(plain, { settings: folder })
    const { sources } = await ask(await developer(), about('app'), { listMs: 200 })
    const said = new Map(
      sources.map(({ id, outcome, code, fresh, message }) => [id, { outcome, code, fresh, message }]),
    )
    expect([...ids, paused, directory].map((id) => said.get(id))).toEqual([
      { outcome: 'failed', code: 'UNREACHABLE', fresh: 0, message: 'a.example does not answer.' },
      { outcome: 'failed', code: 'TIMEOUT', fresh: 0, message: expect.stringMatching(/within 0.2 seconds/) },
      { outcome: 'failed', code: 'INTERNAL', fresh: 0, message: expect.not.stringContaining('is not a function') },
      { outcome: 'asked', code: null, fresh: 1, message: null },
      { outcome: 'paused', code: null, fresh: 0, message: expect.stringMatching(/is paused/) },
      { outcome: 'cannot', code: null, fresh: 0, message: expect.stringMatching(/folder.*read as a whole/) },
    ])
  })

  test('while no worker runs it says that it is coming; then that comes before what nobody asked for', async () => {
    const source = new MemorySource()
    const id = await added(source)
    for (let n = 0; n < 5; n++) source.put(`backlog ${n}`, link(`${id} ${n}`))
    source.broken.set('backlog 0', new SourceError('ABORTED', 'It was stopped.'))
    await sync(id)
    expect(await db.sourceEntry.count({ where: { sourceId: id, state: 'waiting' } })).toBe(5)
    source.put('zz asked', link(`${id} asked`)).about.set(about('late'), ['zz asked'])
    const { sources } = await askOnly(await developer(), about('late'))
    expect(sources).toMatchObject([{ found: 1, fresh: 0, waiting: 1, entries: [{ state: 'waiting', fresh: false }] }])
    expect(await db.job.count({ where: { dedupeKey: syncKey(id), doneAt: null, runAt: { lte: new Date() } } })).toBe(1)
    const order: string[] = []
    source.broken.clear()
    source.onFetch = (key) => void order.push(key)
    await sync(id)
    expect(order[0]).toBe('zz asked')
    expect(order).toHaveLength(6)
  })

  test('what is asked for at the end of a run is not left for the next time that the source is looked at', async () => {
    const source = new MemorySource().put('a', link('end a'))
    const id = await added(source)
    await sync(id)
    source.put('b', link('end b')).late.add('b')
    source.about.set(about('end'), ['b'])
    const actor = await developer()
    // asked when the last look at what waits is over, before the run is settled; the job that the question woke finds
    // the source taken, and ends
    const since: Connector['since'] = async function* (cursor, limits) {
      try {
        yield* source.since(cursor, limits)
      } finally {
        await askOnly(actor, about('end'))
        await db.job.deleteMany({ where: { dedupeKey: syncKey(id) } })
      }
    }
    const { capabilities } = source
    const byDigest: Connector['byDigest'] = (algo, digest) => source.byDigest(algo, digest)
    const fetch: Connector['fetch'] = (key) => source.fetch(key)
    await syncSource(id, { open: () => ({ capabilities, byDigest, fetch, since, probe: () => source.probe() }) })
    const entry = await db.sourceEntry.findUniqueOrThrow({ where: { sourceId_key: { sourceId: id, key: 'b' } } })
    expect(entry.state).toBe('waiting')
    const job = await db.job.findFirstOrThrow({ where: { dedupeKey: syncKey(id), doneAt: null } })
    expect(job.runAt.getTime()).toBeLessThanOrEqual(Date.now())
  })

  test.each([
    ['changed', { settings: { ...archivista, url: 'https://b.example' } }],
    ['paused', { pausedAt: new Date() }],
    ['removed', { removedAt: new Date() }],
  ])('a source that is %s while it answers brings nothing in', async (_, data) => {
    const source = new MemorySource().put('a', link('in between'))
    const id = await added(source)
    source.about.set(about('app'), ['a'])
    source.onAsk = async () => void (await db.source.update({ where: { id }, data }))
    expect((await askOnly(await developer(), about('app'))).sources).toMatchObject([
      { outcome: 'failed', code: 'CHANGED', found: 0, message: expect.stringMatching(/Ask again/) },
    ])
    expect(await db.sourceEntry.count({ where: { sourceId: id } })).toBe(0)
  })

  test('of a digest that everything names only some comes in now, and the answer says so', async () => {
    const source = new MemorySource()
    const id = await added(source)
    const keys = Array.from({ length: ASK.entries + 3 }, (_, n) => `${n}`)
    for (const key of keys) source.put(key, link('hub'))
    source.about.set(about('hub'), keys)
    const { sources } = await askOnly(await developer(), about('hub'))
    expect(sources).toMatchObject([{ found: ASK.entries, waiting: ASK.entries, message: expect.stringMatching(/503/) }])
    expect(sources[0]?.entries).toHaveLength(ASK.shown)
    expect(await db.sourceEntry.count({ where: { sourceId: id } })).toBe(ASK.entries)
  })

  test('what could not be had before is tried again, and what is said to be gone is there again', async () => {
    const source = new MemorySource().put('a', link('tried again'))
    const id = await added(source)
    source.broken.set('a', new SourceError('LIMIT', 'Too large.'))
    await sync(id)
    await db.sourceEntry.updateMany({ where: { sourceId: id }, data: { vanishedAt: new Date() } })
    source.broken.clear()
    source.about.set(about('app'), ['a'])
    expect((await ask(await developer(), about('app'))).sources).toMatchObject([{ found: 1, fresh: 1, outside: 0 }])
    expect(await db.sourceEntry.findFirst({ where: { sourceId: id } })).toMatchObject({
      state: 'taken',
      vanishedAt: null,
    })
  })

  test('a commit is asked for under both names that are used for it', async () => {
    const source = new MemorySource().put('a', link('commit'))
    await added(source)
    const commit = 'ab'.repeat(20)
    source.about.set(`sha1:${commit}`, ['a'])
    expect((await ask(await developer(), commit)).sources).toMatchObject([{ found: 1, fresh: 1 }])
  })
})

describe('who may ask, and how often', () => {
  test('a viewer and a token may not; developers, engineers and the command line may', async () => {
    await added(new MemorySource())
    const token: Actor = { ...nobody, kind: 'token', scopes: ['read', 'ingest'] }
    for (const actor of [(await signedIn('viewer')).actor, token])
      await expect(askOnly(actor, about('app'))).rejects.toMatchObject({ code: 'FORBIDDEN' })
    const local: Actor = { ...nobody, kind: 'local', scopes: ['read', 'ingest'] }
    for (const actor of [await developer(), (await signedIn('engineer')).actor, local])
      expect((await askOnly(actor, about('app'))).sources).toHaveLength(1)
  })

  test('what is no digest is refused with a sentence, before anybody is asked', async () => {
    const source = new MemorySource()
    await added(source)
    source.onAsk = () => expect.unreachable('nobody is asked')
    await expect(askOnly(await developer(), 'latest')).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(/Expected a digest/),
    })
  })

  test('too many questions of one person wait; those of others do not', async () => {
    await added(new MemorySource())
    const [one, other] = [await developer(), await developer()]
    for (let n = 0; n < ASK.perMinute.person; n++) await askOnly(one, about('app'))
    await expect(askOnly(one, about('app'))).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: 'Too many attempts to ask the sources. Try again in a minute.',
      retryAfter: expect.any(Number),
    })
    expect((await askOnly(other, about('app'))).sources).toHaveLength(1)
  })
})
