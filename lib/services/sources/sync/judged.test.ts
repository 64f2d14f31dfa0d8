import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { systemActor } from '#lib/auth/actor.ts'
import type { SourceSettings } from '#lib/contract/sources.ts'
import { decodeUtf8, publicKeyFile } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { digestOf, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { MemorySource } from '#lib/testing/sources/memory-source.ts'
import { bringIn } from '../../imports/bring-in.ts'
import { createSoftware } from '../../software/create.ts'
import { putInForce } from '../../software/put-in-force.ts'
import { setOwnerKeys } from '../../software/set-owner-keys.ts'
import { judgeSoftwareJob } from '../../verdicts/judge-software.ts'
import { askSources } from '../ask/ask-sources.ts'
import { syncSource } from './sync-source.ts'

// What is judged from a folder, also from one that is used again for the next run.

useDatabase()

const actor = { ...systemActor('x'), kind: 'user' as const, id: randomUUID(), role: 'admin' as const }
const start = Date.parse('2030-06-01T00:00:00Z')
const day = (n: number): Date => new Date(start + n * 86_400_000)

async function softwareWithLayout(owner: TestKey, builder: TestKey, packer: TestKey): Promise<string> {
  const name = `software ${randomUUID()}`
  const { slug, id } = await createSoftware(actor, { name }, day(-3))
  const text = decodeUtf8(publicKeyFile(owner.key, 'legacy'))
  await setOwnerKeys(actor, slug, { keys: [{ name: 'owner', text }] }, day(-3))
  const layout = layoutDocument({
    expires: day(90),
    readme: name,
    steps: [
      { name: 'build', keys: [builder.key], products: ['CREATE app', 'DISALLOW *'] },
      {
        name: 'package',
        keys: [packer.key],
        materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'],
        products: ['CREATE app.tgz', 'DISALLOW *'],
      },
    ],
  })
  const files = [{ path: `${name}.layout`, bytes: metablock(layout, [owner]) }]
  await bringIn(actor, { via: 'page', title: 'layout', at: day(-2), files, delivery: { kind: 'handed-over' } })
  const version = await db.layoutVersion.findFirstOrThrow({ where: { name } })
  await putInForce(actor, slug, { versionId: version.id, parameters: null }, day(-1))
  return id
}

async function folderSource(together: boolean): Promise<string> {
  const settings: SourceSettings = { kind: 'directory', folder: '/runs', together }
  const by = { createdBy: 'user:adder', createdByName: 'Adder' }
  const data = { name: randomUUID(), kind: 'directory', settings, createdAt: day(0), nextAt: day(0), ...by }
  return (await db.source.create({ data })).id
}

/** A software with signers of its own, and a source whose folders may be told to hold runs. */
async function world({ together }: { together: boolean }) {
  const [owner, builder, packer] = [makeKey('owner'), makeKey('builder'), makeKey('packer')]
  const softwareId = await softwareWithLayout(owner, builder, packer)
  const sourceId = await folderSource(together)
  const source = new MemorySource('sweep')
  const put = (step: 'build' | 'package', n: string, { from = n, folder = '' } = {}): void => {
    const signer = step === 'build' ? builder : packer
    const document =
      step === 'build'
        ? linkDocument({ name: step, products: { app: `app ${n}` } })
        : linkDocument({ name: step, materials: { app: `app ${from}` }, products: { 'app.tgz': `tgz ${n}` } })
    source.put(`${folder}${linkFileName(step, signer)}`, metablock(document, [signer]))
  }
  /** Verdicts after a sync and a judging that many days later, oldest build first. */
  const verdicts = async (days: number): Promise<string[]> => {
    await syncSource(sourceId, { open: () => source, now: () => day(days) })
    await judgeSoftwareJob({ softwareId }, new Date(day(days).getTime() + 7_200_000))
    const builds = await db.build.findMany({
      where: { softwareId },
      include: { current: true },
      orderBy: [{ firstSeenAt: 'asc' }, { short: 'asc' }],
    })
    return builds.map(({ current }) => `${current?.verdict} ${current?.code ?? ''}`.trim())
  }
  /** Asks about the last product, which all that lies there is said to speak of; the next sync brings it in. */
  const ask = async (n: string): Promise<number> => {
    const digest = `sha256:${digestOf(`tgz ${n}`)}`
    source.about.set(digest, [...source.entries.keys()])
    const open = ({ id }: { id: string }) => (id === sourceId ? source : new MemorySource())
    const { sources } = await askSources(actor, digest, { open, bringMs: 0 })
    return sources.find(({ id }) => id === sourceId)?.waiting ?? 0
  }
  return { put, verdicts, ask }
}

describe('runs that a folder source finds', () => {
  test('are judged as folders that were handed over, each by itself', async () => {
    const { put, verdicts } = await world({ together: true })
    put('build', '1', { folder: '1/' })
    put('package', '1', { folder: '1/' })
    expect(await verdicts(1)).toEqual(['allow'])
    put('build', '2', { folder: '2/' })
    put('package', '2', { folder: '2/', from: 'tampered' })
    expect(await verdicts(2)).toEqual(['allow', 'deny ARTIFACT_MODIFIED'])
  })

  test('in a folder that is used again do not borrow from the run before', async () => {
    const { put, verdicts } = await world({ together: true })
    put('build', '1')
    put('package', '1')
    expect(await verdicts(1)).toEqual(['allow'])
    // the next run's package is of an app that its own build, which comes later, did not make
    put('package', '2', { from: 'tampered' })
    const [first, second] = await verdicts(2)
    expect(first).toBe('allow')
    expect(second).toMatch(/^(deny|cannot-tell)/)
    put('build', '2')
    const [still, ...later] = await verdicts(3)
    expect(still).toBe('allow')
    expect(later).not.toEqual([])
    for (const verdict of later) expect(verdict).toMatch(/^(deny|cannot-tell)/)
  })

  test('in a folder that is used again are allowed when they are whole, in whatever order they come', async () => {
    const { put, verdicts } = await world({ together: true })
    put('build', '1')
    put('package', '1')
    expect(await verdicts(1)).toEqual(['allow'])
    put('package', '2')
    expect((await verdicts(2))[1]).toMatch(/^(deny|cannot-tell)/)
    put('build', '2')
    expect(await verdicts(2)).toEqual(['allow', 'allow'])
  })

  test('in a folder that is used again with a link of the run before are told as what they are', async () => {
    const { put, verdicts } = await world({ together: true })
    put('build', '1')
    put('package', '1')
    await verdicts(1)
    // packaged again: the link of its build was not made anew and speaks for the run before
    put('package', '1b', { from: '1' })
    expect(await verdicts(2)).toEqual(['allow', 'cannot-tell REPLAYED'])
  })

  test('hold together only where somebody vouches for the folders', async () => {
    const { put, verdicts } = await world({ together: false })
    put('build', '1')
    put('package', '1')
    const found = await verdicts(1)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^(deny|cannot-tell)/)
  })

  test('make no allow by being asked about: what came together in an answer holds nothing together', async () => {
    const { put, verdicts, ask } = await world({ together: false })
    put('build', '1')
    put('package', '1')
    expect(await ask('1')).toBe(2)
    const found = await verdicts(1)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^(deny|cannot-tell)/)
  })
})
