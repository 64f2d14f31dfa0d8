import { beforeAll, describe, expect, test } from 'vitest'
import { decodeUtf8, publicKeyFile } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { apiToken, type Person, signedIn } from '#lib/testing/people.ts'
import { getBuild } from '../builds/get.ts'
import { judgedBuild } from '../builds/judged-build.ts'
import { verifyOptions } from '../builds/verify-options.ts'
import { bringIn } from '../imports/bring-in.ts'
import { createSoftware } from '../software/create.ts'
import { putInForce } from '../software/put-in-force.ts'
import { setOwnerKeys } from '../software/set-owner-keys.ts'
import { judgeSoftwareJob } from '../verdicts/judge-software.ts'
import { declareFunctionary } from './declare.ts'
import { listFunctionaries } from './list.ts'
import { removeFunctionary } from './remove.ts'

useDatabase()

const AT = new Date('2026-03-01T10:00:00.000Z')
const [owner, mira, laptop] = [makeKey('owner'), makeKey('mira'), makeKey('laptop')]
const textOf = ({ key }: typeof mira) => decodeUtf8(publicKeyFile(key, 'legacy'))
const given = (more: object = {}) => ({
  name: 'Mira Novak',
  keys: [
    { text: textOf(mira), name: 'mira' },
    { text: textOf(laptop), name: 'laptop' },
  ],
  spiffeIds: [],
  reason: 'both were handed to her by the identity team',
  ...more,
})

let admin: Person['actor']
let engineer: Person['actor']
let developer: Person['actor']
let softwareId = ''

/** A release that two people must have signed, and that one person signed with two keys. */
beforeAll(async () => {
  admin = (await signedIn('admin')).actor
  engineer = (await signedIn('engineer')).actor
  developer = (await signedIn('developer')).actor
  const document = layoutDocument({
    expires: new Date('2040-01-01T00:00:00Z'),
    steps: [{ name: 'release', keys: [mira.key, laptop.key], threshold: 2, products: ['CREATE app', 'DISALLOW *'] }],
  })
  const link = linkDocument({ name: 'release', products: { app: 'good' } })
  const bring = (title: string, files: readonly { path: string; bytes: Uint8Array }[]) =>
    bringIn(engineer, { via: 'page', title, at: AT, files, delivery: { kind: 'handed-over' } })
  await bring('layout', [{ path: 'twice.layout', bytes: metablock(document, [owner]) }])
  await bring(
    'run',
    [mira, laptop].map((key) => ({ path: `run/${linkFileName('release', key)}`, bytes: metablock(link, [key]) })),
  )
  const { slug } = await createSoftware(engineer, { name: 'Twice' }, AT)
  await setOwnerKeys(admin, slug, { keys: [{ name: 'owner', text: textOf(owner) }] })
  const version = await db.layoutVersion.findFirstOrThrow({ where: { name: 'twice' } })
  softwareId = (await putInForce(engineer, slug, { versionId: version.id, parameters: null }, AT)).id
})

async function judged() {
  await judgeSoftwareJob({ softwareId }, AT)
  const { id, current } = await db.build.findFirstOrThrow({ where: { softwareId }, include: { current: true } })
  return { id, verdict: current?.verdict, code: current?.code }
}

test('B-06 one person with two keys is verified as two, until somebody declares that they are one', async () => {
  expect(await judged()).toMatchObject({ verdict: 'allow', code: null })
  await db.job.deleteMany()
  const row = await declareFunctionary(engineer, given(), AT)
  expect(row).toMatchObject({ name: 'Mira Novak', createdBy: 'Test engineer' })
  expect(row.keys.map(({ fingerprint }) => fingerprint)).toEqual([mira.key.fingerprint, laptop.key.fingerprint].sort())
  const jobs = await db.job.findMany({ where: { name: 'judge-software' } })
  expect(jobs.map(({ payload }) => payload)).toEqual([{ softwareId }])
  const { id, ...rest } = await judged()
  expect(rest).toEqual({ verdict: 'deny', code: 'STEP_THRESHOLD' })
  const { report, explanation } = await getBuild(developer, id)
  expect(report?.reasons[0]?.message).toContain('are declared as one: Mira Novak')
  expect(report?.referenceVerdict).toBe('allow')
  expect(JSON.stringify(explanation)).toContain('release has 1 of the 2 signatures it needs')
  const options = await verifyOptions(await judgedBuild(id))
  expect(options.find(({ words }) => words[0] === '--functionaries')?.file?.content).toContain(mira.key.fingerprint)
})

test('an administrator takes it back, and the audit log keeps both acts', async () => {
  const [row] = await listFunctionaries(developer)
  await expect(removeFunctionary(engineer, row?.id ?? '')).rejects.toThrow(/admin/)
  await removeFunctionary(admin, row?.id ?? '')
  expect(await listFunctionaries(developer)).toEqual([])
  expect(await judged()).toMatchObject({ verdict: 'allow', code: null })
  const acts = await db.auditEntry.findMany({ where: { objectType: 'functionary' }, orderBy: { seq: 'asc' } })
  expect(acts.map(({ act, actorName }) => [act, actorName])).toEqual([
    ['functionary.declare', 'Test engineer'],
    ['functionary.remove', 'Test admin'],
  ])
  expect(acts[1]?.detail).toMatchObject({ keys: [mira.key.fingerprint, laptop.key.fingerprint].sort() })
  await expect(removeFunctionary(admin, row?.id ?? '')).rejects.toThrow(/functionary/)
})

describe('what makes no sense is refused in words, and nothing of it is kept', () => {
  test.each<[string, object, RegExp]>([
    ['one key, given twice', { keys: [given().keys[0], { text: textOf(mira), name: 'again' }] }, /one key only/],
    ['a URL as SPIFFE ID', { spiffeIds: ['https://bank.example/x'] }, /spiffe:\/\/bank\.example/],
    ['a private key', { keys: [{ text: mira.privatePem(), name: 'x' }, given().keys[1]] }, /private key/],
    ['a key that nobody knows', { keys: [{ fingerprint: 'ab'.repeat(32) }, given().keys[1]] }, /public key abab/],
  ])('%s', async (_, more, words) => {
    await expect(declareFunctionary(engineer, given(more), AT)).rejects.toThrow(words)
    expect(await db.functionary.count()).toBe(0)
  })

  test('a developer declares nobody, and no token does', async () => {
    await expect(declareFunctionary(developer, given(), AT)).rejects.toThrow(/engineer or admin/)
    const token = await apiToken(['ingest', 'read'])
    const { POST } = await import('#app/api/v1/functionaries/route.ts')
    const post = (body: object, headers: Record<string, string>) =>
      POST(
        new Request('http://localhost/x', {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
        { params: Promise.resolve({}) },
      )
    expect((await post(given(), token.headers)).status).toBe(403)
    const alone = await post(given({ keys: [given().keys[0]] }), (await signedIn('engineer')).headers)
    expect(alone.status).toBe(400)
    expect(await alone.text()).toContain('at least two')
  })
})
