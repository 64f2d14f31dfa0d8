import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { FormatError } from '#lib/crypto/index.ts'
import { AppError, type ErrorCode, statusOf } from '#lib/errors.ts'
import { currentRequestId } from '#lib/services/audit/request-id.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { apiToken, signedIn } from '#lib/testing/people.ts'
import { defineRoute, type RouteHandler } from './define-route.ts'

useDatabase()

const context = (params: Record<string, string> = {}) => ({ params: Promise.resolve(params) })
const json = { 'content-type': 'application/json' }

/** Calls the route as an administrator, with a body that is sent as it stands. */
async function post(
  route: RouteHandler,
  body: string | Uint8Array<ArrayBuffer> | undefined,
  headers: Record<string, string> = json,
): Promise<Response> {
  const { headers: own } = await signedIn('admin')
  const request = new Request('http://127.0.0.1/x', {
    method: 'POST',
    headers: { ...own, ...headers },
    ...(body === undefined ? {} : { body }),
  })
  return route(request, context())
}

async function get(route: RouteHandler, query = '', params = {}): Promise<Response> {
  const { headers } = await signedIn('viewer')
  return route(new Request(`http://127.0.0.1/x${query}`, { headers }), context(params))
}

const failing = (error: unknown) =>
  defineRoute({ right: 'read', answer: z.object({}), run: () => Promise.reject(error) })

describe('what comes in', () => {
  const route = defineRoute({
    right: 'read',
    body: z.strictObject({ name: z.string().min(2), size: z.number() }),
    answer: z.object({ name: z.string() }),
    status: 201,
    run: async ({ body }) => ({ name: body.name }),
  })

  test('a body that fits reaches the service', async () => {
    const response = await post(route, '{"name":"ab","size":1}')
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({ name: 'ab' })
  })

  test.each([
    ['no JSON', '{"name":', 400, /not JSON/],
    ['bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400, /not JSON/],
    ['nothing', '', 400, /not JSON/],
    ['a missing member', '{"name":"ab"}', 400, /size/],
    ['a wrong type', '{"name":1,"size":1}', 400, /name/],
    ['a member that nobody knows', '{"name":"ab","size":1,"role":"admin"}', 400, /role/],
  ])('%s is refused in words', async (_what, body, status, words) => {
    const response = await post(route, body)
    expect(response.status).toBe(status)
    const problem = await response.json()
    expect(problem).toMatchObject({ code: 'BAD_REQUEST', status, requestId: response.headers.get('x-request-id') })
    expect(problem.detail).toMatch(words)
  })

  test('each faulty field is named with its path', async () => {
    const problem = await (await post(route, '{"name":"a","size":"x"}')).json()
    expect(problem.fields.map((f: { path: string }) => f.path)).toEqual(['name', 'size'])
  })

  test('another type of content is refused', async () => {
    expect((await post(route, 'name=ab', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415)
  })

  test('a body over the limit is refused, announced or not', async () => {
    const small = defineRoute({
      right: 'read',
      body: z.unknown(),
      bodyLimit: 10,
      answer: z.object({}),
      run: async () => ({}),
    })
    const response = await post(small, '"0123456789"')
    expect(response.status).toBe(413)
    expect((await response.json()).detail).toMatch(/10 bytes.*12 bytes|more than 10/)
    const stream = new Blob(['"0123456789"']).stream()
    const { headers } = await signedIn('admin')
    const init = { method: 'POST', headers: { ...headers, ...json }, body: stream }
    const request = new Request('http://127.0.0.1/x', Object.assign(init, { duplex: 'half' }))
    expect((await small(request, context())).status).toBe(413)
  })

  test('lists in a query may be repeated or separated by commas, single values may not be repeated', async () => {
    const listing = defineRoute({
      right: 'read',
      query: z.object({
        state: z.array(z.enum(['a', 'b', 'c'])).optional(),
        limit: z.coerce.number().default(5),
        q: z.string().optional(),
      }),
      answer: z.object({ state: z.array(z.string()).optional(), limit: z.number() }),
      run: async ({ query }) => query,
    })
    expect(await (await get(listing, '?state=a,b&state=c')).json()).toEqual({ state: ['a', 'b', 'c'], limit: 5 })
    expect(await (await get(listing, '?limit=7')).json()).toEqual({ limit: 7 })
    expect((await get(listing, '?q=1&q=2')).status).toBe(400)
    expect((await get(listing, '?state=z')).status).toBe(400)
  })

  test('an address that cannot be one is refused before the service', async () => {
    const run = vi.fn(async () => ({}))
    const route = defineRoute({ right: 'read', params: z.object({ id: z.uuid() }), answer: z.object({}), run })
    expect((await get(route, '', { id: '1; DROP TABLE' })).status).toBe(400)
    expect(run).not.toHaveBeenCalled()
  })
})

describe('what goes out', () => {
  test('members that the answer does not name stay inside', async () => {
    const leaky = defineRoute({
      right: 'read',
      answer: z.object({ name: z.string() }),
      run: async () => ({ name: 'a', passwordHash: 'secret' }),
    })
    expect(await (await get(leaky)).text()).toBe('{"name":"a"}')
  })

  test('an answer that breaks the contract is a fault of ours, and is not sent', async () => {
    const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const wrong = defineRoute({
      right: 'read',
      answer: z.object({ n: z.number().max(3) }),
      run: async () => ({ n: 44_444 }),
    })
    const response = await get(wrong)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('44444')
    silent.mockRestore()
  })

  test('a stream passes through, and is not kept by caches either', async () => {
    const download = defineRoute({ right: 'read', answer: null, run: async () => new Response('bytes') })
    const response = await get(download)
    expect(await response.text()).toBe('bytes')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })
})

describe('what goes wrong', () => {
  const codes = Object.keys(statusOf)
    .filter((code): code is ErrorCode => code in statusOf)
    .map((code) => ({ code, status: statusOf[code] }))

  test.each(codes.filter((c) => c.code !== 'INTERNAL'))(
    '$code is answered $status with its sentence',
    async ({ code, status }) => {
      const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      const response = await get(failing(new AppError(code, 'the sentence', { extra: { revision: 7 } })))
      expect(response.status).toBe(status)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(await response.json()).toMatchObject({ code, status, detail: 'the sentence', revision: 7 })
      silent.mockRestore()
    },
  )

  test('an unforeseen error shows its id only; the log has the rest', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const response = await get(failing(new Error('password=hunter2 at /srv/x.ts')))
    const text = await response.text()
    expect(response.status).toBe(500)
    expect(text).not.toMatch(/hunter2|srv/)
    expect(log.mock.calls.flat().map(String).join(' ')).toContain(JSON.parse(text).requestId)
    log.mockRestore()
  })

  test('a document that is not one is the caller’s fault, with its place', async () => {
    const response = await get(failing(new FormatError('JSON_DUPLICATE_MEMBER', 'the member "a" occurs twice', '2:5')))
    expect(response.status).toBe(400)
    expect((await response.json()).fields).toEqual([{ path: '2:5', message: expect.stringContaining('twice') }])
  })

  test.each([
    ['refuses connections', Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })],
    [
      'is shutting down',
      new Error('query failed', { cause: Object.assign(new Error('terminating'), { code: '57P01' }) }),
    ],
  ])('a database that %s is answered 503, to be tried again', async (_what, error) => {
    const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const response = await get(failing(error))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    silent.mockRestore()
  })
})

describe('who asks', () => {
  const route = defineRoute({ right: 'signed-in', answer: z.object({}), run: async () => ({}) })

  test('a token is nobody where a person is needed', async () => {
    const { headers } = await apiToken(['read', 'ingest'])
    expect((await route(new Request('http://127.0.0.1/x', { headers }), context())).status).toBe(403)
  })

  test('a token writes without saying where it comes from: no browser sends it by itself', async () => {
    const bring = defineRoute({ right: 'evidence:bring', answer: z.object({}), run: async () => ({}) })
    const { headers } = await apiToken(['ingest'])
    expect((await bring(new Request('http://127.0.0.1/x', { method: 'POST', headers }), context())).status).toBe(200)
  })

  test('a session with a bad token is nobody: what was said explicitly counts', async () => {
    const { headers } = await signedIn('admin')
    const request = new Request('http://127.0.0.1/x', { headers: { ...headers, authorization: 'Bearer wbl_wrong' } })
    expect((await route(request, context())).status).toBe(401)
  })

  test('an older browser writes with an Origin of our own, and no other', async () => {
    const { headers } = await signedIn('admin')
    const { 'sec-fetch-site': _dropped, ...old } = headers
    const send = (origin: string) =>
      route(
        new Request('http://127.0.0.1:3000/x', { method: 'POST', headers: { ...old, host: '127.0.0.1:3000', origin } }),
        context(),
      )
    expect((await send('http://127.0.0.1:3000')).status).toBe(200)
    for (const origin of ['http://127.0.0.1:4000', 'https://evil.example', 'null'])
      expect((await send(origin)).status).toBe(403)
  })

  test('the id of the request is the one that audit rows carry', async () => {
    const ask = defineRoute({
      right: 'read',
      answer: z.object({ id: z.string().nullable() }),
      run: async () => ({ id: currentRequestId() }),
    })
    const response = await get(ask)
    expect((await response.json()).id).toBe(response.headers.get('x-request-id'))
    expect(currentRequestId()).toBeNull()
  })
})
