import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { decodeUtf8, parseJsonText, publicKeyFile } from '#lib/crypto/index.ts'
import { db, pool } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import { constraintObject, makeAuthority, makeSvid } from '#lib/testing/authority/certificates.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { apiToken, type Person, signedIn } from '#lib/testing/people.ts'
import { getBuild } from '../builds/get.ts'
import { bringIn } from '../imports/bring-in.ts'
import { createSoftware } from '../software/create.ts'
import { putInForce } from '../software/put-in-force.ts'
import { setOwnerKeys } from '../software/set-owner-keys.ts'
import { judgeSoftwareJob } from '../verdicts/judge-software.ts'
import { addTrust } from './add.ts'
import { getTrustDomain, listTrust } from './list.ts'
import { sayOfRoot } from './say-of-root.ts'

useDatabase()

const { files } = z
  .object({ files: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../in-toto/vectors/real-spire.json'), 'utf8')))
const bundle = files['bundle.spiffe.json'] ?? ''

const SIGNED = new Date('2026-11-22T23:30:00Z')
const DECIDED = new Date('2026-11-24T09:00:00Z')
const LATER = new Date('2026-11-25T09:00:00Z')
const domain = 'example.org'

let admin: Person['actor']
let engineer: Person['actor']
let developer: Person['actor']
beforeAll(async () => {
  admin = (await signedIn('admin')).actor
  engineer = (await signedIn('engineer')).actor
  developer = (await signedIn('developer')).actor
})

const given = (text: string, more: object = {}) => ({
  trustDomain: domain,
  content: { text, name: 'bundle.json' },
  reason: 'compared with the operators of SPIRE by phone',
  ending: [],
  ...more,
})

/** Three steps signed by real SVIDs and a last one by a key; the layout names no roots. */
async function softwareWithoutRoots(): Promise<string> {
  const [owner, shipper] = [makeKey('owner'), makeKey('shipper')]
  const link = parseJsonText(files['links/build.1b8cb085.link'] ?? '')
  const signed = link instanceof Map ? link.get('signed') : null
  const products = signed instanceof Map ? (signed.get('products') ?? null) : null
  const certified = ['clone', 'build', 'test'].map((name) => ({
    name,
    keys: [],
    materials: ['ALLOW *'],
    products: ['ALLOW *'],
  }))
  const ship = {
    name: 'ship',
    keys: [shipper.key],
    materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'],
    products: ['CREATE release', 'DISALLOW *'],
  }
  const document = layoutDocument({ expires: new Date('2040-01-01T00:00:00Z'), steps: [...certified, ship] })
  const steps = document.get('steps')
  for (const step of Array.isArray(steps) ? steps.slice(0, 3) : []) {
    if (!(step instanceof Map)) continue
    step.set('cert_constraints', [constraintObject({ uris: [`spiffe://example.org/ci/${step.get('name')}`] })])
  }
  const shipped = linkDocument({ name: 'ship', products: { release: 'r1' } })
  shipped.set('materials', products)
  const bring = (path: string, bytes: Uint8Array) => ({ path, bytes })
  await bringIn(engineer, {
    via: 'page',
    title: 'layout',
    at: SIGNED,
    files: [bring('rootless.layout', metablock(document, [owner]))],
    delivery: { kind: 'handed-over' },
  })
  const evidence = Object.entries(files).filter(([path]) => path.startsWith('links/'))
  await bringIn(engineer, {
    via: 'page',
    title: 'run',
    at: SIGNED,
    files: [
      ...evidence.map(([path, text]) => bring(path, new TextEncoder().encode(text))),
      bring(`links/${linkFileName('ship', shipper)}`, metablock(shipped, [shipper])),
    ],
    delivery: { kind: 'handed-over' },
  })
  const { slug } = await createSoftware(engineer, { name: 'Rootless' }, SIGNED)
  await setOwnerKeys(admin, slug, { keys: [{ name: 'owner', text: decodeUtf8(publicKeyFile(owner.key, 'legacy')) }] })
  const version = await db.layoutVersion.findFirstOrThrow({ where: { name: 'rootless' } })
  const { id } = await putInForce(engineer, slug, { versionId: version.id, parameters: null }, SIGNED)
  return id
}

async function judged(softwareId: string, at: Date) {
  await judgeSoftwareJob({ softwareId }, at)
  const build = await db.build.findFirstOrThrow({ where: { softwareId }, include: { current: true } })
  const { current } = build
  return { id: build.id, verdict: current?.verdict, code: current?.code, headline: current?.headline }
}

describe('a layout that relies on trust bundles, with what a real SPIRE certified', () => {
  let softwareId = ''
  beforeAll(async () => {
    softwareId = await softwareWithoutRoots()
  })

  test('is not verified without a bundle, and says in words what is missing', async () => {
    const { id, ...rest } = await judged(softwareId, SIGNED)
    expect(rest).toMatchObject({ verdict: 'deny', code: 'CERT_UNTRUSTED' })
    const { report, explanation } = await getBuild(developer, id)
    expect(report?.reasons[0]?.message).toContain('the layout names no root, and no bundle is given')
    expect(JSON.stringify(explanation)).toContain('trust domain')
  })

  test('an administrator brings the bundle of the time in: everything is judged again, and verified', async () => {
    await db.job.deleteMany()
    const from = '2026-11-22T23:16:43.000Z'
    const row = await addTrust(admin, given(bundle, { from }), DECIDED)
    expect(row.roots).toMatchObject([{ state: 'in-force', spans: [{ from, until: null }], taintedAt: null }])
    expect(row.software).toEqual([{ slug: 'rootless', name: 'Rootless' }])
    const jobs = await db.job.findMany({ where: { name: 'judge-software' } })
    expect(jobs.map(({ payload }) => payload)).toEqual([{ softwareId }])
    expect(await judged(softwareId, DECIDED)).toMatchObject({ verdict: 'allow', code: null })
    const audit = await db.auditEntry.findFirstOrThrow({ where: { act: 'trust.bundle' } })
    expect(audit).toMatchObject({ objectType: 'trust-domain', objectId: domain, actorName: 'Test admin' })
    expect(audit.detail).toMatchObject({ at: from, sequence: '1', reason: given(bundle).reason })
  })

  test('a compromised root counts before that time and not after; a mistake is taken back by an administrator', async () => {
    const [root] = (await getTrustDomain(developer, domain, DECIDED)).roots
    const sha256 = root?.sha256 ?? ''
    const say = (act: 'end' | 'compromised' | 'restore', at?: string) =>
      sayOfRoot(
        act === 'restore' ? admin : engineer,
        domain,
        sha256,
        { act, reason: 'incident 7', ...(at && { at }) },
        LATER,
      )
    await say('compromised', '2026-11-23T12:00:00.000Z')
    const after = await judged(softwareId, LATER)
    expect(after).toMatchObject({ verdict: 'allow' })
    const { report } = await getBuild(developer, after.id)
    expect(report?.reasons.map(({ code, severity }) => `${code} ${severity}`)).toContain('CERT_ROOT_TAINTED warning')
    await say('compromised', '2026-11-22T23:20:00.000Z')
    const refused = await judged(softwareId, LATER)
    expect(refused).toMatchObject({ verdict: 'cannot-tell', code: 'CERT_EXPIRED_NO_TIMESTAMP' })
    const told = (await getBuild(developer, refused.id)).report?.reasons[0]?.message
    expect(told).toContain('when its root "O=Waybill test root, C=US" was not in force or was compromised')
    await expect(sayOfRoot(engineer, domain, sha256, { act: 'restore', reason: 'mistake' }, LATER)).rejects.toThrow(
      /admin/,
    )
    await say('restore')
    expect(await judged(softwareId, LATER)).toMatchObject({ verdict: 'allow' })
    await say('end', '2026-11-22T23:20:00.000Z')
    expect((await judged(softwareId, LATER)).verdict).not.toBe('allow')
    expect((await getTrustDomain(developer, domain, LATER)).roots).toMatchObject([{ state: 'ended' }])
    await say('restore')
    await expect(say('restore')).rejects.toThrow(/nothing to restore/)
  })
})

describe('whoever can add a root can make things verify', () => {
  test('administrators alone may; engineers may end; nobody else anything', async () => {
    for (const actor of [engineer, developer]) {
      await expect(addTrust(actor, given(bundle), LATER)).rejects.toThrow(/admin/)
    }
    const sha256 = (await getTrustDomain(admin, domain)).roots[0]?.sha256 ?? ''
    const end = { act: 'end', reason: 'no longer' } as const
    await expect(sayOfRoot(developer, domain, sha256, end, LATER)).rejects.toThrow(/engineer or admin/)
    const token = await apiToken(['ingest', 'read'])
    const { POST } = await import('#app/api/v1/trust-domains/route.ts')
    const request = new Request('http://localhost/x', {
      method: 'POST',
      headers: { ...token.headers, 'content-type': 'application/json' },
      body: JSON.stringify(given(bundle)),
    })
    expect((await POST(request, { params: Promise.resolve({}) })).status).toBe(403)
  })

  test('what was decided stays, whoever holds the connection', async () => {
    const before = await db.trustDecision.count()
    expect(before).toBeGreaterThan(0)
    for (const sql of [
      'DELETE FROM "TrustDecision"',
      'UPDATE "TrustDecision" SET "reason" = \'x\'',
      'TRUNCATE "TrustDecision"',
    ])
      await expect(pool.query(sql)).rejects.toThrow(/append-only/)
    expect(await db.trustDecision.count()).toBe(before)
  })

  test('a bundle that leaves a root in force out is refused until that root is named', async () => {
    const other = makeAuthority('next', domain)
    const next = (sequence: number) => JSON.stringify({ keys: [jwk(other.certificate.der)], spiffe_sequence: sequence })
    const [root] = (await getTrustDomain(admin, domain)).roots
    const refused = await addTrust(admin, given(next(2)), LATER).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(AppError)
    expect(refused).toMatchObject({ code: 'CONFLICT', extra: { ending: [{ sha256: root?.sha256 }] } })
    // roots in PEM are added to what is there
    const both = await addTrust(admin, given(other.pem, { content: { text: other.pem, name: '' } }), LATER)
    expect(both.roots.filter(({ state }) => state === 'in-force')).toHaveLength(2)
    const after = await addTrust(admin, given(next(2), { ending: [root?.sha256] }), LATER)
    expect(after.roots.map(({ subject, state }) => [subject, state])).toEqual([
      ['O=next', 'in-force'],
      [root?.subject, 'ended'],
    ])
    // by their numbers the older one came later
    await expect(addTrust(admin, given(bundle), LATER)).rejects.toThrow(/sequence number 1/)
  })

  test.each([
    ['no roots at all', 'hello', /Expected a SPIFFE bundle/],
    ['JSON of something else', '{"a": 1}', /an array/],
    ['a workload', makeSvid(makeAuthority('r', domain), `spiffe://${domain}/x`).pem, /no certificate authority/],
    ['a root of another domain', makeAuthority('o', 'other.example').pem, /belongs to the trust domain other\.example/],
  ])('refuses %s', async (_, text, message) => {
    const before = await db.trustDecision.count()
    await expect(addTrust(admin, given(text), LATER)).rejects.toThrow(message)
    expect(await db.trustDecision.count()).toBe(before)
  })

  test('refuses a private key, a time ahead, and a root that speaks for another domain', async () => {
    const secret = `${makeKey('x').privatePem()}`
    await expect(addTrust(admin, given(secret), LATER)).rejects.toThrow(/private key/)
    const ahead = given(makeAuthority('n', null).pem, { from: '2027-01-01T00:00:00.000Z' })
    await expect(addTrust(admin, ahead, LATER)).rejects.toThrow(/ahead/)
    const plain = makeAuthority('plain', null).pem
    await addTrust(admin, { ...given(plain), trustDomain: 'a.example' }, LATER)
    await expect(addTrust(admin, { ...given(plain), trustDomain: 'b.example' }, LATER)).rejects.toThrow(/a\.example/)
    const { domains } = await listTrust(developer, LATER)
    expect(domains.map(({ trustDomain }) => trustDomain)).toEqual(['a.example', domain])
  })
})

test('a bundle that comes with evidence is kept and offered, and trusted by nobody', async () => {
  const root = makeAuthority('offered', 'offered.example')
  const text = JSON.stringify({ keys: [jwk(root.certificate.der)], spiffe_sequence: 7 })
  const brought = await bringIn(developer, {
    via: 'page',
    title: 'drop',
    at: DECIDED,
    files: [{ path: 'run/bundle.json', bytes: new TextEncoder().encode(text) }],
    delivery: { kind: 'handed-over' },
  })
  expect(brought.files).toMatchObject([{ kind: 'trust-bundle', fate: 'stored', code: 'TRUST_BUNDLE' }])
  const before = await listTrust(developer, LATER)
  expect(before.domains.some(({ trustDomain }) => trustDomain === 'offered.example')).toBe(false)
  const [offered] = before.offered
  expect(offered).toMatchObject({
    name: 'bundle.json',
    trustDomains: ['offered.example'],
    roots: 1,
    sequence: '7',
    broughtBy: 'Test developer',
  })
  const content = { offered: offered?.sha256 ?? '' }
  await addTrust(admin, { trustDomain: 'offered.example', content, reason: 'asked', ending: [] }, LATER)
  expect((await listTrust(developer, LATER)).offered).toEqual([])
  expect((await getTrustDomain(developer, 'offered.example', LATER)).decisions[0]?.source).toBe(
    'brought in by Test developer, bundle.json',
  )
})

function jwk(der: Uint8Array) {
  return { use: 'x509-svid', kty: 'EC', x5c: [Buffer.from(der).toString('base64')] }
}
