import { beforeAll, describe, expect, test } from 'vitest'
import { GET as artifact } from '#app/api/v1/artifacts/[digest]/route.ts'
import { POST as push } from '#app/api/v1/attestations/route.ts'
import { GET as build } from '#app/api/v1/builds/[id]/route.ts'
import { GET as builds } from '#app/api/v1/builds/route.ts'
import { GET as posture } from '#app/api/v1/posture/route.ts'
import { GET as software } from '#app/api/v1/software/[id]/route.ts'
import { GET as verdicts } from '#app/api/v1/verdicts/route.ts'
import { GET as verifications } from '#app/api/v1/verifications/route.ts'
import { DELETE as remove } from '#app/api/v1/verifiers/[id]/route.ts'
import { POST as declare, GET as verifiers } from '#app/api/v1/verifiers/route.ts'
import { systemActor } from '#lib/auth/actor.ts'
import { db } from '#lib/db/client.ts'
import type { RouteHandler } from '#lib/http/define-route.ts'
import { digestOf, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import { type SummarySpec, summaryDocument } from '#lib/testing/authority/verifications.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { type Person, signedIn } from '#lib/testing/people.ts'
import { bringIn } from '../imports/bring-in.ts'
import { createSoftware } from '../software/create.ts'
import { putInForce } from '../software/put-in-force.ts'
import { setOwnerKeys } from '../software/set-owner-keys.ts'
import { judgeSoftwareJob } from '../verdicts/judge-software.ts'
import { checkVerifications } from './check.ts'

useDatabase()
const actor = systemActor('test')
const [owner, ci, gate] = [makeKey('owner'), makeKey('ci'), makeKey('gate')]
const ID = 'https://bank.example/gate'
const people = new Map<string, Person>()

/** One that verifies (`good`), one that is blocked (`bad`), each with a final file of its own. */
beforeAll(async () => {
  const { id } = await createSoftware(actor, { name: 'App' })
  await setOwnerKeys(actor, id, { keys: [{ text: owner.key.pem ?? '', name: 'owner' }] })
  const layout = layoutDocument({
    expires: new Date(Date.now() + 86_400_000),
    steps: [
      { name: 'build', keys: [ci.key], products: ['CREATE app', 'DISALLOW *'] },
      { name: 'package', keys: [ci.key], materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] },
    ],
  })
  const run = (name: string, used: string) => [
    {
      path: `${name}/${linkFileName('build', ci)}`,
      bytes: metablock(linkDocument({ name: 'build', products: { app: name } }), [ci]),
    },
    {
      path: `${name}/${linkFileName('package', ci)}`,
      bytes: metablock(linkDocument({ name: 'package', materials: { app: used }, products: { tgz: `tgz ${name}` } }), [
        ci,
      ]),
    },
  ]
  const files = [
    { path: 'root.layout', bytes: metablock(layout, [owner]) },
    ...run('good', 'good'),
    ...run('bad', 'evil'),
  ]
  await bringIn(actor, { via: 'api', title: 't', at: new Date(), files, delivery: { kind: 'handed-over' } })
  const version = await db.layoutVersion.findFirstOrThrow()
  await putInForce(actor, id, { versionId: version.id })
  await judgeSoftwareJob({ softwareId: id })
  for (const role of ['viewer', 'developer', 'engineer'] as const) people.set(role, await signedIn(role))
})

async function call(route: RouteHandler, who: string, given: { id?: string; query?: string; body?: BodyInit } = {}) {
  const request = new Request(`http://localhost/x${given.query ?? ''}`, {
    method: given.body === undefined ? 'GET' : 'POST',
    body: given.body ?? null,
    headers: { ...people.get(who)?.headers, 'content-type': 'application/json' },
  })
  const { id = '' } = given
  const response = await route(request, { params: Promise.resolve({ id, digest: id }) })
  return { status: response.status, json: await response.json() }
}

const file = (name: string) => digestOf(`tgz ${name}`)

async function verified(name: string, change: Partial<SummarySpec> = {}, signers: readonly TestKey[] = [gate]) {
  const at = new Date(Date.now() - 3_600_000)
  const spec = { subjects: [{ name: 'tgz', sha256: file(name) }], verifier: ID, result: 'FAILED', at } as const
  const body = Buffer.from(dsse(summaryDocument({ ...spec, ...change }), signers))
  return call(push, 'developer', { body })
}

async function shownOf(name: string) {
  const { json } = await call(artifact, 'viewer', { id: `sha256:${file(name)}` })
  const detail = await call(build, 'viewer', { id: json.builds[0].short })
  const verdict = await call(verdicts, 'viewer', { query: `?digest=sha256:${file(name)}` })
  return { artifact: json, build: detail.json, verdict: verdict.json }
}

const list = async (query: string) =>
  (await call(builds, 'viewer', { query })).json.rows.map((row: { headline: string }) => row.headline)

describe('a verification made elsewhere beside our own verdicts', () => {
  test('without one nothing wants attention', async () => {
    const shown = await shownOf('good')
    expect(shown).toMatchObject({
      artifact: { attention: null, verifications: [] },
      build: { verdict: 'allow', attention: null, verifications: [] },
      verdict: { verdict: 'allow', elsewhere: null },
    })
    expect((await call(posture, 'viewer')).json.elsewhere).toEqual({
      artifacts: { failed: 0, claimed: 0 },
      builds: { failed: 0, claimed: 0 },
      latest: [],
    })
    expect(await list('?elsewhere=any')).toEqual([])
  })

  test('PASSED makes no blocked build better, whoever signed it, and counts nowhere', async () => {
    expect((await verified('bad', { result: 'PASSED' }, [ci])).status).toBe(201)
    const key = { text: gate.key.pem, name: 'gate.pem' }
    const body = JSON.stringify({ name: 'Release gate', verifierId: ID, keys: [key] })
    expect((await call(declare, 'developer', { body })).status).toBe(403)
    expect(await call(declare, 'engineer', { body })).toMatchObject({ status: 201, json: { name: 'Release gate' } })
    expect((await call(declare, 'engineer', { body })).status).toBe(409)
    expect(
      (await call(declare, 'engineer', { body: JSON.stringify({ name: 'x', verifierId: 'y', keys: [] }) })).status,
    ).toBe(400)
    await verified('bad', { result: 'PASSED' })
    await judgeAll()
    const shown = await shownOf('bad')
    expect(shown).toMatchObject({
      artifact: { attention: null },
      build: { verdict: 'deny', state: 'blocked', attention: null },
      verdict: { verdict: 'deny', elsewhere: null },
    })
    expect(shown.build.verifications.map(signerOf)).toEqual(['declared', 'other-key'])
    expect((await call(posture, 'viewer')).json).toMatchObject({
      builds: { verified: 1, blocked: 1 },
      elsewhere: { artifacts: { failed: 0, claimed: 0 } },
    })
  })

  test('FAILED raises attention on a build that verifies, and changes no verdict', async () => {
    await verified('good')
    await judgeAll()
    expect(await shownOf('good')).toMatchObject({
      artifact: { attention: 'failed', verifications: [{ standing: true, signature: { verifier: 'Release gate' } }] },
      build: { verdict: 'allow', state: 'verified', attention: 'failed', verifications: [{ standing: true }] },
      verdict: { verdict: 'allow', elsewhere: 'failed' },
    })
    expect(await list('?elsewhere=any')).toHaveLength(1)
    expect(await list('?elsewhere=failed')).toHaveLength(1)
    expect(await list('?elsewhere=claimed')).toEqual([])
    expect(await list('?elsewhere=failed&state=blocked')).toEqual([])
    const { headline, elsewhere } = (await call(posture, 'viewer')).json
    expect(headline).toContain('1 artifact failed elsewhere')
    expect(elsewhere).toMatchObject({
      artifacts: { failed: 1, claimed: 0 },
      builds: { failed: 1, claimed: 0 },
      latest: [{ builds: [{ software: 'App' }] }],
    })
    expect((await call(software, 'viewer', { id: 'app' })).json.elsewhere).toEqual({ failed: 1, claimed: 0 })
    expect((await call(verifications, 'viewer', { query: '?show=standing' })).json).toMatchObject({ total: 1 })
    const about = `?digest=sha256:${file('good')}`
    expect((await call(verifications, 'viewer', { query: about })).json).toMatchObject({ total: 1 })
    expect((await call(verifications, 'viewer', { query: '?digest=x' })).status).toBe(400)
  })

  test('what nobody can be named for is a claim, and is counted as one', async () => {
    await verified('bad', {}, [])
    expect(await shownOf('bad')).toMatchObject({
      artifact: { attention: 'claimed' },
      build: { attention: 'claimed', verdict: 'deny' },
      verdict: { elsewhere: 'claimed' },
    })
    const { elsewhere, headline } = (await call(posture, 'viewer')).json
    expect(elsewhere).toMatchObject({ artifacts: { failed: 1, claimed: 1 }, builds: { failed: 1, claimed: 1 } })
    expect(headline).toContain('1 artifact failed')
    expect(await list('?elsewhere=claimed')).toHaveLength(1)
  })

  test('any number of claims hides no failure that a verifier signed', async () => {
    const at = (n: number) => new Date(Date.now() - n * 1_000)
    for (let n = 0; n < 60; n++) await verified('good', { at: at(n) }, [])
    const { artifact: seen, build: judged } = await shownOf('good')
    for (const { verifications: shown } of [seen, judged]) {
      expect(shown).toHaveLength(50)
      expect(signerOf(shown[0])).toBe('declared')
    }
    const { latest } = (await call(posture, 'viewer')).json.elsewhere
    expect(latest.map(signerOf)).toEqual(['declared', ...Array(4).fill('unsigned')])
  })

  test('an artifact of which nothing else speaks has a page, as it failed', async () => {
    await verified('unheard of', { subjects: [{ name: 'https://bank.example/x.tgz', sha256: file('unheard of') }] })
    const { status, json } = await call(artifact, 'viewer', { id: `sha256:${file('unheard of')}` })
    expect(status).toBe(200)
    expect(json).toMatchObject({ attention: 'failed', uses: [], builds: [], names: ['https://bank.example/x.tgz'] })
  })

  test('a verifier who is removed names nobody any more', async () => {
    const [row] = (await call(verifiers, 'viewer')).json.rows
    expect((await call(remove, 'viewer', { id: row.id })).status).toBe(403)
    expect(await call(remove, 'engineer', { id: row.id })).toEqual({ status: 200, json: { removed: 'Release gate' } })
    expect((await call(remove, 'engineer', { id: row.id })).status).toBe(404)
    await checkVerifications({ of: { verifier: ID } })
    expect((await shownOf('good')).build).toMatchObject({ verdict: 'allow', attention: 'claimed' })
  })
})

const signerOf = ({ signature }: { signature: { signer: string } }) => signature.signer

async function judgeAll() {
  const [one] = await db.software.findMany()
  await judgeSoftwareJob({ softwareId: one?.id ?? '' })
}
