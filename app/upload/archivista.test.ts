import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { db } from '#lib/db/client.ts'
import type { RouteHandler } from '#lib/http/define-route.ts'
import { HEAVY_BYTES, isHeavy } from '#lib/services/heavy/run-heavy.ts'
import { gitoidOf } from '#lib/services/imports/store/gitoid.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { apiToken } from '#lib/testing/people.ts'
import { describeShared } from '#lib/testing/shared-data.ts'
import { GET as download } from '../download/[gitoid]/route.ts'
import { POST as query } from '../query/route.ts'
import { GET as downloadV1 } from '../v1/download/[gitoid]/route.ts'
import { POST as queryV1 } from '../v1/query/route.ts'
import { POST as uploadV1 } from '../v1/upload/route.ts'
import { POST as upload } from './route.ts'

useDatabase()

const recordedSchema = z.object({
  exchanges: z.array(
    z.object({
      n: z.number(),
      note: z.string(),
      request: z.object({
        method: z.string(),
        path: z.string(),
        contentType: z.string().nullable(),
        body: z.union([z.string(), z.object({ omitted: z.number() })]),
      }),
      response: z.object({ status: z.number(), body: z.string() }),
    }),
  ),
})

const routes: Record<string, RouteHandler> = {
  'POST /upload': upload,
  'POST /v1/upload': uploadV1,
  'POST /query': query,
  'POST /v1/query': queryV1,
  'GET /download': download,
  'GET /v1/download': downloadV1,
}

async function send(
  headers: Record<string, string>,
  {
    method,
    path,
    body = '',
    contentType = 'application/json',
  }: { method: string; path: string; body?: string; contentType?: string | null },
) {
  const [, prefix = '', gitoid = ''] = /^((?:\/v1)?\/(?:upload|query|download))\/?([^/]*)$/.exec(path) ?? []
  const route = routes[`${method} ${prefix}`]
  if (route === undefined) throw new Error(`no route for ${method} ${path}`)
  const type: Record<string, string> = contentType === null ? {} : { 'content-type': contentType }
  const request = new Request(`http://localhost${path}`, {
    method,
    headers: { ...headers, ...type },
    body: method === 'GET' ? null : body,
  })
  const response = await route(request, { params: Promise.resolve(gitoid === '' ? {} : { gitoid }) })
  return { status: response.status, text: await response.text() }
}

const both = () => apiToken(['read', 'ingest'])
const ci = makeKey('ci')
const link = (name: string): string => Buffer.from(metablock(linkDocument({ name }), [ci])).toString()

describe('a client of Archivista', () => {
  test('is told the gitoid of a document so large that another thread reads it, and downloads the same bytes', async () => {
    const { headers } = await both()
    const products = Object.fromEntries(Array.from({ length: 9_000 }, (_, n) => [`out/part-${n}`, `part ${n}`]))
    const body = Buffer.from(metablock(linkDocument({ name: 'large', products }), [ci])).toString()
    expect(isHeavy(body.length, HEAVY_BYTES)).toBe(true)
    const gitoid = gitoidOf(Buffer.from(body))
    const answer = await send(headers, { method: 'POST', path: '/upload', body })
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { gitoid }])
    const back = await send(headers, { method: 'GET', path: `/download/${gitoid}` })
    expect([back.status, back.text === body]).toEqual([200, true])
  })

  test.each(['', '/v1'])('uploads, again without an error, and downloads the same bytes (%s)', async (prefix) => {
    const { headers, id } = await both()
    const body = link(`step${prefix}`)
    const gitoid = gitoidOf(Buffer.from(body))
    for (let again = 0; again < 2; again++) {
      const answer = await send(headers, { method: 'POST', path: `${prefix}/upload`, body })
      expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { gitoid }])
    }
    expect(await send(headers, { method: 'GET', path: `${prefix}/download/${gitoid}` })).toEqual({
      status: 200,
      text: body,
    })
    const sightings = await db.sighting.findMany({ where: { actor: `token:${id}` }, include: { import: true } })
    expect(sightings).toMatchObject([{ deliveryId: null, import: { via: 'api' } }])
  })

  test('pushes under the run of its software, where the header names one', async () => {
    const software = await db.software.create({ data: { slug: 'pay', name: 'Pay', createdAt: new Date() } })
    const { headers } = await apiToken(['ingest'], software.id)
    await send({ ...headers, 'waybill-run': '4711' }, { method: 'POST', path: '/upload', body: link('run') })
    const delivery = await db.delivery.findFirstOrThrow({
      where: { softwareId: software.id },
      include: { sightings: true },
    })
    expect(delivery).toMatchObject({ kind: 'pushed', label: '4711', sightings: [{ path: 'attestation.json' }] })
  })

  test('is told by another status than 200 when what it sent counts for nothing', async () => {
    const { headers } = await both()
    const answer = await send(headers, {
      method: 'POST',
      path: '/upload',
      body: '{"payload": "eA==", "payloadType": "x", "signatures": []}',
    })
    expect(answer.status).toBe(202)
    expect(JSON.parse(answer.text)).toMatchObject({
      gitoid: expect.any(String),
      code: expect.any(String),
      message: expect.stringMatching(/.{20,}/),
    })
    expect((await send(headers, { method: 'POST', path: '/upload', body: ci.privatePem() })).status).toBe(400)
  })

  test('gets nothing without a token, and nothing that is not there', async () => {
    const { headers } = await both()
    const nowhere = `/download/${'0'.repeat(64)}`
    for (const path of ['/upload', '/v1/upload', '/query', '/v1/query'])
      expect((await send({}, { method: 'POST', path, body: '{}' })).status).toBe(401)
    expect((await send({}, { method: 'GET', path: nowhere })).status).toBe(401)
    expect((await send(headers, { method: 'GET', path: nowhere })).status).toBe(404)
    expect((await send(headers, { method: 'GET', path: '/download/abc' })).status).toBe(400)
    const reading = await apiToken(['read'])
    expect((await send(reading.headers, { method: 'POST', path: '/upload', body: link('x') })).status).toBe(403)
    const pushing = await apiToken(['ingest'])
    expect((await send(pushing.headers, { method: 'GET', path: nowhere })).status).toBe(403)
  })

  test.each([
    ['{__typename}', 200],
    ['query { __typename }', 200],
    ['{__schema{types{name}}}', 422],
    ['{dsses{edges{node{gitoidSha256}}}}', 422],
    ['bogus', 422],
    ['', 422],
  ])('that asks %j is answered %i', async (text, status) => {
    const { headers } = await both()
    const answer = await send(headers, { method: 'POST', path: '/query', body: JSON.stringify({ query: text }) })
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.text)).toHaveProperty('data')
    if (status === 422) expect(JSON.parse(answer.text).errors[0].message).toMatch(/witness verify/)
  })
})

describe('the recorded requests', () => {
  const recording = join(import.meta.dirname, '../../lib/testing/sources/witness-requests.json')
  const { exchanges } = recordedSchema.parse(JSON.parse(readFileSync(recording, 'utf8')))

  test('of witness run and witness verify are answered as Archivista did', async () => {
    const { headers } = await both()
    expect(exchanges.length).toBe(10)
    for (const { n, request, response } of exchanges) {
      if (typeof request.body !== 'string') throw new Error('a body is missing')
      const answer = await send(headers, { ...request, body: request.body })
      expect(answer.status, `request ${n}`).toBe(200)
      if (request.path.includes('download')) expect(answer.text, `request ${n}`).toBe(response.body)
      else expect(JSON.parse(answer.text), `request ${n}`).toEqual(JSON.parse(response.body))
    }
  })
})

describeShared('the recorded uploads', 'corpus/archivista/recorded.json', (bytes) => {
  const { exchanges } = recordedSchema.parse(JSON.parse(bytes.toString()))

  test('get the gitoid wherever Archivista stored them, and never a 5xx', async () => {
    const { headers } = await both()
    const uploads = exchanges.filter(({ request }) => request.method === 'POST' && request.path.endsWith('/upload'))
    for (const { n, note, request, response } of uploads) {
      if (typeof request.body !== 'string') continue
      const answer = await send(headers, { ...request, body: request.body })
      expect([200, 202], `request ${n}, ${note}`).toContain(answer.status)
      const { gitoid } = z.object({ gitoid: z.string() }).parse(JSON.parse(answer.text))
      expect(gitoid).toBe(gitoidOf(Buffer.from(request.body)))
      if (response.status === 200) expect(JSON.parse(response.body)).toEqual({ gitoid })
    }
  })
})
