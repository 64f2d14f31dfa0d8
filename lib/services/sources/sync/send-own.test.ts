// Longer than most: one server and one database serve all that may happen while sending.
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { archivistaSettingsSchema, sourceSettingsSchema } from '#lib/contract/sources.ts'
import { jsonObject } from '#lib/crypto/index.ts'
import { db, pool } from '#lib/db/client.ts'
import { bringIn } from '#lib/services/imports/bring-in.ts'
import { gitoidOf } from '#lib/sources/archivista/gitoid.ts'
import { guardedFetch } from '#lib/sources/guarded-fetch/guarded-fetch.ts'
import { PUBLIC_ONLY, parseOrigins } from '#lib/sources/guarded-fetch/outbound-policy.ts'
import { openConnector } from '#lib/sources/kinds.ts'
import { digestOf, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { signedIn } from '#lib/testing/people.ts'
import { FakeArchivista } from '#lib/testing/sources/fake-archivista/fake-archivista.ts'
import { isOnPath } from '#lib/testing/sources/programs.ts'
import { RealArchivista } from '#lib/testing/sources/real-archivista.ts'
import { changeSource } from '../change.ts'
import { getSource } from '../get.ts'
import { SYNC } from '../limits.ts'
import { replaySource } from '../replay.ts'
import type { ClaimedSource } from './claim-source.ts'
import { syncSource } from './sync-source.ts'

// the operator allows these two by name
const [one, other] = [await FakeArchivista.start(), await FakeArchivista.start()]
vi.stubEnv('WAYBILL_SOURCE_ORIGINS', `${one.server.origin},${other.server.origin},http://127.0.0.1:1`)
useDatabase()
afterAll(async () => {
  await Promise.all([one.close(), other.close()])
})

const ci = makeKey('ci')
const origins: string[] = []
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
  // what earlier tests brought is nobody's own any more
  await db.envelope.updateMany({ data: { demo: true } })
})

function attestation(name: string = randomUUID(), subjects = 1): Uint8Array<ArrayBuffer> {
  const subject = Array.from({ length: subjects }, (_, n) =>
    jsonObject({ name: `${name}-${n}`, digest: jsonObject({ sha256: digestOf(`${name}-${n}`) }) }),
  )
  const statement = jsonObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType: 'https://bank.example/scan/v1',
    predicate: jsonObject({ result: 'PASSED' }),
  })
  return Uint8Array.from(dsse(statement, [ci]))
}

async function bring(...documents: Uint8Array[]): Promise<void> {
  const { actor } = await signedIn('developer')
  const files = documents.map((bytes) => ({ path: `${randomUUID()}.json`, bytes }))
  await bringIn(actor, { files, via: 'api', title: 'push', at: new Date(), delivery: { kind: 'handed-over' } })
}

/** A source as it was added, opened without the operator's list of servers. */
async function added(url: string, send = true) {
  const { actor } = await signedIn('engineer')
  const settings = { kind: 'archivista' as const, ...archivistaSettingsSchema.parse({ url, send }) }
  const now = new Date()
  const name = `archivista ${randomUUID()}`
  const { id } = await db.source.create({
    data: { name, kind: 'archivista', settings, createdAt: now, createdBy: 'user:x', createdByName: 'X', nextAt: now },
  })
  const connect = (source: ClaimedSource) =>
    openConnector(source.settings, {
      fetch: guardedFetch({ ...PUBLIC_ONLY, origins: parseOrigins(origins.join(',')) }),
      credentials: { secret: async () => null },
      folders: [],
      now: () => new Date(),
    })
  const sending = async () => (await getSource(actor, id)).sending
  /** without waiting for the time of another attempt */
  const sync = async () => {
    await db.sourceUpload.updateMany({ where: { sourceId: id }, data: { retryAt: null } })
    await db.sourceEntry.updateMany({ where: { sourceId: id }, data: { retryAt: null } })
    await syncSource(id, { open: connect })
  }
  origins.push(url)
  return { id, actor, settings, sending, sync }
}

async function fake(): Promise<FakeArchivista> {
  const server = await FakeArchivista.start()
  open.push(server)
  return server
}

describe('what came to Waybill itself', () => {
  test('is sent once, byte for byte, and found there as known; links, layouts and what others keep are not', async () => {
    const server = await fake()
    const [mine, link] = [attestation(), metablock(linkDocument({ name: 'build' }), [ci])]
    const theirs = attestation()
    server.add(theirs)
    await bring(mine, link)
    const { id, sending, sync } = await added(server.server.origin)
    await sync()
    expect(Buffer.from(server.blobs.get(gitoidOf(mine)) ?? []).equals(Buffer.from(mine))).toBe(true)
    expect(await sending()).toMatchObject({ sent: 1, waiting: 0, refused: 0 })
    expect((await sending())?.unfit).toBe(1)
    const uploads = () => server.server.requests.filter(({ url }) => url.endsWith('/upload')).length
    const before = uploads()
    await sync()
    expect(uploads()).toBe(before)
    expect(await db.sourceEntry.count({ where: { sourceId: id, state: { in: ['known', 'taken'] } } })).toBe(2)
    const later = attestation()
    await bring(later)
    await sync()
    expect(server.blobs.get(gitoidOf(later))).toBeDefined()
    const audits = await db.auditEntry.findMany({ where: { act: 'source.send', objectId: id } })
    expect(audits).toHaveLength(2)
  })

  test('is counted where it is of a kind that the source takes none of: once, as it comes, and not without end', async () => {
    const server = await fake()
    const links = Array.from({ length: 3 }, () => metablock(linkDocument({ name: randomUUID() }), [ci]))
    const [first = attestation(), ...others] = links
    await bring(first)
    const { id, sending, sync } = await added(server.server.origin)
    await sync()
    expect(await sending()).toMatchObject({ unfit: 1, sent: 0, waiting: 0 })
    // noted by the sync, not looked for whenever somebody looks at the page
    await bring(first, ...others)
    expect(await sending()).toMatchObject({ unfit: 1 })
    await sync()
    expect(await sending()).toMatchObject({ unfit: 3, sent: 0, waiting: 0 })
    await pool.query(
      `WITH made AS (
         INSERT INTO "Envelope" ("sha256", "size", "form", "kind", "status", "firstSeenAt")
         SELECT sha256(convert_to($1 || n, 'UTF8')), 1, 'metablock', 'link', 'parsed', now()
         FROM generate_series(1, $2::int) AS n RETURNING "id")
       INSERT INTO "Sighting" ("envelopeId", "path", "seenAt", "actor") SELECT "id", 'x', now(), 'x' FROM made`,
      [id, SYNC.unfit],
    )
    await sync()
    expect(await sending()).toMatchObject({ unfit: SYNC.unfit, sent: 0, waiting: 0 })
  }, 60_000)

  test('is not sent where nobody asked for it', async () => {
    const server = await fake()
    const mine = attestation()
    await bring(mine)
    const { sending, sync } = await added(server.server.origin, false)
    await sync()
    expect(server.blobs.get(gitoidOf(mine))).toBeUndefined()
    expect(await sending()).toBeNull()
  })

  test('that has more subjects than its database takes stays here, with the reason', async () => {
    const server = await fake()
    const [most, more] = [attestation('most', 16_383), attestation('more', 16_384)]
    await bring(most, more)
    const { id, actor, sending, sync } = await added(server.server.origin)
    await sync()
    // nobody is offered to try in vain
    expect(await sending()).toMatchObject({ refused: 1, again: 0 })
    await replaySource(actor, id)
    expect(await sending()).toMatchObject({ refused: 1, waiting: 0 })
    expect(server.blobs.get(gitoidOf(most))).toBeDefined()
    expect(server.blobs.get(gitoidOf(more))).toBeUndefined()
    expect((await sending())?.problems).toEqual([
      expect.objectContaining({ code: 'SUBJECTS', refused: true, message: expect.stringMatching(/16,384 subjects/) }),
    ])
  })

  test('is there although the answer was lost: a second attempt finds it in the list', async () => {
    const server = await fake()
    const mine = attestation()
    await bring(mine)
    const { sending, sync, id } = await added(server.server.origin)
    await sync()
    // as after a worker that was killed before it wrote down what became of it
    await db.sourceUpload.updateMany({ where: { sourceId: id }, data: { state: 'waiting' } })
    await db.sourceEntry.deleteMany({ where: { sourceId: id } })
    await sync()
    expect(await sending()).toMatchObject({ sent: 0, waiting: 0, refused: 0 })
    expect((await sending())?.there).toBeGreaterThan(0)
  })

  test('that is refused again and again stays here until somebody replays; the others go on', async () => {
    const server = await fake()
    const [bad, good] = [attestation('with a NUL \0'), attestation()]
    await bring(bad, good)
    const { id, actor, sending, sync } = await added(server.server.origin)
    for (let attempt = 0; attempt < SYNC.sendAttempts; attempt++) {
      await sync()
      expect(server.blobs.get(gitoidOf(good))).toBeDefined()
    }
    expect((await sending())?.problems).toEqual([
      expect.objectContaining({ code: 'REFUSED', refused: true, message: expect.stringMatching(/did not take it/) }),
    ])
    expect(await sending()).toMatchObject({ refused: 1, again: 1 })
    await replaySource(actor, id)
    expect((await sending())?.waiting).toBe(1)
  })

  test('waits while the server is away, and the page says so', async () => {
    const server = await fake()
    await bring(attestation())
    const { id, actor, sync, sending } = await added(server.server.origin)
    server.interfere = (request, response) => {
      if (!request.url.endsWith('/upload')) return false
      response.writeHead(503).end('no')
      return true
    }
    await sync()
    const row = await getSource(actor, id)
    expect(row.error).toMatchObject({ code: 'UNREACHABLE', message: expect.stringMatching(/keep an attestation/) })
    expect((await sending())?.waiting).toBeGreaterThan(0)
    server.interfere = () => false
    await sync()
    expect((await getSource(actor, id)).error).toBeNull()
    expect((await sending())?.waiting).toBe(0)
  })

  test('changed on its way is not taken for sent', async () => {
    const server = await fake()
    await bring(attestation())
    const { id, actor, sync } = await added(server.server.origin)
    server.interfere = (request, response) => {
      if (!request.url.endsWith('/upload')) return false
      response.writeHead(200).end(JSON.stringify({ gitoid: 'ab'.repeat(32) }))
      return true
    }
    await sync()
    expect((await getSource(actor, id)).error).toMatchObject({ code: 'INTEGRITY' })
    expect(await db.sourceUpload.count({ where: { sourceId: id, state: 'sent' } })).toBe(0)
  })
})

describe('sending', () => {
  test('of one document that never gets through holds up no other, and the source does not count as failing', async () => {
    const server = await fake()
    const [bad, ...good] = Array.from({ length: 4 }, () => attestation())
    await bring(bad ?? attestation(), ...good)
    const { id, actor, sending, sync } = await added(server.server.origin)
    server.interfere = ({ url, body }, response) => {
      if (!url.endsWith('/upload') || gitoidOf(body) !== gitoidOf(bad ?? attestation())) return false
      response.writeHead(502).end('bad gateway')
      return true
    }
    for (let attempt = 0; attempt < 5; attempt++) await sync()
    for (const bytes of good) expect(server.blobs.get(gitoidOf(bytes))).toBeDefined()
    expect(await sending()).toMatchObject({ waiting: 1, problems: [{ code: 'UNREACHABLE', refused: false }] })
    expect((await getSource(actor, id)).error).toBeNull()
    server.interfere = () => false
    await sync()
    expect(await sending()).toMatchObject({ waiting: 0, problems: [] })
  })

  test.each([
    ['the page of a proxy', 200, '<html>Sign in</html>', 'BAD_ANSWER'],
    ['an outage', 502, 'bad gateway', 'UNREACHABLE'],
    ['a refusal of the token', 401, 'no', 'UNAUTHORIZED'],
    ['too many requests', 429, 'no', 'BUSY'],
    ['an answer about other bytes', 200, `{"gitoid":"${'0'.repeat(64)}"}`, 'INTEGRITY'],
  ])('through %s loses nothing: all is sent when that is over', async (_, status, body, code) => {
    const server = await fake()
    const documents = Array.from({ length: 7 }, () => attestation())
    await bring(...documents)
    const { id, actor, sending, sync } = await added(server.server.origin)
    server.interfere = ({ url }, response) => {
      if (!url.endsWith('/upload')) return false
      response.writeHead(status).end(body)
      return true
    }
    await sync()
    expect((await getSource(actor, id)).error).toMatchObject({ code })
    expect((await sending())?.waiting).toBe(7)
    server.interfere = () => false
    await sync()
    expect(await sending()).toMatchObject({ waiting: 0, refused: 0, problems: [] })
    for (const bytes of documents)
      expect(Buffer.from(server.blobs.get(gitoidOf(bytes)) ?? []).equals(Buffer.from(bytes))).toBe(true)
    expect(server.rows).toHaveLength(7)
  })

  test('takes an orphan that a failed upload left behind for what it is: not there', async () => {
    const server = await fake()
    const mine = attestation()
    await bring(mine)
    const { sending, sync } = await added(server.server.origin)
    server.interfere = ({ url, body }, response) => {
      if (!url.endsWith('/upload')) return false
      server.blobs.set(gitoidOf(body), Buffer.from(body))
      response.writeHead(500).end('ERROR: deadlock detected (SQLSTATE 40P01)')
      return true
    }
    await sync()
    expect(await sending()).toMatchObject({ sent: 0, there: 0, waiting: 1 })
    server.interfere = () => false
    await sync()
    expect(server.rows).toHaveLength(1)
  })

  test('misses nothing whose transaction ends after that of later evidence', async () => {
    const server = await fake()
    const [slow, quick] = [attestation(), attestation()]
    await bring(slow)
    const { sync } = await added(server.server.origin)
    const { envelopeId, id: latest } = await db.sighting.findFirstOrThrow({ orderBy: { id: 'desc' } })
    await db.sighting.delete({ where: { id: latest } })
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      const insert = `INSERT INTO "Sighting" ("envelopeId", "path", "seenAt", "actor") VALUES ($1, 'slow', now(), 'system:x')`
      await client.query(insert, [envelopeId])
      await bring(quick)
      await sync()
      await sync()
      expect(server.blobs.has(gitoidOf(quick))).toBe(true)
      expect(server.blobs.has(gitoidOf(slow))).toBe(false)
      await client.query('COMMIT')
    } finally {
      client.release()
    }
    await sync()
    await sync()
    expect(server.blobs.has(gitoidOf(slow))).toBe(true)
  })

  test('looks through a store of many sightings in parts, and goes on after each', async () => {
    const server = await fake()
    const documents = [attestation(), attestation()]
    await bring(...documents)
    const rows = await db.sighting.findMany({ orderBy: { id: 'desc' }, take: 2 })
    // as if 12,000 others had come between them
    await db.$executeRaw`SELECT setval('"Sighting_id_seq"', (SELECT max("id") + 12000 FROM "Sighting"))`
    await db.$executeRaw`UPDATE "Sighting" SET "id" = nextval('"Sighting_id_seq"') WHERE "id" = ${rows[0]?.id}`
    const { id, actor, settings, sync } = await added(server.server.origin)
    const connector = openConnector(settings, {
      fetch: guardedFetch({ ...PUBLIC_ONLY, origins: parseOrigins(server.server.origin) }),
      credentials: { secret: async () => null },
      folders: [],
      now: () => new Date(),
    })
    for (let slice = 0; slice < 10; slice++) await syncSource(id, { open: () => connector, sliceMs: 0 })
    await sync()
    for (const bytes of documents) expect(server.blobs.has(gitoidOf(bytes))).toBe(true)
    expect((await getSource(actor, id)).sending).toMatchObject({ waiting: 0 })
  })

  test('carries the token and the headers that the settings name', async () => {
    const server = await fake()
    await bring(attestation())
    const { settings, id } = await added(server.server.origin)
    const headers = [{ name: 'X-Proxy-Key', secret: 'proxy' }]
    const named = { ...settings, secret: 'token', headers, paths: 'unversioned' as const }
    const secrets: Record<string, string> = { token: 'abc', proxy: 'def' }
    const connector = openConnector(named, {
      fetch: guardedFetch({ ...PUBLIC_ONLY, origins: parseOrigins(server.server.origin) }),
      credentials: { secret: async (name) => secrets[name] ?? null },
      folders: [],
      now: () => new Date(),
    })
    await syncSource(id, { open: () => connector })
    const sent = server.server.requests.filter(({ url }) => url === '/upload')
    expect(sent).toMatchObject([{ headers: { authorization: 'Bearer abc', 'x-proxy-key': 'def' } }])
    const acts = await db.auditEntry.findMany({ where: { objectId: id }, select: { detail: true } })
    expect(JSON.stringify(acts)).not.toMatch(/abc|def/)
  })
})

describe('a source that is changed', () => {
  test('keeps what it brought, begins anew with other settings, and is tried first', async () => {
    origins.push(other.server.origin)
    const [first, second] = [attestation(), attestation()]
    one.add(first)
    other.add(second)
    const { id, actor, settings, sync } = await added(one.server.origin, false)
    await sync()
    await expect(
      changeSource(actor, id, { settings: { ...settings, url: 'http://127.0.0.1:1' } }),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(/^The source was not changed: /) })
    const changed = await changeSource(actor, id, {
      name: 'elsewhere',
      settings: { ...settings, url: other.server.origin },
    })
    expect(changed).toMatchObject({ name: 'elsewhere', settings: { url: other.server.origin } })
    await sync()
    const entries = await db.sourceEntry.findMany({ where: { sourceId: id } })
    expect(entries.find(({ key }) => key === gitoidOf(second))?.state).toBe('taken')
    // not there any more, which is said; its bytes stay
    expect(entries.find(({ key }) => key === gitoidOf(first))?.vanishedAt).not.toBeNull()
    expect(await db.envelope.count({ where: { gitoid: Buffer.from(gitoidOf(first), 'hex') } })).toBe(1)
  })

  test('is sent to no longer although it does not answer, and nothing that was read begins anew', async () => {
    const server = await fake()
    server.add(attestation())
    const { id, actor, settings, sync } = await added(server.server.origin)
    await sync()
    const before = await db.source.findUniqueOrThrow({ where: { id } })
    server.interfere = (_, response) => {
      response.writeHead(502).end()
      return true
    }
    const row = await changeSource(actor, id, { settings: { ...settings, send: false }, everySeconds: 600 })
    expect(row).toMatchObject({ sending: null, everySeconds: 600, usualSeconds: 15 })
    expect((await db.source.findUniqueOrThrow({ where: { id } })).followCursor).toEqual(before.followCursor)
    server.interfere = () => false
    await sync()
    const { nextAt, lastTriedAt } = await db.source.findUniqueOrThrow({ where: { id } })
    expect(nextAt.getTime() - (lastTriedAt?.getTime() ?? 0)).toBeGreaterThanOrEqual(599_000)
    expect((await changeSource(actor, id, { everySeconds: null })).everySeconds).toBeNull()
  })

  test('does not become one of another kind, nor take the name of another', async () => {
    const server = await fake()
    const { id, actor } = await added(server.server.origin)
    const directory = sourceSettingsSchema.parse({ kind: 'directory', folder: '/srv' })
    await expect(changeSource(actor, id, { settings: directory })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    const another = await added(server.server.origin)
    const { name } = await getSource(actor, another.id)
    await expect(changeSource(actor, id, { name })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(changeSource((await signedIn('developer')).actor, id, { paused: true })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
  })

  test('is left alone while it is paused, also by a run under way, and goes on where it was', async () => {
    const server = await fake()
    const documents = [attestation(), attestation()]
    for (const bytes of documents.slice(0, 1)) server.add(bytes)
    const { id, actor, sync } = await added(server.server.origin, false)
    await sync()
    expect((await changeSource(actor, id, { paused: true })).state).toBe('paused')
    for (const bytes of documents.slice(1)) server.add(bytes)
    const asked = server.server.requests.length
    await sync()
    expect(server.server.requests.length).toBe(asked)
    await expect(replaySource(actor, id)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/paused/),
    })
    expect((await changeSource(actor, id, { paused: false })).paused).toBeNull()
    await sync()
    expect(await db.sourceEntry.count({ where: { sourceId: id, state: 'taken' } })).toBe(2)
  })

  test('paused in the middle of a run: what that run would still write is not written', async () => {
    const server = await fake()
    server.add(attestation())
    const { id, actor, sync } = await added(server.server.origin, false)
    let paused = false
    server.interfere = (request, response) => {
      if (paused || !request.url.includes('/download/')) return false
      paused = true
      void changeSource(actor, id, { paused: true }).then(() => response.writeHead(500).end())
      return true
    }
    await sync()
    expect(await getSource(actor, id)).toMatchObject({ state: 'paused', error: null, entries: { taken: 0 } })
  })
})

if (isOnPath('archivista')) {
  test('archivista itself gives back byte for byte what it was sent, across its restart', async () => {
    const real = await RealArchivista.start()
    open.push(real)
    const documents = [attestation(), attestation('many', 16_383)]
    await bring(...documents)
    const { id, actor, sending, sync } = await added(real.origin)
    await sync()
    expect((await sending())?.waiting).toBe(0)
    for (const bytes of documents)
      expect(Buffer.from(await real.download(gitoidOf(bytes))).equals(Buffer.from(bytes))).toBe(true)
    await real.stop()
    const later = attestation()
    await bring(later)
    await sync()
    expect((await getSource(actor, id)).error?.code).toBe('UNREACHABLE')
    await real.resume()
    await sync()
    expect(Buffer.from(await real.download(gitoidOf(later))).equals(Buffer.from(later))).toBe(true)
    const nul = attestation('with a NUL \0')
    await bring(nul)
    for (let attempt = 0; attempt < SYNC.sendAttempts; attempt++) await sync()
    expect((await sending())?.problems.map(({ code }) => code)).toContain('REFUSED')
    expect((await getSource(actor, id)).error).toBeNull()
  }, 60_000)
} else {
  test.skip('archivista itself gives back byte for byte what it was sent (needs archivista on PATH)', () => undefined)
}
