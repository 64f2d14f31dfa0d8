import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { isOnPath } from '#lib/testing/sources/programs.ts'
import { FakeRegistry } from '#lib/testing/sources/registry/fake-registry.ts'
import { connectTo, envelope } from '#lib/testing/sources/registry/oci-world.ts'
import {
  BUNDLE,
  type Descriptor,
  DSSE,
  EMPTY,
  IN_TOTO,
  imageIndex,
  imageManifest,
  jsonBytes,
  MANIFEST,
  Repository,
  sha256Digest,
} from '#lib/testing/sources/registry/push.ts'
import { type RealRegistry, startRegistry } from '#lib/testing/sources/registry/real-registries.ts'
import { passingMemory } from './memory.ts'

// The ways in which evidence lies in registries, each pushed with plain HTTP to every registry that is at hand.

const never = new AbortController().signal
const limits = { batchEntries: 100, signal: never }
const title = (name: string) => ({ 'org.opencontainers.image.title': name })
let count = 0
const document = () => envelope(String(++count).padStart(64, '0'))

interface Place {
  readonly name: string
  readonly referrers: boolean
  readonly missing: string | null
  start(): Promise<{ origin: string; close(): Promise<void> }>
}

const fakePlace = (referrers: boolean): Place => ({
  name: `the fake ${referrers ? 'with' : 'without'} referrers API`,
  referrers,
  missing: null,
  start: async () => {
    const fake = await FakeRegistry.start({ referrers, pageSize: 2 })
    return { origin: fake.server.origin, close: () => fake.close() }
  },
})
const realPlace = (name: 'docker-registry' | 'zot', referrers: boolean): Place => ({
  name,
  referrers,
  missing: isOnPath(name) ? null : `needs ${name} on PATH`,
  start: (): Promise<RealRegistry> => startRegistry(name),
})

const places = [fakePlace(true), fakePlace(false), realPlace('docker-registry', false), realPlace('zot', true)]

describe.each(places)('in $name', ({ referrers, missing, start }) => {
  if (missing !== null) {
    test.skip(missing, () => undefined)
    return
  }
  let started: ReturnType<typeof start> | null = null
  afterAll(async () => (await started)?.close())

  async function fresh() {
    started ??= start()
    const { origin } = await started
    const name = `team/app-${++count}`
    const repository = new Repository(origin, name)
    const connector = connectTo(origin, [name])
    const attach = async (subject: Descriptor, ...layers: Parameters<Repository['attach']>[1]) => {
      const referrer = await repository.attach(subject, layers)
      if (!referrers) await repository.noteInTag(subject, referrer)
      return referrer
    }
    const listed = async () => (await Array.fromAsync(connector.since(null, limits))).flatMap(({ entries }) => entries)
    const fetched = async (key: string) => Buffer.from((await connector.fetch(key, never)).bytes)
    return { name, repository, connector, attach, listed, fetched }
  }

  test('envelopes, bundles, links and statements come back byte for byte, whatever else hangs there', async () => {
    const { repository, attach, listed, fetched } = await fresh()
    const image = await repository.image('one', 'v1')
    const large = Uint8Array.from(Buffer.from(`{"pad":"${'é'.repeat(3_000_000)}"}\n`))
    const dsse = document()
    const odd = Uint8Array.from([0xef, 0xbb, 0xbf, 0x7b, 0x0d, 0x0a, 0x7d, 0x00])
    await attach(image, [dsse, DSSE], [large, IN_TOTO], [odd, BUNDLE])
    await attach(image, [jsonBytes({ link: 1 }), 'application/octet-stream', title('build.1b8cb085.link')])
    await attach(image, [jsonBytes({ sbom: true }), 'application/spdx+json'])
    await attach(image, [jsonBytes({ n: 1 }), 'application/vnd.cncf.notary.signature'])
    const entries = await listed()
    expect(entries.length).toBe(4)
    const bytes = await Promise.all(entries.map(({ key }) => fetched(key)))
    for (const original of [dsse, large, odd, jsonBytes({ link: 1 })])
      expect(bytes.some((one) => one.equals(Buffer.from(original)))).toBe(true)
    expect(entries.map(({ path }) => path)).toContainEqual(
      expect.stringMatching(new RegExp(`@${image.digest}/build.1b8cb085.link$`)),
    )
  })

  test("cosign's tag: each layer of it, and the next one that it is given", async () => {
    const { name, repository, connector, listed } = await fresh()
    const image = await repository.image('one', 'v1')
    const tag = `${image.digest.replace(':', '-')}.att`
    const [first, second] = [document(), document()]
    const one = await repository.attach(null, [[first, DSSE]], EMPTY, tag)
    await repository.attach(null, [[jsonBytes({ critical: 1 }), DSSE]], EMPTY, tag.replace('.att', '.sig'))
    expect((await listed()).length).toBe(1)
    await repository.attach(
      null,
      [
        [first, DSSE],
        [second, DSSE],
      ],
      EMPTY,
      tag,
    )
    const keys = (await listed()).map(({ key }) => key)
    expect(keys.length).toBe(2)
    expect(one.digest).not.toBe(image.digest)
    const found = await connector.byDigest('sha256', image.digest.slice('sha256:'.length), limits)
    expect(found.map(({ key }) => key).sort()).toEqual(keys.sort())
    expect(found.every(({ path }) => path.startsWith(`${name}@${image.digest}/`))).toBe(true)
  })

  test('an index: what hangs on it, on its platforms, and what BuildKit puts beside them', async () => {
    const { repository, connector, attach, listed } = await fresh()
    const [amd, arm] = [await repository.image('amd64'), await repository.image('arm64')]
    const statement = jsonBytes({ _type: 'https://in-toto.io/Statement/v0.1', subject: [], predicateType: 'x' })
    const attestation = await repository.attach(null, [[statement, IN_TOTO]])
    const index = await repository.manifest(
      imageIndex([
        { ...amd, platform: { os: 'linux', architecture: 'amd64' } },
        { ...arm, platform: { os: 'linux', architecture: 'arm64' } },
        {
          ...attestation,
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: {
            'vnd.docker.reference.type': 'attestation-manifest',
            'vnd.docker.reference.digest': amd.digest,
          },
        },
      ]),
      'v1',
    )
    await attach(index, [document(), DSSE])
    await attach(arm, [document(), DSSE])
    const paths = (await listed()).map(({ path }) => path.replace(/\/[^/]*$/, '').replace(/^.*@/, ''))
    expect(paths.sort()).toEqual([amd.digest, arm.digest, index.digest].sort())
    const found = await connector.byDigest('sha256', arm.digest.slice('sha256:'.length), limits)
    expect(found.map(({ path }) => path.includes(arm.digest))).toEqual([true])
  })

  test('evidence that has a tag of its own', async () => {
    const { repository, listed } = await fresh()
    await repository.attach(null, [[document(), IN_TOTO]], 'application/vnd.in-toto.link+json', 'run-17')
    expect((await listed()).length).toBe(1)
  })

  test('more tags than a page holds, in every order that registries list them', async () => {
    const { repository, attach, listed } = await fresh()
    const image = await repository.image('many', 'm')
    const config = await repository.blob(jsonBytes({ content: 'many' }), 'application/vnd.oci.image.config.v1+json')
    const layer = { ...config, mediaType: 'application/vnd.oci.image.layer.v1.tar' }
    for (let from = 0; from < 520; from += 40)
      await Promise.all(
        Array.from({ length: 40 }, (_, n) => repository.manifest(imageManifest(config, [layer]), `t${from + n}`)),
      )
    await attach(image, [document(), DSSE])
    for (const tag of ['0first', 'zlast']) await repository.attach(null, [[document(), DSSE]], DSSE, tag)
    expect((await listed()).length).toBe(3)
  }, 60_000)

  test('what hangs on something that hangs on an image', async () => {
    const { repository, attach, listed } = await fresh()
    const image = await repository.image('one', 'v1')
    const sbom = await attach(image, [jsonBytes({ sbom: count }), 'application/spdx+json'])
    await attach(sbom, [document(), DSSE])
    expect((await listed()).map(({ path }) => path.includes(sbom.digest))).toEqual([true])
  })

  test('what refers to an image that is not there: it may lie elsewhere, or never have been pushed', async () => {
    const { repository, connector, attach, listed } = await fresh()
    const digest = sha256Digest(document())
    await attach({ mediaType: MANIFEST, digest, size: 500 }, [document(), DSSE])
    const find = () => connector.byDigest('sha256', digest.slice('sha256:'.length), limits)
    const found = await find()
    expect(found.map(({ path }) => path)).toEqual([expect.stringContaining(`${repository.name}@${digest}/`)])
    // later passes look there, too
    expect(await listed()).toEqual(found)
    const nothing = sha256Digest(document()).slice('sha256:'.length)
    expect(await connector.byDigest('sha256', nothing, limits)).toEqual([])
  })

  test('a tag moves on: what hangs on the image that it stood for is still listed, until that is gone', async () => {
    const { repository, connector, attach } = await fresh()
    const old = await repository.image('old', 'latest')
    const referrer = await attach(old, [document(), DSSE])
    const keys = async () => (await Array.fromAsync(connector.since(null, limits))).flatMap(({ entries }) => entries)
    const before = await keys()
    expect(before.length).toBe(1)
    await repository.image('new', 'latest')
    expect(await keys()).toEqual(before)
    await repository.remove(referrer.digest)
    // images that no tag names are asked for less often
    if (!referrers) expect(await keys()).toEqual([])
  })
})

describe('a repeated pass', () => {
  const open: FakeRegistry[] = []
  afterEach(async () => {
    await Promise.all(open.splice(0).map((fake) => fake.close()))
  })

  test.each([true, false])('asks for no manifest again (referrers API: %s)', async (referrers) => {
    const fake = await FakeRegistry.start({ referrers })
    open.push(fake)
    const repository = new Repository(fake.server.origin, 'app')
    for (let n = 0; n < 6; n++) {
      const image = await repository.image(`${n}`, `v${n}`)
      const referrer = await repository.attach(image, [[document(), DSSE]])
      if (!referrers) await repository.noteInTag(image, referrer)
    }
    const memory = passingMemory()
    const pass = async () => {
      const before = fake.asked.length
      const batches = await Array.fromAsync(connectTo(fake.server.origin, ['app'], { memory }).since(null, limits))
      return { asked: fake.asked.slice(before), entries: batches.flatMap(({ entries }) => entries) }
    }
    const first = await pass()
    const second = await pass()
    expect(first.entries.length).toBe(6)
    expect(second.entries).toEqual(first.entries)
    expect(first.asked.filter((line) => line.startsWith('GET /v2/app/manifests/')).length).toBeGreaterThan(6)
    expect(second.asked.filter((line) => line.startsWith('GET /v2/app/manifests/'))).toEqual([])
    // the list of tags; each tag; then the referrers of each image, or each referrer and some tries at an API
    expect(second.asked.length).toBeLessThanOrEqual(referrers ? 1 + 6 + 6 : 1 + 12 + 6 + 4)
  })

  test('asks again for what hangs on an image that no tag names, but not each time; and forgets it when it is gone', async () => {
    const fake = await FakeRegistry.start({ referrers: true })
    open.push(fake)
    const repository = new Repository(fake.server.origin, 'app')
    let now = Date.parse('2026-01-01T00:00:00Z')
    const memory = passingMemory()
    const pass = async () => {
      now += 60_000
      const more = { memory, now: () => new Date(now) }
      const batches = await Array.fromAsync(connectTo(fake.server.origin, ['app'], more).since(null, limits))
      return batches.flatMap(({ entries }) => entries.map(({ key }) => key))
    }
    const old = await repository.image('old', 'latest')
    const first = await repository.attach(old, [[document(), DSSE]])
    const before = await pass()
    await repository.image('new', 'latest')
    const second = await repository.attach(old, [[document(), DSSE]])
    expect(await pass()).toEqual(before)
    now += 3_600_000
    const after = await pass()
    expect(after.length).toBe(2)
    const asked = fake.asked.length
    expect((await pass()).sort()).toEqual(after.sort())
    expect(fake.asked.slice(asked).filter((line) => line.includes(old.digest))).toEqual([])
    for (const { digest } of [first, second, old]) await repository.remove(digest)
    now += 3_600_000
    expect(await pass()).toEqual([])
    const settled = fake.asked.length
    now += 3_600_000
    expect(await pass()).toEqual([])
    expect(fake.asked.slice(settled).filter((line) => line.includes(old.digest))).toEqual([])
  })
})

describe('repositories', () => {
  test('of a pattern are those of the registry, page by page', async () => {
    const fake = await FakeRegistry.start({ referrers: true, pageSize: 2 })
    try {
      const keys: string[] = []
      for (const name of ['pay/api', 'pay/web', 'other/x', 'pay/job', 'alone']) {
        const repository = new Repository(fake.server.origin, name)
        await repository.attach(null, [[document(), DSSE]], DSSE, 'v1')
        if (name.startsWith('pay/') || name === 'alone') keys.push(name)
      }
      const connector = connectTo(fake.server.origin, ['pay/*', 'alone', 'nowhere'])
      const batches = await Array.fromAsync(connector.since(null, limits))
      const found = batches.flatMap(({ entries }) => entries.map(({ key }) => key.split('@')[0]))
      expect(found.sort()).toEqual(keys.sort())
      expect(batches.flatMap(({ skipped = [] }) => skipped)).toMatchObject([{ key: 'nowhere', code: 'GONE' }])
    } finally {
      await fake.close()
    }
  })
})
