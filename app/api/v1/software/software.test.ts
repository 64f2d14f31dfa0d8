import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { RouteHandler } from '#lib/http/define-route.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { apiToken, signedIn } from '#lib/testing/people.ts'
import { POST as recheck } from '../builds/[id]/recheck/route.ts'
import { GET as getBuild } from '../builds/[id]/route.ts'
import { GET as listBuilds } from '../builds/route.ts'
import { GET as posture } from '../posture/route.ts'
import { GET as verdicts } from '../verdicts/route.ts'
import { POST as putInForce, DELETE as withdraw } from './[id]/in-force/route.ts'
import { PUT as setOwnerKeys } from './[id]/owner-keys/route.ts'
import { GET as getSoftware, PATCH as setSettings } from './[id]/route.ts'
import { POST as createSoftware, GET as listSoftware } from './route.ts'

useDatabase()

const problem = z.object({ code: z.string(), detail: z.string(), requestId: z.string() })

async function call(
  route: RouteHandler,
  headers: Record<string, string>,
  given: { id?: string; query?: string; body?: unknown; method?: string } = {},
) {
  const method = given.method ?? (given.body === undefined ? 'GET' : 'POST')
  const body = given.body === undefined ? null : JSON.stringify(given.body)
  const request = new Request(`http://localhost/x${given.query ?? ''}`, {
    method,
    body,
    headers: { ...headers, 'content-type': 'application/json' },
  })
  const response = await route(request, { params: Promise.resolve(given.id === undefined ? {} : { id: given.id }) })
  return { status: response.status, json: response.status === 204 ? null : await response.json() }
}

describe('the routes of software, builds, verdicts and posture', () => {
  test('nobody gets in without signing in', async () => {
    for (const route of [listSoftware, listBuilds, posture]) {
      const { status, json } = await call(route, {})
      expect(status).toBe(401)
      expect(problem.parse(json).code).toBe('UNAUTHENTICATED')
    }
  })

  test('an engineer creates a software once; a developer does not', async () => {
    const [engineer, developer] = [await signedIn('engineer'), await signedIn('developer')]
    const body = { name: 'Payments core' }
    expect((await call(createSoftware, developer.headers, { body })).status).toBe(403)
    expect((await call(createSoftware, engineer.headers, { body: { name: ' ' } })).status).toBe(400)
    const made = await call(createSoftware, engineer.headers, { body })
    expect(made).toMatchObject({ status: 201, json: { slug: 'payments-core', inForce: null, owners: [] } })
    expect((await call(createSoftware, engineer.headers, { body })).status).toBe(409)
    expect((await call(getSoftware, developer.headers, { id: 'payments-core' })).status).toBe(200)
    expect((await call(getSoftware, developer.headers, { id: 'nothing' })).status).toBe(404)
    const token = await apiToken(['read'])
    expect((await call(listSoftware, token.headers)).json).toMatchObject([{ slug: 'payments-core' }])
  })

  test('owner keys are for administrators, settings and layouts for engineers', async () => {
    const [admin, engineer] = [await signedIn('admin'), await signedIn('engineer')]
    await call(createSoftware, engineer.headers, { body: { name: 'Ledger' } })
    const keys = { keys: [{ name: 'owner', text: makeKey('owner').key.pem }] }
    const given = { id: 'ledger', method: 'PUT', body: keys }
    expect((await call(setOwnerKeys, engineer.headers, given)).status).toBe(403)
    expect(await call(setOwnerKeys, admin.headers, given)).toMatchObject({ status: 200, json: { ownerKeys: 1 } })
    const settings = { id: 'ledger', method: 'PATCH', body: { settings: { waitingMinutes: 5 } } }
    expect(await call(setSettings, engineer.headers, settings)).toMatchObject({
      status: 200,
      json: { settings: { waitingMinutes: 5 } },
    })
    const runIdPaths = ['/predicate/runDetails/metadata/invocationId']
    const patch = (value: unknown) => ({ id: 'ledger', method: 'PATCH', body: { settings: { runIdPaths: value } } })
    expect((await call(setSettings, engineer.headers, patch(runIdPaths))).json).toMatchObject({
      settings: { waitingMinutes: 5, runIdPaths },
    })
    for (const path of ['', '/', 'environment', '/a//b', '/a~2']) {
      expect((await call(setSettings, engineer.headers, patch([path]))).status).toBe(400)
    }
    const versionId = '00000000-0000-7000-8000-00000000000a'
    const developer = await signedIn('developer')
    const binding = { versionId, sharedSteps: ['clone'], mixedRuns: true }
    expect((await call(putInForce, developer.headers, { id: 'ledger', body: binding })).status).toBe(403)
    expect((await call(putInForce, engineer.headers, { id: 'ledger', body: binding })).status).toBe(404)
    // B-21: a value that would widen a rule, climb, or be read as a parameter again
    for (const value of ['*', 'a?', '[a]', '{other}', '..', 'a/../b', '..\\b', '']) {
      const widening = { versionId, parameters: { target: value } }
      expect((await call(putInForce, engineer.headers, { id: 'ledger', body: widening })).status).toBe(400)
    }
    const named = { versionId, parameters: { 'a.b': 'x' } }
    expect((await call(putInForce, engineer.headers, { id: 'ledger', body: named })).status).toBe(400)
    const fine = { versionId, parameters: { target: 'v1.2..3' } }
    expect((await call(putInForce, engineer.headers, { id: 'ledger', body: fine })).status).toBe(404)
    const odd = { ...binding, mixedRuns: 'yes' }
    expect((await call(putInForce, engineer.headers, { id: 'ledger', body: odd })).status).toBe(400)
    expect((await call(putInForce, engineer.headers, { id: 'ledger', body: { versionId } })).status).toBe(404)
    expect((await call(withdraw, engineer.headers, { id: 'ledger', method: 'DELETE' })).status).toBe(409)
    const elsewhere = { ...admin.headers, 'sec-fetch-site': 'cross-site' }
    expect((await call(setOwnerKeys, elsewhere, given)).status).toBe(403)
  })

  test('builds and verdicts that are not there, and questions that are none', async () => {
    const { headers } = await signedIn('developer')
    expect((await call(getBuild, headers, { id: 'abcd1234' })).status).toBe(404)
    expect((await call(recheck, headers, { id: 'abcd1234', body: {} })).status).toBe(404)
    expect((await call(listBuilds, headers, { query: '?state=odd' })).status).toBe(400)
    expect((await call(listBuilds, headers, { query: '?after=odd' })).status).toBe(400)
    expect((await call(listBuilds, headers, { query: '?state=blocked&state=expired' })).json).toEqual({
      rows: [],
      next: null,
      total: 0,
    })
    expect((await call(verdicts, headers, { query: '?digest=abc' })).status).toBe(400)
    const asked = await call(verdicts, headers, { query: `?digest=sha256:${'0'.repeat(64)}` })
    expect(asked).toMatchObject({ status: 200, json: { verdict: 'cannot-tell', code: 'DIGEST_UNKNOWN' } })
    expect((await call(posture, headers)).json).toMatchObject({ software: { total: 2, covered: 0, uncovered: 2 } })
  })
})
