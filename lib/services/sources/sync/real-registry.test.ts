import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { sourceSettingsSchema } from '#lib/contract/sources.ts'
import { jsonObject, utf8 } from '#lib/crypto/index.ts'
import { sha256Hex } from '#lib/crypto/node/index.ts'
import { db } from '#lib/db/client.ts'
import { getEnvelope } from '#lib/services/envelopes/get.ts'
import { listEnvelopes } from '#lib/services/envelopes/list.ts'
import { rawEnvelope } from '#lib/services/envelopes/raw.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { signedIn } from '#lib/testing/people.ts'
import { isOnPath } from '#lib/testing/sources/programs.ts'
import { connectTo } from '#lib/testing/sources/registry/oci-world.ts'
import {
  BUNDLE,
  type Descriptor,
  DSSE,
  EMPTY,
  IN_TOTO,
  imageIndex,
  jsonBytes,
  Repository,
} from '#lib/testing/sources/registry/push.ts'
import {
  type RealRegistry,
  type RealRegistryName,
  startRegistry,
} from '#lib/testing/sources/registry/real-registries.ts'
import { memoryOf } from '../source-memory.ts'
import { syncSource } from './sync-source.ts'

// What goes into a registry that others wrote comes back out of Waybill byte for byte, and what goes from there is noticed.

useDatabase()

const ci = makeKey('ci')
const witness = (name: string) =>
  Uint8Array.from(readFileSync(join(import.meta.dirname, '../../../in-toto/vectors/real-witness', name)))

/** White space that only the original bytes have. */
function attestation(subject: Descriptor, kind: string): Uint8Array<ArrayBuffer> {
  const digest = jsonObject({ sha256: subject.digest.slice('sha256:'.length) })
  const statement = jsonObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [jsonObject({ name: kind, digest })],
    predicateType: `https://bank.example/${kind}/v1`,
    predicate: jsonObject({ result: 'PASSED' }),
  })
  return Uint8Array.from([...dsse(statement, [ci]), 13, 10, 32, 10])
}

/** Stored now, or already with another registry. */
function isIn({ state }: { state: string }): boolean {
  return state === 'taken' || state === 'known'
}

/** Everything that may lie in a registry, each document under its own sha256. */
async function fill(repository: Repository, referrers: boolean) {
  const pushed = new Map<string, Uint8Array>()
  const note = (bytes: Uint8Array<ArrayBuffer>) => {
    pushed.set(sha256Hex(bytes), bytes)
    return bytes
  }
  const attach = async (subject: Descriptor, layers: Parameters<Repository['attach']>[1]) => {
    for (const [bytes] of layers) note(bytes)
    const referrer = await repository.attach(subject, layers)
    if (!referrers) await repository.noteInTag(subject, referrer)
    return referrer
  }
  const image = (content: string, tag?: string) => repository.image(`${content} of ${repository.name}`, tag)
  const [signed, one] = [await image('signed', 'v1'), await image('one', 'v2')]
  const cosign: [Uint8Array<ArrayBuffer>, string][] = [
    [note(attestation(signed, 'scan')), DSSE],
    [note(witness('build.json')), DSSE],
  ]
  await repository.attach(null, cosign, EMPTY, `${signed.digest.replace(':', '-')}.att`)
  const inside = new TextDecoder().decode(attestation(one, 'bundled'))
  const referrer = await attach(one, [[utf8(`{"mediaType":"${BUNDLE}","dsseEnvelope":${inside}}\n`), BUNDLE]])
  const link = metablock(linkDocument({ name: 'build', products: { app: repository.name } }), [ci])
  const title = { 'org.opencontainers.image.title': linkFileName('build', ci) }
  await attach(one, [[Uint8Array.from(link), 'application/octet-stream', title]])
  await attach(one, [
    [Uint8Array.from([0xef, 0xbb, 0xbf, 0x7b, 0x0d, 0x0a, 0x22, 0xff, 0x00, 0x7d]), DSSE],
    [utf8('{"payloadType":"application/vnd.in-toto+json","payload":"e30="'), DSSE],
  ])
  const [amd, arm] = [await image('amd64'), await image('arm64')]
  const index = await repository.manifest(imageIndex([amd, arm]), 'latest')
  await attach(index, [[attestation(index, 'release'), DSSE]])
  await attach(arm, [[attestation(arm, 'release'), DSSE]])
  await attach(amd, [[jsonBytes({ _type: 'https://in-toto.io/Statement/v1', subject: [] }), IN_TOTO]])
  return { pushed, one, referrer }
}

describe.each<[RealRegistryName, boolean]>([
  ['docker-registry', false],
  ['zot', true],
])('%s itself, as a source', (name, referrers) => {
  if (!isOnPath(name)) {
    test.skip(`needs ${name} on PATH`, () => undefined)
    return
  }
  const started: RealRegistry[] = []
  afterAll(async () => {
    await Promise.all(started.map((registry) => registry.close()))
  })

  test('each byte comes back, what is taken away is marked and kept, and unmarked once it is back', async () => {
    const registry = await startRegistry(name)
    started.push(registry)
    const { origin } = registry
    const repository = new Repository(origin, `team/${name}`)
    const { pushed, one, referrer } = await fill(repository, referrers)
    const settings = sourceSettingsSchema.parse({ kind: 'oci', url: origin, repositories: ['team/*'] })
    const at = new Date()
    const { id } = await db.source.create({
      data: { name, kind: 'oci', settings, createdAt: at, createdBy: 'user:x', createdByName: 'X', nextAt: at },
    })
    let now = Date.parse('2026-03-01T10:00:00Z')
    const sync = async () => {
      now += 60_000
      const clock = () => new Date(now)
      const open = () => connectTo(origin, ['team/*'], { memory: memoryOf(id), now: clock })
      await syncSource(id, { open, now: clock })
      expect(await db.source.findUniqueOrThrow({ where: { id } })).toMatchObject({
        errorCode: null,
        caughtUpAt: clock(),
      })
    }
    const entries = () => db.sourceEntry.findMany({ where: { sourceId: id }, orderBy: { key: 'asc' } })
    await sync()

    const { actor } = await signedIn('viewer')
    const found = await entries()
    const digests = found.map(({ sha256 }) => Buffer.from(sha256 ?? []).toString('hex'))
    expect(digests.sort()).toEqual([...pushed.keys()].sort())
    for (const [sha256, bytes] of pushed)
      expect(Buffer.from((await rawEnvelope(actor, sha256)).bytes).equals(Buffer.from(bytes))).toBe(true)
    const [bad, good] = [found.filter(({ state }) => state === 'quarantined'), found.filter(isIn)]
    expect([bad.length, good.length]).toEqual([3, pushed.size - 3])
    expect(bad.every(({ code, message }) => code !== null && (message ?? '').length > 20)).toBe(true)
    const quarantine = await listEnvelopes(actor, { status: 'quarantined', limit: 500 })
    const here = quarantine.rows.filter(({ sha256 }) => pushed.has(sha256))
    expect(here.map(({ found: where }) => where?.path.startsWith('team/'))).toEqual([true, true, true])

    const bundle = found.find(({ path }) => path.endsWith('.sigstore.json'))
    const sha256 = Buffer.from(bundle?.sha256 ?? []).toString('hex')
    const places = async () => (await getEnvelope(actor, sha256)).places
    expect(await places()).toMatchObject([{ source: { id, name }, path: bundle?.path, vanishedAt: null }])
    await repository.remove(referrer.digest)
    await sync()
    expect(await places()).toMatchObject([{ vanishedAt: new Date(now).toISOString() }])
    expect((await entries()).filter(({ vanishedAt }) => vanishedAt !== null).map(({ path }) => path)).toEqual([
      bundle?.path,
    ])
    expect((await rawEnvelope(actor, sha256)).bytes.length).toBe(pushed.get(sha256)?.length)

    await repository.attach(one, [[Uint8Array.from(pushed.get(sha256) ?? []), BUNDLE]])
    await sync()
    expect(await places()).toMatchObject([{ vanishedAt: null }])
    expect((await entries()).length).toBe(pushed.size)
  }, 60_000)
})
