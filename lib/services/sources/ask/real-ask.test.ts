import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { systemActor } from '#lib/auth/actor.ts'
import { type SourceSettings, sourceSettingsSchema } from '#lib/contract/sources.ts'
import { jsonObject } from '#lib/crypto/index.ts'
import { sha256Hex } from '#lib/crypto/node/index.ts'
import { db } from '#lib/db/client.ts'
import type { Connector } from '#lib/sources/connector.ts'
import { guardedFetch } from '#lib/sources/guarded-fetch/guarded-fetch.ts'
import { PUBLIC_ONLY, parseOrigins } from '#lib/sources/guarded-fetch/outbound-policy.ts'
import { openConnector } from '#lib/sources/kinds.ts'
import { digestOf } from '#lib/testing/authority/documents.ts'
import { dsse } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { isOnPath } from '#lib/testing/sources/programs.ts'
import { RealArchivista } from '#lib/testing/sources/real-archivista.ts'
import { DSSE, EMPTY, Repository } from '#lib/testing/sources/registry/push.ts'
import { startRegistry } from '#lib/testing/sources/registry/real-registries.ts'
import { rawEnvelope } from '../../envelopes/raw.ts'
import { memoryOf } from '../source-memory.ts'
import { syncSource } from '../sync/sync-source.ts'
import { askSources } from './ask-sources.ts'

// Servers that others wrote are asked about a digest, and what they have comes in byte for byte.

useDatabase()

const actor = systemActor('test')
const ci = makeKey('ci')
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
  await db.source.updateMany({ where: { removedAt: null }, data: { removedAt: new Date() } })
})

/** White space that only the original bytes have. */
function attestation(digest: string, kind: string): Uint8Array<ArrayBuffer> {
  const statement = jsonObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [jsonObject({ name: kind, digest: jsonObject({ sha256: digest }) })],
    predicateType: `https://bank.example/${kind}/v1`,
    predicate: jsonObject({ id: randomUUID() }),
  })
  return Uint8Array.from([...dsse(statement, [ci]), 10, 32, 10])
}

async function added(given: object, origin: string) {
  const settings: SourceSettings = sourceSettingsSchema.parse(given)
  const now = new Date()
  const by = { createdBy: 'user:x', createdByName: 'X' }
  const data = { name: randomUUID(), kind: settings.kind, settings, createdAt: now, nextAt: now, ...by }
  const { id } = await db.source.create({ data })
  const connect = (): Connector =>
    openConnector(settings, {
      fetch: guardedFetch({ ...PUBLIC_ONLY, origins: parseOrigins(origin) }),
      credentials: { secret: async () => null },
      folders: [],
      now: () => new Date(),
      memory: memoryOf(id),
    })
  const sync = () => syncSource(id, { open: connect })
  /** with the worker at work */
  const ask = async (digest: string) => {
    let over = false
    const asking = askSources(actor, digest, { open: connect }).finally(() => {
      over = true
    })
    while (!over) {
      if ((await db.sourceEntry.count({ where: { sourceId: id, state: 'waiting' } })) > 0) await sync()
      else await sleep(20)
    }
    const { sources } = await asking
    expect(sources).toHaveLength(1)
    return sources[0]
  }
  return { id, sync, ask }
}

async function expectStored(documents: readonly Uint8Array[]): Promise<void> {
  for (const bytes of documents) {
    const raw = await rawEnvelope(actor, sha256Hex(bytes))
    expect(Buffer.from(raw.bytes).equals(Buffer.from(bytes))).toBe(true)
  }
}

if (isOnPath('archivista')) {
  test('archivista: what names the digest as its subject is found, nothing else is, and it comes in', async () => {
    const real = await RealArchivista.start()
    open.push(real)
    const { id, ask } = await added({ kind: 'archivista', url: real.origin }, real.origin)
    const digest = digestOf(real.origin)
    const mine = [attestation(digest, 'scan'), attestation(digest, 'review')]
    for (const bytes of [...mine, attestation(digestOf('elsewhere'), 'scan')]) await real.upload(bytes)
    // the first run of the worker would follow the source as a whole: it has done so before
    await db.source.update({ where: { id }, data: { followCursor: { cursor: null } } })
    expect(await ask(digest)).toMatchObject({ outcome: 'asked', found: 2, fresh: 2, known: 0, outside: 0 })
    await expectStored(mine)
    expect(await ask(digest)).toMatchObject({ found: 2, fresh: 0, known: 2 })
    expect(await ask(digestOf('nobody knows'))).toMatchObject({ outcome: 'asked', found: 0 })
    await real.stop()
    expect(await ask(digest)).toMatchObject({ outcome: 'failed', code: 'UNREACHABLE' })
  })
} else test.skip('archivista: needs archivista on PATH', () => undefined)

for (const { name, referrers } of [
  { name: 'docker-registry', referrers: false },
  { name: 'zot', referrers: true },
] as const) {
  if (!isOnPath(name)) {
    test.skip(`${name}: needs ${name} on PATH`, () => undefined)
    continue
  }
  describe(name, () => {
    test('what hangs on an image that no tag names comes in, and later passes do not say that it is gone', async () => {
      const registry = await startRegistry(name)
      open.push(registry)
      const repository = new Repository(registry.origin, 'team/asked')
      const settings = { kind: 'oci', url: registry.origin, repositories: ['team/asked'] }
      // something has to be there for the list of tags
      await repository.image('other', 'v1')
      const { id, sync, ask } = await added(settings, registry.origin)
      await sync()
      const image = await repository.image(randomUUID())
      const digest = image.digest.slice('sha256:'.length)
      const [attached, signed] = [attestation(digest, 'scan'), attestation(digest, 'review')]
      const referrer = await repository.attach(image, [[attached, DSSE]])
      if (!referrers) await repository.noteInTag(image, referrer)
      await repository.attach(null, [[signed, DSSE]], EMPTY, `${image.digest.replace(':', '-')}.att`)
      expect(await ask(image.digest)).toMatchObject({ outcome: 'asked', found: 2, fresh: 2, outside: 0 })
      await expectStored([attached, signed])
      expect(await ask(image.digest)).toMatchObject({ found: 2, fresh: 0, known: 2 })
      await sync()
      await sync()
      expect(await db.sourceEntry.count({ where: { sourceId: id, vanishedAt: { not: null } } })).toBe(0)
      expect(await ask(digestOf('nobody knows'))).toMatchObject({ outcome: 'asked', found: 0 })
    })
  })
}
