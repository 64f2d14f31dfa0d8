import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { sourceSettingsSchema } from '#lib/contract/sources.ts'
import { type JsonObject, parseJson, utf8 } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import type { Cursor } from '#lib/sources/connector.ts'
import { dsse } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { storedEdges } from '#lib/testing/edges.ts'
import { signedIn } from '#lib/testing/people.ts'
import { FakeRegistry } from '#lib/testing/sources/registry/fake-registry.ts'
import { connectTo } from '#lib/testing/sources/registry/oci-world.ts'
import { BUNDLE, DSSE, IN_TOTO, imageIndex, jsonBytes, Repository } from '#lib/testing/sources/registry/push.ts'
import { removeSource } from '../remove.ts'
import { memoryOf } from '../source-memory.ts'
import { syncSource } from './sync-source.ts'

useDatabase()

const ci = makeKey('ci')
const open: FakeRegistry[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})

const hexOf = (digest: string) => digest.slice('sha256:'.length)

function statementAbout(subjects: readonly { name: string; sha256: string }[]): JsonObject {
  const subject = subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } }))
  const statement = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType: 'https://x.example/v1' }
  const parsed = parseJson(utf8(JSON.stringify(statement)))
  if (parsed instanceof Map) return parsed
  throw new Error('no object')
}

async function world(referrers = true) {
  const fake = await FakeRegistry.start({ referrers })
  open.push(fake)
  const name = `team/app-${randomUUID()}`
  const settings = sourceSettingsSchema.parse({ kind: 'oci', url: fake.server.origin, repositories: [name] })
  const now = new Date()
  const row = await db.source.create({
    data: { name, kind: 'oci', settings, createdAt: now, createdBy: 'user:x', createdByName: 'X', nextAt: now },
  })
  const sync = async (at = new Date()) => {
    const connect = () => connectTo(fake.server.origin, [name], { memory: memoryOf(row.id), now: () => at })
    const before = fake.asked.length
    await syncSource(row.id, { open: connect, now: () => at })
    return fake.asked.slice(before)
  }
  const entries = () => db.sourceEntry.findMany({ where: { sourceId: row.id }, orderBy: { firstSeenAt: 'asc' } })
  return { fake, name, id: row.id, repository: new Repository(fake.server.origin, name), sync, entries }
}

async function subjectsOf(sha256: string): Promise<string[]> {
  const row = await db.envelope.findFirstOrThrow({ where: { sha256: Buffer.from(sha256, 'hex') } })
  return (await storedEdges(row.id)).map(({ digest }) => digest)
}

describe('a registry', () => {
  test('what is attached to an image speaks of what it says, not of where it hangs', async () => {
    const { repository, sync, entries } = await world()
    const [here, there] = [await repository.image('here', 'v1'), await repository.image('there')]
    const bytes = dsse(statementAbout([{ name: 'there', sha256: hexOf(there.digest) }]), [ci])
    await repository.attach(here, [[bytes, DSSE]])
    await sync()
    const [entry] = await entries()
    expect(entry).toMatchObject({ state: 'taken', path: expect.stringContaining(here.digest) })
    expect(await subjectsOf(Buffer.from(entry?.sha256 ?? []).toString('hex'))).toEqual([hexOf(there.digest)])
    expect(await db.sighting.findFirstOrThrow({ where: { path: entry?.path ?? '' } })).toMatchObject({
      deliveryId: null,
    })
  })

  test('bundles are stored as they came; statements that nobody signed are quarantined and join nothing', async () => {
    const { repository, sync, entries } = await world()
    const image = await repository.image('one')
    const about = statementAbout([{ name: 'one', sha256: hexOf(image.digest) }])
    const inside = new TextDecoder().decode(dsse(about, [ci]))
    const bundle = utf8(`{"mediaType":"${BUNDLE}","verificationMaterial":{},"dsseEnvelope":${inside}}\n`)
    await repository.attach(image, [[bundle, BUNDLE]])
    const unsigned = jsonBytes(Object.fromEntries(about))
    const attestation = await repository.attach(null, [[unsigned, IN_TOTO]])
    const annotations = {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': image.digest,
    }
    await repository.manifest(imageIndex([image, { ...attestation, annotations }]), 'v1')
    await sync()
    const rows = await entries()
    expect(rows.map(({ state, code }) => `${state} ${code}`).sort()).toEqual(['quarantined UNSIGNED', 'taken null'])
    expect(rows.find(({ state }) => state === 'quarantined')?.message).toMatch(/BuildKit/)
    const taken = rows.find(({ state }) => state === 'taken')
    const envelope = await db.envelope.findUniqueOrThrow({
      where: { id: taken?.envelopeId ?? 0n },
      include: { content: true, signatures: true },
    })
    expect(Buffer.from(envelope.content?.bytes ?? []).equals(Buffer.from(bundle))).toBe(true)
    expect(envelope).toMatchObject({ kind: 'statement', signatures: [{ certificate: false }] })
    expect(await storedEdges(envelope.id)).toHaveLength(1)
  })

  test.each([true, false])('asks each time only what may have changed (referrers API: %s)', async (referrers) => {
    const { repository, sync, entries } = await world(referrers)
    const image = await repository.image('one', 'v1')
    const attach = async (n: number) => {
      const bytes = dsse(statementAbout([{ name: `${referrers} ${n}`, sha256: hexOf(image.digest) }]), [ci])
      const referrer = await repository.attach(image, [[bytes, DSSE]])
      if (!referrers) await repository.noteInTag(image, referrer)
    }
    await attach(1)
    const first = await sync()
    const second = await sync()
    expect(first.filter((line) => /^GET .*\/(manifests|blobs)\//.test(line)).length).toBeGreaterThan(2)
    expect(second.filter((line) => /^GET .*\/(manifests|blobs)\//.test(line))).toEqual([])
    await attach(2)
    const third = await sync()
    expect(third.filter((line) => /^GET .*\/blobs\//.test(line)).length).toBe(1)
    expect((await entries()).map(({ state }) => state)).toEqual(['taken', 'taken'])
  })

  test('evidence that is taken away is marked, kept, and unmarked when it is back', async () => {
    const { repository, sync, entries, fake, name } = await world()
    const image = await repository.image('one', 'v1')
    const bytes = dsse(statementAbout([{ name: 'one', sha256: hexOf(image.digest) }]), [ci])
    const referrer = await repository.attach(image, [[bytes, DSSE]])
    await sync(new Date('2026-03-01T10:00:00Z'))
    const manifest = fake.repository(name).manifests.get(referrer.digest)
    await repository.remove(referrer.digest)
    await sync(new Date('2026-03-01T10:05:00Z'))
    expect(await entries()).toMatchObject([{ state: 'taken', vanishedAt: new Date('2026-03-01T10:05:00Z') }])
    expect(await db.envelope.count({ where: { entries: { some: { vanishedAt: { not: null } } } } })).toBe(1)
    if (manifest !== undefined) fake.repository(name).manifests.set(referrer.digest, manifest)
    await sync(new Date('2026-03-01T10:10:00Z'))
    expect(await entries()).toMatchObject([{ state: 'taken', vanishedAt: null }])
  })

  test('a tag that moves on makes nothing look gone', async () => {
    const { repository, sync, entries } = await world()
    const image = await repository.image('old', 'latest')
    const bytes = dsse(statementAbout([{ name: 'old', sha256: hexOf(image.digest) }]), [ci])
    await repository.attach(image, [[bytes, DSSE]])
    await sync(new Date('2026-03-01T10:00:00Z'))
    await repository.image('new', 'latest')
    await sync(new Date('2026-03-01T10:05:00Z'))
    await sync(new Date('2026-03-01T11:30:00Z'))
    expect(await entries()).toMatchObject([{ state: 'taken', vanishedAt: null }])
  })

  test('an outage marks nothing as gone and is said', async () => {
    const { repository, sync, entries, fake, id } = await world()
    const image = await repository.image('one', 'v1')
    await repository.attach(image, [[dsse(statementAbout([{ name: 'x', sha256: 'ab'.repeat(32) }]), [ci]), DSSE]])
    await sync()
    fake.interfere = (asked, response) => {
      if (!asked.url.includes('/referrers/')) return false
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>sign in</html>')
      return true
    }
    await sync(new Date(Date.now() + 60_000))
    expect(await entries()).toMatchObject([{ state: 'taken', vanishedAt: null }])
    expect(await db.source.findUniqueOrThrow({ where: { id } })).toMatchObject({ errorCode: 'BAD_ANSWER', failures: 1 })
  })

  test('a manifest that names a time with a NUL stops nothing', async () => {
    const { repository, sync, entries } = await world()
    const layer = await repository.blob(dsse(statementAbout([{ name: 'x', sha256: 'cd'.repeat(32) }]), [ci]), DSSE)
    const title = { 'org.opencontainers.image.title': 'a\0b.link', '\0': '\ud800' }
    const annotations = { 'org.opencontainers.image.created': '2026\0' }
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    const layers = [{ ...layer, annotations: title }]
    await repository.manifest({ schemaVersion: 2, mediaType, layers, annotations }, 'v1')
    await sync()
    expect(await entries()).toMatchObject([{ state: 'taken' }])
  })

  test('what was remembered of a source goes with it', async () => {
    const { repository, sync, id } = await world()
    await repository.image('one', 'v1')
    await sync()
    expect(await db.sourceMemory.count({ where: { sourceId: id } })).toBe(2)
    const { actor } = await signedIn('engineer')
    await removeSource(actor, id)
    expect(await db.sourceMemory.count({ where: { sourceId: id } })).toBe(0)
  })
})

describe('the memory of a source', () => {
  test('gives back what was written last, in order, by beginning and age', async () => {
    const { id } = await world()
    const memory = memoryOf(id)
    const [early, late] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-02T00:00:00Z')]
    const facts: [string, Cursor][] = [
      ['a b', 1],
      ['a c', [null, { x: 'y' }]],
      ['b a', true],
      ['a B', 'x'],
    ]
    await memory.remember(new Map(facts), early)
    await memory.remember(new Map([['a c', 2]]), late)
    expect(await memory.recall(['a b', 'a c', 'none'])).toEqual(
      new Map([
        ['a b', 1],
        ['a c', 2],
      ]),
    )
    expect(await memory.older('a ', late, '', 10)).toEqual(['a B', 'a b'])
    expect(await memory.older('a ', late, 'a B', 10)).toEqual(['a b'])
    expect(await memory.older('a ', new Date('2026-01-03'), '', 2)).toEqual(['a B', 'a b'])
    await memory.forget(['a b'])
    expect(await memory.recall(['a b'])).toEqual(new Map())
    const other = memoryOf((await world()).id)
    expect(await other.older('', new Date('2027-01-01'), '', 10)).toEqual([])
  })
})
