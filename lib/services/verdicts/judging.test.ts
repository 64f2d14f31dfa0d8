// Longer than most: one software lives through all of it in the order of time.
import { beforeAll, describe, expect, test } from 'vitest'
import { type Actor, systemActor } from '#lib/auth/actor.ts'
import { buildDetailSchema, buildPageSchema } from '#lib/contract/builds.ts'
import { postureSchema } from '#lib/contract/posture.ts'
import { type SoftwareDetail, softwareDetailSchema } from '#lib/contract/software.ts'
import { verdictAnswerSchema } from '#lib/contract/verdict.ts'
import { decodeUtf8, publicKeyFile } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import {
  digestOf,
  type LayoutSpec,
  type LinkSpec,
  layoutDocument,
  linkDocument,
} from '#lib/testing/authority/documents.ts'
import { dsse, linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { getBuild } from '../builds/get.ts'
import { listBuilds } from '../builds/list.ts'
import { recheckBuild } from '../builds/recheck.ts'
import { bringIn } from '../imports/bring-in.ts'
import { getPosture } from '../posture/get.ts'
import { createSoftware } from '../software/create.ts'
import { listSoftware } from '../software/list.ts'
import { putInForce } from '../software/put-in-force.ts'
import { setOwnerKeys } from '../software/set-owner-keys.ts'
import { setSettings } from '../software/set-settings.ts'
import { withdraw } from '../software/withdraw.ts'
import { verdictByDigest } from './by-digest.ts'
import { judgeBuildJob } from './judge-build.ts'
import { judgeSoftwareJob } from './judge-software.ts'
import { sweepExpired } from './sweep-expired.ts'

useDatabase()

const NOW = Date.parse('2030-06-01T00:00:00Z')
const minutes = (n: number) => new Date(NOW + n * 60_000)
const user = (role: Actor['role']): Actor => ({
  ...systemActor('x'),
  kind: 'user',
  id: '00000000-0000-7000-8000-000000000001',
  name: 'Ines',
  role,
})
const [admin, engineer, developer, viewer] = [user('admin'), user('engineer'), user('developer'), user('viewer')]

const owner = makeKey('owner')
const second = makeKey('second owner', 'ecdsa-p256')
const ci = makeKey('ci')
const tester = makeKey('tester')
const packer = makeKey('packer', 'rsa')

function layoutSpec(readme: string, expires = minutes(60 * 24 * 30)): LayoutSpec {
  return {
    expires,
    readme,
    steps: [
      { name: 'build', keys: [ci.key], products: ['CREATE app', 'DISALLOW *'] },
      {
        name: 'test',
        keys: [tester.key],
        materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'],
        products: ['DISALLOW *'],
      },
      {
        name: 'package',
        keys: [packer.key],
        materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'],
        products: ['CREATE app.tgz', 'DISALLOW *'],
      },
    ],
  }
}

const STEPS = ['build', 'test', 'package'] as const
const signerOf: Record<(typeof STEPS)[number], TestKey> = { build: ci, test: tester, package: packer }

function linksOf(n: string, tamper = false): Record<(typeof STEPS)[number], LinkSpec> {
  const app = { app: `app ${n}` }
  return {
    build: { name: 'build', products: app },
    test: { name: 'test', materials: app },
    package: { name: 'package', materials: tamper ? { app: 'tampered' } : app, products: { 'app.tgz': `tgz ${n}` } },
  }
}

function files(n: string, steps: readonly (typeof STEPS)[number][] = STEPS, tamper = false) {
  const links = linksOf(n, tamper)
  return steps.map((step) => ({
    path: linkFileName(step, signerOf[step]),
    bytes: metablock(linkDocument(links[step]), [signerOf[step]]),
  }))
}

const ownerKey = (key: TestKey) => ({ name: key.name, text: decodeUtf8(publicKeyFile(key.key, 'legacy')) })

/** Brings a signed layout in, as people do; answers the version that came of it. */
async function layoutVersion(spec: LayoutSpec, signers: readonly TestKey[], wrap = metablock): Promise<string> {
  const bytes = wrap(layoutDocument(spec), signers)
  await bringIn(engineer, {
    via: 'page',
    title: 'layout',
    at: minutes(-100),
    files: [{ path: `${spec.readme}.layout`, bytes }],
    delivery: { kind: 'handed-over' },
  })
  const found = await db.layoutVersion.findFirstOrThrow({
    where: { name: spec.readme ?? '' },
    orderBy: { createdAt: 'desc' },
  })
  return found.id
}

async function softwareWith(
  name: string,
  owners: readonly TestKey[] = [owner],
  expires?: Date,
): Promise<SoftwareDetail> {
  const { slug } = await createSoftware(engineer, { name }, minutes(-200))
  await setOwnerKeys(admin, slug, { keys: owners.map(ownerKey) }, minutes(-200))
  const versionId = await layoutVersion(layoutSpec(`${name} layout`, expires), owners)
  return putInForce(engineer, slug, { versionId, parameters: null }, minutes(-90))
}

async function push(software: SoftwareDetail, run: string, at: number, given: ReturnType<typeof files>) {
  await bringIn(admin, {
    via: 'api',
    title: run,
    at: minutes(at),
    files: given,
    delivery: { kind: 'pushed', softwareId: software.id, run, attempt: 1 },
  })
}

/** The current verdicts of a software by run, after judging at a minute. */
async function judge(software: SoftwareDetail, at: number): Promise<Map<string, string>> {
  await judgeSoftwareJob({ softwareId: software.id }, minutes(at))
  const builds = await db.build.findMany({ where: { softwareId: software.id }, include: { current: true } })
  return new Map(builds.map(({ label, current }) => [label, `${current?.verdict} ${current?.code ?? ''}`.trim()]))
}

const buildOf = (software: SoftwareDetail, label: string) =>
  db.build.findFirstOrThrow({ where: { softwareId: software.id, label }, include: { current: true } })

describe('putting in force', () => {
  test('needs every owner key over exactly these bytes, and a role', async () => {
    const { slug } = await createSoftware(engineer, { name: 'Strict' }, minutes(-200))
    const spec = layoutSpec('strict')
    const versionId = await layoutVersion(spec, [owner])
    const input = { versionId, parameters: null }
    await expect(putInForce(developer, slug, input, minutes(0))).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(putInForce(engineer, slug, input, minutes(0))).rejects.toThrow(/no layout-owner keys/)
    await expect(setOwnerKeys(engineer, slug, { keys: [ownerKey(owner)] })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await setOwnerKeys(admin, slug, { keys: [ownerKey(owner), ownerKey(second)] }, minutes(-200))
    await expect(putInForce(engineer, slug, input, minutes(0))).rejects.toThrow(/not signed by key/)
    // a signature that was noted beside the version, but is none over these bytes
    const fingerprint = Uint8Array.from(Buffer.from(second.key.fingerprint, 'hex'))
    const { signatures } = await db.layoutVersion.findUniqueOrThrow({
      where: { id: versionId },
      include: { signatures: true },
    })
    await db.layoutSignature.create({
      data: {
        versionId,
        fingerprint,
        keyid: second.keyid,
        metablockSig: signatures[0]?.metablockSig ?? '00',
        dsseSig: 'AA==',
        at: minutes(0),
        by: 'x',
      },
    })
    await expect(putInForce(engineer, slug, input, minutes(0))).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await db.binding.count({ where: { software: { slug } } })).toBe(0)
    await db.layoutSignature.deleteMany({ where: { versionId, fingerprint } })
    const both = await layoutVersion(layoutSpec('strict both'), [owner, second])
    const detail = softwareDetailSchema.parse(
      await putInForce(engineer, slug, { versionId: both, parameters: null }, minutes(0)),
    )
    expect(detail.inForce).toMatchObject({ versionId: both, enforceable: true })
    expect(await db.auditEntry.count({ where: { act: 'layout.put-in-force', objectId: detail.id } })).toBe(1)
  })

  test('a DSSE layout goes as well, an expired one does not, and the one before ends', async () => {
    const software = await softwareWith('Forms')
    const wrapped = await layoutVersion(layoutSpec('forms dsse'), [owner], dsse)
    const detail = await putInForce(engineer, software.slug, { versionId: wrapped, parameters: null }, minutes(0))
    expect(detail.inForce?.versionId).toBe(wrapped)
    const own = detail.versions.filter(({ name }) => name.toLowerCase().startsWith('forms'))
    expect(own.map(({ state }) => state).sort()).toEqual(['in-force', 'retired'])
    const old = await layoutVersion(layoutSpec('forms old', minutes(-10)), [owner])
    await expect(putInForce(engineer, software.slug, { versionId: old, parameters: null }, minutes(0))).rejects.toThrow(
      /expired/,
    )
    expect(await db.binding.count({ where: { softwareId: software.id, until: null } })).toBe(1)
  })

  test("another software's layout is refused", async () => {
    const [one, two] = [await softwareWith('One'), await softwareWith('Two')]
    const input = { versionId: one.inForce?.versionId ?? '', parameters: null }
    await expect(putInForce(engineer, two.slug, input, minutes(0))).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  test('a private key given as owner key is refused and nothing of it is stored', async () => {
    const { slug } = await createSoftware(engineer, { name: 'Secret' }, minutes(0))
    const text = makeKey('secret').privatePem()
    await expect(setOwnerKeys(admin, slug, { keys: [{ name: 'k', text }] })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    })
    expect(await db.ownerKey.count({ where: { software: { slug } } })).toBe(0)
  })
})

describe('judging', () => {
  let software: SoftwareDetail
  beforeAll(async () => {
    software = await softwareWith('Payments')
  })

  test('a whole run is allowed, a tampered one denied with the file, and neither changes the other', async () => {
    await push(software, 'good', 0, files('1'))
    await push(software, 'bad', 10, files('2', STEPS, true))
    const found = await judge(software, 20)
    expect(found).toEqual(
      new Map([
        ['good', 'allow'],
        ['bad', 'deny ARTIFACT_MODIFIED'],
      ]),
    )
    const bad = await buildOf(software, 'bad')
    expect(bad.state).toBe('blocked')
    const detail = buildDetailSchema.parse(await getBuild(viewer, bad.short))
    expect(detail.explanation.heading).toContain('package')
    expect(detail.explanation.heading).toBe(detail.headline)
    expect(detail.explanation.files[0]).toMatchObject({ path: 'app', result: 'changed' })
    expect(detail.evidence.filter(({ role }) => role === 'selected')).toHaveLength(3)
    expect(detail.signers).toEqual([packer.keyid])
  })

  test("another run's links do not help: pending first, then missing", async () => {
    await push(software, 'no-test', 100, files('3', ['build', 'package']))
    expect((await judge(software, 101)).get('no-test')).toBe('cannot-tell EVIDENCE_PENDING')
    const build = await buildOf(software, 'no-test')
    expect(build.current?.validUntil).toEqual(minutes(160))
    expect(await sweepExpired(minutes(159))).toBe(0)
    expect(await sweepExpired(minutes(160))).toBe(1)
    await judgeBuildJob({ buildId: build.id }, minutes(160))
    expect((await buildOf(software, 'no-test')).current).toMatchObject({ verdict: 'deny', code: 'STEP_MISSING' })
  })

  test('evidence that arrives later makes a new verdict of the same build', async () => {
    const before = await buildOf(software, 'no-test')
    await push(software, 'no-test', 170, files('3', ['test']))
    expect((await judge(software, 171)).get('no-test')).toBe('allow')
    const after = await buildOf(software, 'no-test')
    expect([after.id, after.short, after.state]).toEqual([before.id, before.short, 'verified'])
    const detail = await getBuild(viewer, after.id)
    expect(detail.history.map(({ verdict }) => verdict)).toEqual(['allow', 'deny', 'cannot-tell'])
  })

  test('an old link pushed again under the run of today is a replay', async () => {
    await push(software, 'replay', 200, [...files('1', ['test']), ...files('4', ['build', 'package'])])
    expect((await judge(software, 210)).get('replay')).toBe('cannot-tell REPLAYED')
  })

  test('judging again changes nothing but when it was checked', async () => {
    await judgeBuildJob({ buildId: (await buildOf(software, 'good')).id }, minutes(299))
    const before = await buildOf(software, 'good')
    await recheckBuild(developer, before.short)
    await expect(recheckBuild(viewer, before.short)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await judgeBuildJob({ buildId: before.id }, minutes(300))
    const after = await buildOf(software, 'good')
    expect(after.currentId).toBe(before.currentId)
    expect(after.checkedAt).toEqual(minutes(300))
    await judgeSoftwareJob({ softwareId: software.id }, minutes(301))
    expect((await buildOf(software, 'good')).checkedAt).toEqual(minutes(300))
  })

  test('a folder handed over is judged by every software that knows its steps, the same folder again opens nothing', async () => {
    const given = {
      via: 'page' as const,
      title: 'folder',
      files: files('7').map((one) => ({ ...one, path: `run-7/${one.path}` })),
      delivery: { kind: 'handed-over' as const },
    }
    await bringIn(developer, { ...given, at: minutes(400) })
    expect((await judge(software, 401)).get('run-7')).toBe('allow')
    await bringIn(developer, { ...given, at: minutes(402) })
    await judge(software, 403)
    expect(await db.build.count({ where: { softwareId: software.id, label: 'run-7' } })).toBe(1)
  })

  test('a link without a run that lists the final file is let in', async () => {
    await push(software, 'late', 500, files('8', ['build', 'package']))
    const link = { ...linksOf('8').test, materials: { app: 'app 8' } }
    const plain = metablock(linkDocument({ ...link, stdout: 'elsewhere' }), [tester])
    const loose = { via: 'api' as const, title: 'late', delivery: { kind: 'loose' as const } }
    await bringIn(admin, { ...loose, at: minutes(510), files: [{ path: linkFileName('test', tester), bytes: plain }] })
    expect((await judge(software, 570)).get('late')).toBe('cannot-tell STEP_UNBOUND')
    const listing = { ...link, materials: { app: 'app 8' }, products: { 'app.tgz': 'tgz 8' } }
    const bytes = metablock(linkDocument(listing), [tester])
    await bringIn(admin, { ...loose, at: minutes(580), files: [{ path: linkFileName('test', tester), bytes }] })
    // let in, and then refused by the rules: choosing does not ask whether they pass
    expect((await judge(software, 581)).get('late')).toBe('deny ARTIFACT_UNEXPECTED')
  })

  test('a damaged envelope in the store is no evidence', async () => {
    await push(software, 'damaged', 600, files('9'))
    const [link] = files('9', ['test'])
    const row = await db.envelope.findFirstOrThrow({ where: { name: 'test' }, orderBy: { id: 'desc' } })
    expect(link).toBeDefined()
    await db.envelopeContent.delete({ where: { envelopeId: row.id } })
    await db.envelopeContent.create({ data: { envelopeId: row.id, bytes: Uint8Array.from(Buffer.from('{}')) } })
    expect((await judge(software, 601)).get('damaged')).not.toBe('allow')
  })

  test('asked by digest: final files have a verdict, others are NOT_FINAL, unknown ones unknown', async () => {
    const ask = async (text: string, at = 610) =>
      verdictAnswerSchema.parse(await verdictByDigest(viewer, { digest: `sha256:${digestOf(text)}` }, minutes(at)))
    expect(await ask('tgz 1')).toMatchObject({ verdict: 'allow', code: null })
    expect(await ask('tgz 2')).toMatchObject({ verdict: 'deny', code: 'ARTIFACT_MODIFIED' })
    expect(await ask('app 1')).toMatchObject({ verdict: 'cannot-tell', code: 'NOT_FINAL' })
    expect((await ask('app 1')).occursIn.length).toBeGreaterThan(0)
    expect(await ask('never seen')).toMatchObject({ verdict: 'cannot-tell', code: 'DIGEST_UNKNOWN' })
    // past the layout's expiry the allow of before no longer stands, judged again or not
    expect((await ask('tgz 1', 60 * 24 * 31)).verdict).toBe('cannot-tell')
  })

  test('asked for one software, by slug or id, another that is called like its id answers nothing', async () => {
    const digest = `sha256:${digestOf('tgz 1')}`
    const ask = async (asked: string) =>
      (await verdictByDigest(viewer, { digest, software: asked }, minutes(610))).verdict
    expect(await ask(software.slug)).toBe('allow')
    expect(await ask(software.id)).toBe('allow')
    const { id } = await createSoftware(admin, { name: 'Ships nothing' })
    expect(await ask(id)).toBe('cannot-tell')
    await db.software.update({ where: { id: software.id }, data: { slug: id } })
    try {
      expect(await ask(id)).toBe('cannot-tell')
    } finally {
      await db.software.update({ where: { id: software.id }, data: { slug: software.slug } })
    }
  })

  test('another waiting time or other final files judge everything again', async () => {
    const detail = await setSettings(
      engineer,
      software.slug,
      { finalFiles: [{ step: 'build', pattern: 'app' }] },
      minutes(620),
    )
    expect(detail.settings.finalFiles).toEqual([{ step: 'build', pattern: 'app' }])
    await judge(software, 620)
    // what was the final group is none any more, and must not stay allowed
    const lost = await db.build.findFirstOrThrow({
      where: { softwareId: software.id, label: 'good', finalStep: 'package' },
      include: { current: true },
    })
    expect(lost.current).toMatchObject({ verdict: 'cannot-tell', code: 'NOT_FINAL' })
    await setSettings(engineer, software.slug, { finalFiles: [] }, minutes(621))
    await judge(software, 621)
    const again = await db.build.findFirstOrThrow({ where: { id: lost.id }, include: { current: true } })
    expect(again.current?.verdict).toBe('allow')
  })
})

describe('time and trust', () => {
  test('at the second of its expiry the layout allows nothing any more', async () => {
    const software = await softwareWith('Expiring', [owner], minutes(1000))
    await push(software, 'run', 0, files('e1'))
    expect((await judge(software, 10)).get('run')).toBe('allow')
    const build = await buildOf(software, 'run')
    expect(build.current?.validUntil).toEqual(minutes(1000))
    await judgeBuildJob({ buildId: build.id }, minutes(999))
    expect((await buildOf(software, 'run')).state).toBe('verified')
    await judgeBuildJob({ buildId: build.id }, minutes(1000))
    expect(await buildOf(software, 'run')).toMatchObject({
      state: 'expired',
      current: { verdict: 'deny', code: 'LAYOUT_EXPIRED' },
    })
    const [row] = (await listSoftware(viewer, minutes(1000))).filter(({ slug }) => slug === software.slug)
    expect(row?.inForce?.enforceable).toBe(false)
  })

  test('another owner key: what the old ones signed is no longer enough', async () => {
    const software = await softwareWith('Trusting')
    await push(software, 'run', 0, files('t1'))
    expect((await judge(software, 10)).get('run')).toBe('allow')
    await setOwnerKeys(admin, software.slug, { keys: [ownerKey(owner), ownerKey(second)] }, minutes(11))
    expect((await judge(software, 12)).get('run')).toBe('deny LAYOUT_UNSIGNED')
    await setOwnerKeys(admin, software.slug, { keys: [] }, minutes(13))
    expect((await judge(software, 14)).get('run')).toBe('deny LAYOUT_UNSIGNED')
  })

  test('withdrawn: every build says that no layout is in force, and a digest is not allowed', async () => {
    const software = await softwareWith('Withdrawn')
    await push(software, 'run', 0, files('w1'))
    expect((await judge(software, 10)).get('run')).toBe('allow')
    await withdraw(engineer, software.slug, minutes(11))
    const digest = `sha256:${digestOf('tgz w1')}`
    expect((await verdictByDigest(viewer, { digest }, minutes(12))).verdict).toBe('cannot-tell')
    expect((await judge(software, 12)).get('run')).toBe('deny NO_LAYOUT')
  })

  test('a final link without a run is a build that nothing else belongs to', async () => {
    const software = await softwareWith('Loose')
    const loose = { via: 'api' as const, title: 'loose', at: minutes(0), delivery: { kind: 'loose' as const } }
    await bringIn(admin, { ...loose, files: files('loose') })
    await judge(software, 90)
    const build = await db.build.findFirstOrThrow({
      where: { softwareId: software.id, deliveryId: null },
      include: { current: true },
    })
    expect(build.current?.verdict).toBe('cannot-tell')
    await judgeBuildJob({ buildId: build.id }, minutes(91))
    const again = await db.build.findFirstOrThrow({ where: { id: build.id }, include: { current: true } })
    expect(again.current).toMatchObject({ verdict: 'cannot-tell', code: 'STEP_UNBOUND' })
  })

  test('the same links for two software: each is judged for itself', async () => {
    const [one, two] = [await softwareWith('Left'), await softwareWith('Right')]
    await push(one, 'run', 0, files('lr'))
    expect((await judge(one, 10)).get('run')).toBe('allow')
    expect((await judge(two, 10)).has('run')).toBe(false)
    await push(two, 'run', 20, files('lr'))
    expect((await judge(two, 30)).has('run')).toBe(false)
  })
})

describe('lists', () => {
  test('builds page by page, newest first, each once', async () => {
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = buildPageSchema.parse(
        await listBuilds(viewer, { limit: 3, ...(after === undefined ? {} : { after }) }),
      )
      seen.push(...page.rows.map(({ short }) => short))
      expect(page.total).toBe(await db.build.count())
      after = page.next ?? undefined
    } while (after !== undefined)
    const all = await db.build.findMany({ orderBy: [{ firstSeenAt: 'desc' }, { id: 'desc' }] })
    expect(seen).toEqual(all.map(({ short }) => short))
    await expect(listBuilds(viewer, { limit: 3, after: 'nonsense' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })

  test('filters by state, software and the beginning of a digest', async () => {
    const blocked = await listBuilds(viewer, { limit: 50, state: ['blocked'] })
    expect(blocked.rows.length).toBeGreaterThan(0)
    expect(blocked.rows.every(({ state }) => state === 'blocked')).toBe(true)
    const mine = await listBuilds(viewer, { limit: 50, software: 'payments', q: digestOf('tgz 2').slice(0, 10) })
    expect(mine.rows.map(({ label }) => label)).toEqual(['bad'])
    expect((await listBuilds(viewer, { limit: 50, q: '100%_nothing' })).total).toBe(0)
  })

  test('the posture adds up, and its numbers have lists behind them', async () => {
    const posture = postureSchema.parse(await getPosture(viewer, minutes(700)))
    const { software, now, failing, uncovered, builds } = posture
    expect(software.covered + software.uncovered).toBe(software.total)
    expect(software.uncovered).toBe(uncovered.length)
    expect(now.verified + now.blocked + now.expired + now.notVerified + now.none).toBe(software.total)
    expect(failing.length).toBe(now.blocked + now.expired + now.notVerified)
    expect([...failing].sort((a, b) => (a.since < b.since ? -1 : 1))).toEqual(failing)
    const listed = await listBuilds(viewer, { limit: 500, state: ['verified'] })
    expect(builds.verified).toBe(listed.total)
    expect(posture.headline).toMatch(/blocked/)
  })
})
