import { afterEach, describe, expect, test, vi } from 'vitest'
import { POST as attest } from '#app/api/v1/attestations/route.ts'
import { GET as raw } from '#app/api/v1/envelopes/[sha256]/raw/route.ts'
import { POST as upload } from '#app/upload/route.ts'
import { utf8 } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import type { RouteHandler } from '#lib/http/define-route.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { apiToken } from '#lib/testing/people.ts'

// What hostile or broken clients push; the names are those of the list of attack cases, of which others are tested beside
// the code that they are about.

useDatabase()
afterEach(() => void vi.useRealTimers())

const [ci, other] = [makeKey('ci'), makeKey('other')]
const link = (name: string) => metablock(linkDocument({ name, products: { app: name } }), [ci])
const lineOf = (bytes: Uint8Array) => JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)))

async function post(route: RouteHandler, body: BodyInit, headers: Record<string, string>) {
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, headers, duplex: 'half' }
  const response = await route(new Request('http://127.0.0.1/x', init), { params: Promise.resolve({}) })
  return { status: response.status, body: await response.json() }
}

async function push(body: BodyInit, type = 'application/json') {
  const { headers } = await apiToken(['ingest', 'read'])
  return post(attest, body, { ...headers, 'content-type': type })
}

function statement(more: object = {}) {
  const subject = [{ name: 'app', digest: { sha256: 'ab'.repeat(32) } }]
  return { _type: 'https://in-toto.io/Statement/v1', subject, predicateType: 'https://x.example/v1', ...more }
}

/** A DSSE envelope with this text as its payload, signed by nobody. */
function envelopeOf(payload: string): string {
  const encoded = Buffer.from(payload).toString('base64')
  return `{"payloadType":"application/vnd.in-toto+json","payload":"${encoded}","signatures":[{"sig":"AA=="}]}`
}

describe('F-03: nesting', () => {
  const nested = (levels: number) => `{"signed":${'['.repeat(levels)}${']'.repeat(levels)},"signatures":[]}`
  test.each([
    ['65 levels', nested(64)],
    ['a million levels', nested(1_000_000)],
    ['a million levels that nobody closes', `{"signed":${'['.repeat(1_000_000)}`],
    ['in the payload', envelopeOf(`{"_type":${'['.repeat(1_000)}`)],
  ])('%s is quarantined as DEPTH', async (_, body) => {
    expect(await push(body)).toMatchObject({ status: 202, body: { fate: 'quarantined', code: 'DEPTH' } })
  })
})

describe('F-04: large within the limit of bytes', () => {
  const many = (count: number, make: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => make(n)).join(',')
  const digest = '"digest":{"sha256":"aa"}'
  test.each<[string, () => string]>([
    ['more than a million members', () => `{"signed":{${many(1_000_001, (n) => `"${n}":1`)}},"signatures":[]}`],
    [
      'more than 100,000 subjects',
      () =>
        envelopeOf(
          `${JSON.stringify(statement({ subject: [] })).replace('[]', `[${many(100_001, () => `{"name":"a",${digest}}`)}]`)}`,
        ),
    ],
  ])('%s is quarantined as LIMIT, with the value', async (_, body) => {
    const answer = await push(body())
    expect(answer).toMatchObject({ status: 202, body: { code: 'LIMIT' } })
    expect(answer.body.message).toMatch(/\d{3}/)
  })

  test('one string of 50 MB is answered in words, and the next push is as quick to be taken', async () => {
    const answer = await push(`{"signed":"${'x'.repeat(50 * 1024 * 1024)}","signatures":[]}`)
    expect(answer).toMatchObject({ status: 202, body: { fate: 'quarantined' } })
    expect(await push(link('after'))).toMatchObject({ status: 201 })
  })
})

test('F-08: the same payload with other signatures is another envelope of the same statement', async () => {
  const document = linkDocument({ name: 'f08', products: { app: 'f08' } })
  for (const signers of [[ci], [other], [ci, other]])
    expect(await push(dsse(document, signers))).toMatchObject({ status: 201 })
  const rows = await db.envelope.findMany({ where: { name: 'f08' } })
  expect(rows.length).toBe(3)
  expect(new Set(rows.map(({ signedSha256 }) => Buffer.from(signedSha256 ?? []).toString('hex'))).size).toBe(1)
})

test('F-12: a predicate that nobody knows is stored and named, and stands for no step that it does not name', async () => {
  const text = JSON.stringify(statement({ predicateType: 'https://nobody.example/knows/v7', predicate: { x: [1] } }))
  const { status, body } = await push(envelopeOf(text))
  expect({ status, kind: body.kind, fate: body.fate }).toEqual({ status: 201, kind: 'statement', fate: 'stored' })
  const sha256 = Buffer.from(String(body.sha256), 'hex')
  expect(await db.envelope.findUniqueOrThrow({ where: { sha256 } })).toMatchObject({
    status: 'parsed',
    predicateType: 'https://nobody.example/knows/v7',
    name: null,
  })
})

test('F-13: one poisoned document among a hundred is quarantined, the others are stored', async () => {
  const lines = Array.from({ length: 100 }, (_, n) => (n === 42 ? '{"signed": {"_type"' : lineOf(link(`f13-${n}`))))
  const { status, body } = await push(lines.join('\n'), 'application/x-ndjson')
  expect(status).toBe(200)
  const fates: string[] = body.rows.map(({ fate }: { fate: string }) => fate)
  expect(fates.filter((fate) => fate === 'stored').length).toBe(99)
  expect(fates[42]).toBe('quarantined')
})

describe('F-16: what a browser would run', () => {
  const texts = [
    '<!DOCTYPE html><script>alert(1)</script>',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '{"signed":"<script>alert(1)</script>"}',
  ]
  test.each(texts)('%s is kept and never shown: a download that nothing opens', async (text) => {
    const { headers } = await apiToken(['ingest', 'read'])
    const { status, body } = await post(attest, text, { ...headers, 'content-type': 'application/json' })
    expect({ status, fate: body.fate }).toEqual({ status: 202, fate: 'quarantined' })
    const context = { params: Promise.resolve({ sha256: body.sha256 }) }
    const got = await raw(new Request('http://127.0.0.1/x', { headers }), context)
    expect(await got.text()).toBe(text)
    expect(got.headers.get('content-type')).toBe('application/octet-stream')
    expect(got.headers.get('content-disposition')).toMatch(/^attachment; filename="[0-9a-f]{12}\.json"$/)
    expect(got.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('F-18: a token that is revoked while the upload is under way', () => {
  /** The first part comes, the token is revoked, some seconds pass, and the rest comes. */
  async function slowly(parts: readonly string[], type: string, route: RouteHandler = attest) {
    const { id, headers } = await apiToken(['ingest', 'read'])
    vi.useFakeTimers({ toFake: ['Date'] })
    const rest = [...parts]
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        if (rest.length === 1) {
          await db.apiToken.update({ where: { id }, data: { revokedAt: new Date() } })
          vi.setSystemTime(Date.now() + 5_000)
        }
        const part = rest.shift()
        if (part === undefined) controller.close()
        else controller.enqueue(utf8(part))
      },
    })
    return post(route, body, { ...headers, 'content-type': type })
  }

  test.each([
    ['/api/v1/attestations', attest],
    ["Archivista's path", upload],
  ])('at %s: 401, and nothing of the document is stored', async (_, route) => {
    const before = await db.envelope.count()
    const text = lineOf(dsse(linkDocument({ name: 'f18', products: { app: 'x' } }), [ci]))
    const answer = await slowly([text.slice(0, 50), text.slice(50)], 'application/json', route)
    expect(answer.status).toBe(401)
    expect(await db.envelope.count()).toBe(before)
    expect(await db.envelope.count({ where: { name: 'f18' } })).toBe(0)
  })

  test('in a form: the file that was under way is not stored', async () => {
    const part = (name: string) =>
      `--b\r\nContent-Disposition: form-data; name="files"; filename="${name}.link"\r\n\r\n${lineOf(link(name))}\r\n`
    const answer = await slowly([part('f18-a'), `${part('f18-b')}--b--\r\n`], 'multipart/form-data; boundary=b')
    expect(answer.status).toBe(401)
    expect(await db.envelope.count({ where: { name: 'f18-b' } })).toBe(0)
  })

  test('where it is not revoked, a slow upload is taken', async () => {
    const { headers } = await apiToken(['ingest', 'read'])
    vi.useFakeTimers({ toFake: ['Date'] })
    const parts = [link('f18-slow')]
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        vi.setSystemTime(Date.now() + 5_000)
        const part = parts.shift()
        if (part === undefined) controller.close()
        else controller.enqueue(part)
      },
    })
    expect(await post(attest, body, { ...headers, 'content-type': 'application/json' })).toMatchObject({ status: 201 })
  })
})
