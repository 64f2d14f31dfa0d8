import { beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '#lib/auth/actor.ts'
import { decodeUtf8, publicKeyFile } from '#lib/crypto/index.ts'
import { sha256Hex } from '#lib/crypto/node/index.ts'
import { db, pool } from '#lib/db/client.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { apiToken, signedIn } from '#lib/testing/people.ts'
import { getBuild } from '../builds/get.ts'
import { bringIn } from '../imports/bring-in.ts'
import { createSoftware } from '../software/create.ts'
import { putInForce } from '../software/put-in-force.ts'
import { setOwnerKeys } from '../software/set-owner-keys.ts'
import { judgeSoftwareJob } from '../verdicts/judge-software.ts'
import { listTakenOut } from './list-taken-out.ts'
import { takeOut } from './take-out.ts'

useDatabase()

const AT = new Date('2026-11-23T09:00:00Z')
const [owner, ci, other, shipper] = [makeKey('owner'), makeKey('ci'), makeKey('other'), makeKey('shipper')]
const built = metablock(linkDocument({ name: 'build', products: { app: 'good' } }), [ci])
const dissent = metablock(linkDocument({ name: 'build', products: { app: 'else' } }), [other])
const shipped = metablock(linkDocument({ name: 'ship', materials: { app: 'good' }, products: { image: 'i' } }), [
  shipper,
])

let engineer: Actor
let developer: Actor
let software = { id: '', slug: '' }

const bring = (title: string, files: Record<string, Uint8Array>) =>
  bringIn(engineer, {
    via: 'page',
    title,
    at: AT,
    files: Object.entries(files).map(([path, bytes]) => ({ path: `${title}/${path}`, bytes })),
    delivery: { kind: 'handed-over' },
  })

async function judged() {
  await judgeSoftwareJob({ softwareId: software.id }, AT)
  const build = await db.build.findFirstOrThrow({ where: { softwareId: software.id }, include: { current: true } })
  return { id: build.id, verdict: build.current?.verdict, code: build.current?.code ?? null }
}

const say = (actor: Actor, act: 'take-out' | 'put-back', bytes: Uint8Array, reason = 'signed by a leaked key') =>
  takeOut(actor, software.slug, { act, sha256: sha256Hex(bytes), reason }, AT)

beforeAll(async () => {
  const { actor: admin } = await signedIn('admin')
  engineer = (await signedIn('engineer')).actor
  developer = (await signedIn('developer')).actor
  const steps = [
    { name: 'build', keys: [ci.key, other.key], products: ['CREATE app', 'DISALLOW *'] },
    { name: 'ship', keys: [shipper.key], materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] },
  ]
  const layout = layoutDocument({ expires: new Date('2040-01-01T00:00:00Z'), steps })
  await bring('layout', { 'shop.layout': metablock(layout, [owner]) })
  await bring('run', {
    [linkFileName('build', ci)]: built,
    [linkFileName('build', other)]: dissent,
    [linkFileName('ship', shipper)]: shipped,
  })
  const { id, slug } = await createSoftware(engineer, { name: 'Shop' }, AT)
  software = { id, slug }
  const text = decodeUtf8(publicKeyFile(owner.key, 'legacy'))
  await setOwnerKeys(admin, slug, { keys: [{ name: 'owner', text }] }, AT)
  const version = await db.layoutVersion.findFirstOrThrow({ where: { name: 'shop' } })
  await putInForce(engineer, slug, { versionId: version.id }, AT)
})

describe('a link that somebody takes out of consideration', () => {
  test('neither helps nor hurts any more; the verdict says so, with who and why; and it can be put back', async () => {
    expect(await judged()).toMatchObject({ verdict: 'deny', code: 'SIGNERS_DISAGREE' })
    await db.job.deleteMany()
    await say(engineer, 'take-out', dissent)
    expect(await db.job.count({ where: { name: 'judge-software' } })).toBe(1)
    const allowed = await judged()
    expect(allowed).toMatchObject({ verdict: 'allow' })
    const { report, evidence } = await getBuild(developer, allowed.id)
    const told = report?.reasons.filter(({ code }) => code === 'TAKEN_OUT')
    expect(told).toMatchObject([{ severity: 'warning', message: expect.stringContaining('signed by a leaked key') }])
    const row = evidence.find(({ sha256 }) => sha256 === sha256Hex(dissent))
    expect(row).toMatchObject({
      role: 'considered',
      takenOut: { by: 'Test engineer', reason: 'signed by a leaked key' },
    })
    await say(engineer, 'put-back', dissent, 'the key was not leaked')
    expect(await judged()).toMatchObject({ verdict: 'deny', code: 'SIGNERS_DISAGREE' })
    const acts = await db.auditEntry.findMany({ where: { act: { startsWith: 'evidence.' }, objectType: 'software' } })
    expect(acts.map(({ act }) => act)).toEqual(['evidence.take-out', 'evidence.put-back'])
  })

  test('goes with everything around the same signed bytes', async () => {
    await say(engineer, 'take-out', dissent)
    const wrapped = new TextEncoder().encode(`${decodeUtf8(dissent)}\n`)
    await bring('run', { [linkFileName('build', other)]: wrapped })
    expect(await judged()).toMatchObject({ verdict: 'allow' })
    await say(engineer, 'put-back', wrapped)
    expect((await judged()).verdict).not.toBe('allow')
  })

  test('helps no build where it is what a step or the whole build rests on', async () => {
    await say(engineer, 'take-out', dissent)
    await say(engineer, 'take-out', built)
    expect((await judged()).verdict).not.toBe('allow')
    await say(engineer, 'put-back', built)
    expect((await judged()).verdict).toBe('allow')
    await say(engineer, 'take-out', shipped)
    const lost = await judged()
    expect(lost).toMatchObject({ verdict: 'cannot-tell', code: 'NOT_FINAL' })
    expect((await getBuild(developer, lost.id)).report?.reasons.map(({ code }) => code)).toContain('TAKEN_OUT')
    await say(engineer, 'put-back', shipped)
    expect((await judged()).verdict).toBe('allow')
    expect((await listTakenOut(developer, software.slug)).map(({ sha256 }) => sha256)).toEqual([sha256Hex(dissent)])
  })
})

test('engineers alone may, for evidence that there is, once, and what was said stays', async () => {
  await expect(say(developer, 'take-out', built)).rejects.toThrow(/engineer or admin/)
  await expect(say(engineer, 'take-out', dissent)).rejects.toThrow(/already/)
  await expect(say(engineer, 'put-back', built)).rejects.toThrow(/not out of consideration/)
  await expect(say(engineer, 'take-out', new Uint8Array([1]))).rejects.toThrow(/no evidence/)
  const { POST } = await import('#app/api/v1/software/[id]/taken-out/route.ts')
  const token = await apiToken(['ingest', 'read'])
  const request = new Request('http://localhost/x', {
    method: 'POST',
    headers: { ...token.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ act: 'take-out', sha256: sha256Hex(built), reason: 'because' }),
  })
  expect((await POST(request, { params: Promise.resolve({ id: software.slug }) })).status).toBe(403)
  await expect(pool.query('DELETE FROM "TakenOut"')).rejects.toThrow(/append-only/)
})
