import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { verifyFolder } from '#lib/cli/verify/command.ts'
import { decodeUtf8, publicKeyFile } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { bring, type Given, type People, people, softwareWith } from '#lib/testing/judged-software.ts'
import { signedIn } from '#lib/testing/people.ts'
import { unpack } from '#lib/testing/unpack.ts'
import { getBuild } from '../builds/get.ts'
import { buildInputs } from '../builds/inputs.ts'
import { judgedBuild } from '../builds/judged-build.ts'
import { verifyOptions } from '../builds/verify-options.ts'
import { listIdentities } from '../identities/list.ts'
import { getSoftware } from '../software/get.ts'
import { putInForce } from '../software/put-in-force.ts'
import { judgeSoftwareJob } from '../verdicts/judge-software.ts'
import { listRevokedKeys } from './list.ts'
import { restoreKey } from './restore.ts'
import { revokeKeys } from './revoke.ts'

useDatabase()

const at = (hour: number) => new Date(Date.UTC(2026, 4, 10, hour))
const NOON = at(12)
const ci = makeKey('ci')
const textOf = ({ key }: typeof ci) => decodeUtf8(publicKeyFile(key, 'legacy'))
const stolen = (more: object = {}) => ({
  keys: [{ text: textOf(ci), name: 'ci' }],
  at: NOON.toISOString(),
  reason: 'laptop stolen at the airport',
  ...more,
})

let who: People
let given: Given

const run = (product: string) => ({
  [linkFileName('build', ci)]: metablock(linkDocument({ name: 'build', products: { app: product } }), [ci]),
})

/** A software with a run from before noon and one from after. */
beforeAll(async () => {
  who = await people()
  const steps = [{ name: 'build', keys: [ci.key], products: ['CREATE app', 'DISALLOW *'] }]
  const layout = layoutDocument({ expires: new Date('2040-01-01T00:00:00Z'), steps, readme: 'stolen' })
  given = await softwareWith(who, { name: 'stolen', layout, files: run('morning'), at: at(9) })
  await putInForce(who.engineer, given.slug, { versionId: given.versionId }, at(10))
  await bring(who, 'evening', run('evening'), at(14))
})

/** Verdicts of the two builds, the older first. */
async function verdicts(hour = 16) {
  await judgeSoftwareJob({ softwareId: given.id }, at(hour))
  const builds = await db.build.findMany({
    where: { softwareId: given.id },
    orderBy: { firstSeenAt: 'asc' },
    include: { current: true },
  })
  return builds.map(({ id, current }) => ({ id, verdict: current?.verdict, code: current?.code ?? null }))
}

test('B-07 builds from before the moment stay, those from after are blocked, and each says why', async () => {
  expect((await verdicts()).map(({ verdict }) => verdict)).toEqual(['allow', 'allow'])
  await db.job.deleteMany()
  const rows = await revokeKeys(who.engineer, stolen(), at(15))
  expect(rows).toMatchObject([{ fingerprint: ci.key.fingerprint, at: NOON.toISOString(), createdBy: 'Test engineer' }])
  const jobs = await db.job.findMany({ where: { name: 'judge-software' } })
  expect(jobs.map(({ payload }) => payload)).toEqual([{ softwareId: given.id }])

  const [morning, evening] = await verdicts()
  expect(morning).toMatchObject({ verdict: 'allow' })
  expect(evening).toMatchObject({ verdict: 'deny', code: 'KEY_REVOKED' })
  const first = await getBuild(who.engineer, morning?.id ?? '')
  expect(first.report?.reasons).toMatchObject([{ code: 'KEY_REVOKED_LATER', severity: 'warning' }])
  const second = await getBuild(who.engineer, evening?.id ?? '')
  expect(second.explanation?.heading).toMatch(/^The key .*, which signed build, is revoked$/)
  expect(second.explanation?.fixes.map(({ id }) => id)).toContain('revoked-keys')
  const { keys } = await listIdentities(who.engineer)
  expect(keys.find(({ fingerprint }) => fingerprint === ci.key.fingerprint)?.revokedAt).toBe(NOON.toISOString())
})

test('the downloaded inputs give the same verdicts on the command line', async () => {
  for (const { id, verdict, code } of await verdicts()) {
    const dir = mkdtempSync(join(tmpdir(), 'waybill-revoked-'))
    try {
      await unpack((await buildInputs(who.engineer, id)).stream, dir)
      const [folder = ''] = readdirSync(dir)
      const file = (name: string) => join(dir, folder, name)
      const options = await verifyOptions(await judgedBuild(id))
      const words = options.flatMap((one) => one.words)
      expect(words).toEqual(['--revoked-keys', 'revoked-keys.json', '--time-proofs', 'time-proofs.json'])
      const report = verifyFolder({
        layout: file('root.layout'),
        layoutKeys: readdirSync(file('keys')).map((name) => file(`keys/${name}`)),
        linkDir: file('links'),
        at: at(16).getTime(),
        params: null,
        intermediates: [],
        trustBundles: null,
        timeProofs: file('time-proofs.json'),
        revokedKeys: file('revoked-keys.json'),
        runInspections: null,
        profile: 'strict',
        json: true,
      })
      expect([report.verdict, report.reasons[0]?.code]).toEqual([verdict, code ?? 'KEY_REVOKED_LATER'])
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  }
})

test('an administrator takes it back, and the audit log keeps both acts', async () => {
  const [row] = await listRevokedKeys(who.engineer)
  await expect(restoreKey(who.engineer, row?.id ?? '')).rejects.toThrow(/admin/)
  expect(await restoreKey(who.admin, row?.id ?? '')).toEqual({ restored: row?.name })
  expect(await listRevokedKeys(who.engineer)).toEqual([])
  expect((await verdicts()).map(({ verdict }) => verdict)).toEqual(['allow', 'allow'])
  const acts = await db.auditEntry.findMany({ where: { objectType: 'revoked-key' }, orderBy: { seq: 'asc' } })
  expect(acts.map(({ act, actorName }) => [act, actorName])).toEqual([
    ['key.revoke', 'Test engineer'],
    ['key.restore', 'Test admin'],
  ])
  expect(acts[0]?.detail).toMatchObject({ fingerprint: ci.key.fingerprint, reason: 'laptop stolen at the airport' })
  await expect(restoreKey(who.admin, row?.id ?? '')).rejects.toThrow(/revocation/)
})

test('an owner whose key is revoked puts nothing in force any more; what was in force before stays', async () => {
  const software = await db.software.findUniqueOrThrow({ where: { id: given.id }, include: { owners: true } })
  const fingerprint = Buffer.from(software.owners[0]?.fingerprint ?? []).toString('hex')
  const revokedFrom = async (hour: number) => {
    const [row] = await revokeKeys(
      who.engineer,
      stolen({ keys: [{ fingerprint }], at: at(hour).toISOString() }),
      at(15),
    )
    return row?.id ?? ''
  }
  const late = await revokedFrom(12)
  expect((await verdicts()).map(({ verdict }) => verdict)).toEqual(['allow', 'allow'])
  expect((await getSoftware(who.engineer, given.slug, at(16))).inForce?.enforceable).toBe(true)
  await expect(putInForce(who.engineer, given.slug, { versionId: given.versionId }, at(16))).rejects.toThrow(
    /is revoked from/,
  )
  await restoreKey(who.admin, late)
  const early = await revokedFrom(8)
  expect((await verdicts()).map(({ verdict, code }) => [verdict, code])).toEqual([
    ['deny', 'KEY_REVOKED'],
    ['deny', 'KEY_REVOKED'],
  ])
  expect((await getSoftware(who.engineer, given.slug, at(16))).inForce?.enforceable).toBe(false)
  const [{ id } = { id: '' }] = await verdicts()
  expect((await getBuild(who.engineer, id)).explanation?.heading).toBe(
    'The key owner, which signed the layout, is revoked',
  )
  await restoreKey(who.admin, early)
})

describe('what makes no sense is refused in words, and nothing of it is kept', () => {
  test.each<[string, object, RegExp]>([
    ['a time to come', { at: at(17).toISOString() }, /a time that has come/],
    ['a private key', { keys: [{ text: ci.privatePem(), name: 'x' }] }, /private key/],
    ['a key that nobody knows', { keys: [{ fingerprint: 'ab'.repeat(32) }] }, /public key abab/],
  ])('%s', async (_, more, words) => {
    await expect(revokeKeys(who.engineer, stolen(more), at(16))).rejects.toThrow(words)
    expect(await db.revokedKey.count()).toBe(0)
  })

  test('a developer revokes nothing, and a body without a reason is told so', async () => {
    await expect(revokeKeys((await signedIn('developer')).actor, stolen(), at(16))).rejects.toThrow(/engineer or admin/)
    const { POST } = await import('#app/api/v1/revoked-keys/route.ts')
    const request = new Request('http://localhost/x', {
      method: 'POST',
      headers: { ...(await signedIn('engineer')).headers, 'content-type': 'application/json' },
      body: JSON.stringify({ ...stolen(), reason: ' ' }),
    })
    const answer = await POST(request, { params: Promise.resolve({}) })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('give why')
  })
})
