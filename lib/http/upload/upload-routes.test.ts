// Longer than most: every answer of the routes that take evidence, for one document, for lines and for forms.
import { describe, expect, test } from 'vitest'
import { GET as artifact } from '#app/api/v1/artifacts/[digest]/route.ts'
import { POST as attest } from '#app/api/v1/attestations/route.ts'
import { GET as raw } from '#app/api/v1/envelopes/[sha256]/raw/route.ts'
import { GET as envelope } from '#app/api/v1/envelopes/[sha256]/route.ts'
import { GET as envelopes } from '#app/api/v1/envelopes/route.ts'
import { PATCH as rename } from '#app/api/v1/identities/[fingerprint]/route.ts'
import { GET as identities } from '#app/api/v1/identities/route.ts'
import { GET as oneImport } from '#app/api/v1/imports/[id]/route.ts'
import { POST as bring, GET as imports } from '#app/api/v1/imports/route.ts'
import { importSchema } from '#lib/contract/evidence.ts'
import { type JsonObject, parseJson, utf8 } from '#lib/crypto/index.ts'
import { db, pool } from '#lib/db/client.ts'
import type { RouteHandler } from '#lib/http/define-route.ts'
import { digestOf, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { apiToken, signedIn } from '#lib/testing/people.ts'
import { guardedBody } from './guarded-body.ts'

useDatabase()

const ci = makeKey('ci')
const json = { 'content-type': 'application/json' }
let count = 0

function link(name = `step${count++}`): Uint8Array<ArrayBuffer> {
  return metablock(linkDocument({ name, products: { app: `app of ${name}` } }), [ci])
}

function jsonOf(value: object): JsonObject {
  const parsed = parseJson(utf8(JSON.stringify(value)))
  if (parsed instanceof Map) return parsed
  throw new Error('no object')
}

type Sent = { headers?: Record<string, string>; body?: BodyInit; method?: string; params?: Record<string, string> }

async function call(route: RouteHandler, path: string, { headers, body, method, params = {} }: Sent = {}) {
  const init: RequestInit & { duplex: 'half' } = {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    duplex: 'half',
  }
  if (headers !== undefined) init.headers = headers
  if (body !== undefined) init.body = body
  const response = await route(new Request(`http://127.0.0.1${path}`, init), { params: Promise.resolve(params) })
  const bytes = new Uint8Array(await response.arrayBuffer())
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    body: isJson ? JSON.parse(new TextDecoder().decode(bytes)) : null,
  }
}

async function pusher(): Promise<Record<string, string>> {
  return (await apiToken(['ingest', 'read'])).headers
}

async function push(body: BodyInit, headers: Record<string, string> = {}, path = '') {
  return call(attest, `/api/v1/attestations${path}`, { body, headers: { ...json, ...(await pusher()), ...headers } })
}

describe('POST /api/v1/attestations with one document', () => {
  test('201 stored, then 200 known, with the same digest', async () => {
    const bytes = link()
    const first = await push(bytes)
    expect(first).toMatchObject({ status: 201, body: { fate: 'stored', kind: 'link', code: null } })
    expect(await push(bytes)).toMatchObject({ status: 200, body: { fate: 'known', sha256: first.body.sha256 } })
  })

  test('202 quarantined with code, sentence and place; again the same answer', async () => {
    for (const _ of [1, 2])
      expect(await push('{"signed": {"_type": "link"}, "signatures": 3}')).toMatchObject({
        status: 202,
        body: { fate: 'quarantined', code: 'MALFORMED', place: 'signatures' },
      })
    expect(await push('<svg onload="alert(1)"/>')).toMatchObject({ status: 202, body: { fate: 'quarantined' } })
  })

  test('400 for a private key; nothing is stored', async () => {
    const before = await db.envelope.count()
    expect(await push(ci.privatePem())).toMatchObject({ status: 400, body: { formatCode: 'PRIVATE_KEY' } })
    expect(await db.envelope.count()).toBe(before)
  })

  test('201 for a Sigstore bundle around a statement, kept as it came; 202 for one that signs a file', async () => {
    const statement = { _type: 'https://in-toto.io/Statement/v1', predicateType: 'https://x.example/v1' }
    const subject = [{ name: 'app', digest: { sha256: 'ab'.repeat(32) } }]
    const inside = new TextDecoder().decode(dsse(jsonOf({ ...statement, subject }), [ci]))
    const head = '{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {}'
    const bundle = `${head}, "dsseEnvelope": ${inside}}`
    const { status, body } = await push(bundle)
    expect([status, body.kind, body.fate]).toEqual([201, 'statement', 'stored'])
    const { content } = await db.envelope.findFirstOrThrow({
      where: { sha256: Buffer.from(String(body.sha256), 'hex') },
      include: { content: true },
    })
    expect(Buffer.from(content?.bytes ?? []).toString()).toBe(bundle)
    expect(await push(`${head}, "messageSignature": {}}`)).toMatchObject({
      status: 202,
      body: { fate: 'quarantined', code: 'UNSUPPORTED', message: expect.stringMatching(/signature over a file/) },
    })
  })

  test('415 for another type and for compressed bodies, 413 for too much (F-02)', async () => {
    expect(await push(link(), { 'content-type': 'text/html' })).toMatchObject({ status: 415 })
    for (const encoding of ['gzip', 'br', 'zstd'])
      expect(await push(link(), { 'content-encoding': encoding })).toMatchObject({ status: 415 })
    expect(await push(link(), { 'content-length': String(2 ** 31) })).toMatchObject({
      status: 413,
      body: { code: 'TOO_LARGE' },
    })
  })

  test('413 for a document over 64 MB, with the limit and the size; nothing is stored (F-01)', async () => {
    const stored = () => Promise.all([db.envelope.count(), db.importFile.count({ where: { fate: 'stored' } })])
    const before = await stored()
    const answer = await push(new Uint8Array(64 * 1024 * 1024 + 1).fill(0x20).fill(0x7b, 0, 1))
    expect(answer.status).toBe(413)
    expect(answer.body.detail).toMatch(/67108865.*67108864/)
    expect(await stored()).toEqual(before)
  })

  test('401 without a token and 403 for one that may only read', async () => {
    expect(await call(attest, '/api/v1/attestations', { body: link(), headers: json })).toMatchObject({ status: 401 })
    const { headers } = await apiToken(['read'])
    expect(
      await call(attest, '/api/v1/attestations', { body: link(), headers: { ...json, ...headers } }),
    ).toMatchObject({ status: 403 })
  })
})

describe('POST /api/v1/attestations under a run', () => {
  test('a token pushes for its own software only', async () => {
    const mine = await db.software.create({ data: { slug: 'mine', name: 'Mine', createdAt: new Date() } })
    await db.software.create({ data: { slug: 'theirs', name: 'Theirs', createdAt: new Date() } })
    const { id, headers } = await apiToken(['ingest'], mine.id)
    const sent = { body: link(), headers: { ...json, ...headers } }
    expect(await call(attest, '/api/v1/attestations?run=17&attempt=2', sent)).toMatchObject({ status: 201 })
    expect(await db.delivery.findMany({ where: { softwareId: mine.id } })).toMatchObject([
      { kind: 'pushed', label: '17', attempt: 2, issuer: `token:${id}` },
    ])
    expect(await db.job.count({ where: { dedupeKey: `judge-software:${mine.id}` } })).toBe(1)
    expect(await call(attest, '/api/v1/attestations?run=17&software=theirs', sent)).toMatchObject({ status: 403 })
    const said = { ...sent.headers, 'waybill-run': '18' }
    expect(await call(attest, '/api/v1/attestations', { ...sent, headers: said })).toMatchObject({ status: 200 })
    expect(await call(attest, '/api/v1/attestations?run=17', { ...sent, headers: said })).toMatchObject({ status: 400 })
  })

  test('a run without a software, and a software without a run, are refused before the body is read', async () => {
    for (const path of ['?run=17', '?software=mine', '?attempt=1', '?run=1&attempt=0', '?run=1&software=nobody'])
      expect((await push(link(), {}, path)).status).toBe(path.endsWith('nobody') ? 404 : 400)
  })
})

describe('several at once', () => {
  test('JSON lines: 200 with a row for each; one bad line spoils no other', async () => {
    const flat = (bytes: Uint8Array) => JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)))
    const body = [flat(link()), '{"broken', '', flat(link()), ci.privatePem().replaceAll('\n', ' ')].join('\n')
    const answer = await push(body, { 'content-type': 'application/x-ndjson' })
    expect(answer.status).toBe(200)
    expect(answer.body.rows.map((row: { path: string; fate: string }) => `${row.path} ${row.fate}`)).toEqual([
      'lines.jsonl#1 stored',
      'lines.jsonl#2 quarantined',
      'lines.jsonl#4 stored',
      'lines.jsonl#5 refused',
    ])
  })

  test('a form of files from the page keeps their paths, whatever the names', async () => {
    const { headers } = await signedIn('developer')
    const form = new FormData()
    const names = ['run/ünï 漢.link', '__proto__/x.link', 'a/../b.link', '/abs.link', `${'n'.repeat(1_100)}.link`]
    for (const name of names) form.append('files', new Blob([link()]), name)
    form.append('note', 'not a file')
    const answer = await call(bring, '/api/v1/imports?title=drop', { body: form, headers })
    expect(answer.status).toBe(201)
    const brought = importSchema.parse(answer.body)
    expect(brought.files.map(({ fate, code }) => code ?? fate)).toEqual([
      'stored',
      'stored',
      'PATH_TRAVERSAL',
      'ABSOLUTE_PATH',
      'NAME_TOO_LONG',
    ])
    expect(brought).toMatchObject({ via: 'page', title: 'drop', counts: { stored: 2, refused: 3 } })
    expect(brought.files[0]?.path).toBe('run/ünï 漢.link')
    const again = await call(oneImport, `/api/v1/imports/${brought.id}`, { headers, params: { id: brought.id } })
    expect(importSchema.parse(again.body)).toEqual(brought)
    const page = await call(imports, '/api/v1/imports?limit=1', { headers })
    expect(page.body.rows).toHaveLength(1)
    const next = await call(imports, `/api/v1/imports?limit=1&after=${page.body.next}`, { headers })
    expect(next.body.rows[0].id).not.toBe(page.body.rows[0].id)
  })

  test('a form that ends in the middle, has no boundary or no files', async () => {
    const headers = await pusher()
    const type = 'multipart/form-data; boundary=b'
    const part = '--b\r\nContent-Disposition: form-data; name="files"; filename="a.link"\r\n\r\n{"signed"'
    const cut = await call(bring, '/api/v1/imports', { body: part, headers: { ...headers, 'content-type': type } })
    expect(cut).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } })
    const none = await call(bring, '/api/v1/imports', {
      body: part,
      headers: { ...headers, 'content-type': 'multipart/form-data' },
    })
    expect([400, 415]).toContain(none.status)
    const empty = await call(bring, '/api/v1/imports', {
      body: '--b--\r\n',
      headers: { ...headers, 'content-type': type },
    })
    expect(empty).toMatchObject({ status: 201, body: { files: [] } })
  })
})

describe('a body', () => {
  const limits = { bytes: 10_000, graceMs: 80, bytesPerSecond: 1_000_000, inFlight: 20_000, trustMs: 1_000 }
  const drain = async (body: ReadableStream<Uint8Array>) => {
    let size = 0
    const request = new Request('http://127.0.0.1/', { method: 'POST', body, duplex: 'half' } as RequestInit)
    for await (const chunk of guardedBody(request, limits)) size += chunk.length
    return size
  }

  test('that never ends is cut when its time is over (F-05)', async () => {
    let timer: NodeJS.Timeout | undefined
    const slow = new ReadableStream<Uint8Array>({
      start: (controller) => {
        timer = setInterval(() => controller.enqueue(new Uint8Array(1)), 10)
      },
      cancel: () => clearInterval(timer),
    })
    await expect(drain(slow)).rejects.toMatchObject({ extra: { formatCode: 'SLOW_BODY' } })
    await expect(drain(new ReadableStream({}))).rejects.toMatchObject({ extra: { formatCode: 'SLOW_BODY' } })
  })

  test('of unknown length is counted while it streams', async () => {
    let cancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull: (c) => c.enqueue(new Uint8Array(1_000)),
      cancel: () => {
        cancelled = true
      },
    })
    await expect(drain(endless)).rejects.toMatchObject({ code: 'TOO_LARGE' })
    expect(cancelled).toBe(true)
  })

  test('waits for no other: beyond what may be held at once it is refused, and room is given back (F-06)', async () => {
    const holding = Array.from({ length: 2 }, () => {
      const request = new Request('http://127.0.0.1/', { method: 'POST', body: new Uint8Array(10_000) })
      return guardedBody(request, limits)
    })
    for (const body of holding) await body.next()
    await expect(drain(new Blob([new Uint8Array(10)]).stream())).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfter: 5,
    })
    for (const body of holding) await body.return(undefined)
    expect(await drain(new Blob([new Uint8Array(10)]).stream())).toBe(10)
  })
})

describe('what was stored', () => {
  test('comes back byte for byte, as a download that nothing runs', async () => {
    const headers = await pusher()
    const odd = utf8(' {"signed":{"_type":"link"},\r\n"signatures":[],"\\u0000x":1.50}\n\n')
    for (const bytes of [link(), odd]) {
      const { body } = await push(bytes)
      const got = await call(raw, `/api/v1/envelopes/${body.sha256}/raw`, { headers, params: { sha256: body.sha256 } })
      expect(got.status).toBe(200)
      expect(Buffer.from(got.bytes).equals(Buffer.from(bytes))).toBe(true)
      expect(got.headers.get('content-type')).toBe('application/octet-stream')
      expect(got.headers.get('content-disposition')).toMatch(/^attachment; filename="[0-9a-f]{12}\.(link|json)"$/)
      expect(got.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  test('is not handed out once it no longer fits its digest', async () => {
    const headers = await pusher()
    const { body } = await push(link())
    // a disk that flips a byte asks no trigger
    const client = await pool.connect()
    await client.query('SET session_replication_role = replica')
    await client.query(
      `UPDATE "EnvelopeContent" SET "bytes" = set_byte("bytes", 5, 0)
       WHERE "envelopeId" = (SELECT "id" FROM "Envelope" WHERE "sha256" = decode($1, 'hex'))`,
      [body.sha256],
    )
    client.release(true)
    const got = await call(raw, '/x', { headers, params: { sha256: body.sha256 } })
    expect(got).toMatchObject({ status: 503, body: { formatCode: 'INTEGRITY' } })
  })

  test('is described with signatures, sightings and files', async () => {
    const headers = await pusher()
    const { body } = await push(link('described'))
    expect(await call(envelope, '/x', { headers, params: { sha256: body.sha256 } })).toMatchObject({
      status: 200,
      body: {
        kind: 'link',
        name: 'described',
        signatures: [{ keyid: ci.keyid }],
        sightings: [{ delivery: null }],
        builds: [],
      },
    })
    const digest = digestOf('app of described')
    for (const asked of [digest, `sha256:${digest}`, `sha256%3A${digest}`])
      expect(await call(artifact, '/x', { headers, params: { digest: asked } })).toMatchObject({
        status: 200,
        body: { algo: 'sha256', names: ['app'], uses: [{ role: 'product', step: 'described', envelope: body.sha256 }] },
      })
    expect(await call(artifact, '/x', { headers, params: { digest: '0'.repeat(64) } })).toMatchObject({ status: 404 })
    expect(await call(artifact, '/x', { headers, params: { digest: 'latest' } })).toMatchObject({ status: 400 })
    expect(await call(envelope, '/x', { headers, params: { sha256: '0'.repeat(64) } })).toMatchObject({ status: 404 })
    expect(await call(envelope, '/x', { headers, params: { sha256: '%' } })).toMatchObject({ status: 400 })
  })

  test('is listed, quarantine by itself', async () => {
    const headers = await pusher()
    const { body } = await call(envelopes, '/api/v1/envelopes?status=quarantined&limit=1', { headers })
    expect(body.rows).toHaveLength(1)
    expect(body.rows[0]).toMatchObject({ status: 'quarantined', code: expect.any(String), message: expect.any(String) })
    const next = await call(envelopes, `/api/v1/envelopes?status=quarantined&limit=1&after=${body.next}`, { headers })
    expect(next.body.rows[0].sha256).not.toBe(body.rows[0].sha256)
    const found = await call(envelopes, `/api/v1/envelopes?q=${body.rows[0].sha256.slice(0, 8)}`, { headers })
    expect(found.body.rows.map((r: { sha256: string }) => r.sha256)).toContain(body.rows[0].sha256)
    expect(await call(envelopes, '/api/v1/envelopes?status=other', { headers })).toMatchObject({ status: 400 })
  })
})

describe('identities', () => {
  test('a key is listed without trust, with its last signature; an engineer may name it', async () => {
    await push(ci.key.pem ?? '')
    const { headers } = await signedIn('engineer')
    const listed = await call(identities, '/x', { headers })
    const key = listed.body.keys.find((k: { keyids: string[] }) => k.keyids.includes(ci.keyid))
    expect(key).toMatchObject({
      keytype: 'ed25519',
      ownerOf: [],
      functionaryOf: [],
      lastSignatureAt: expect.any(String),
    })
    const sent = {
      method: 'PATCH',
      headers: { ...headers, ...json },
      body: '{"name": "CI of payments"}',
      params: { fingerprint: key.fingerprint },
    }
    expect(await call(rename, '/x', sent)).toMatchObject({ status: 200, body: { name: 'CI of payments' } })
    expect(await call(rename, '/x', { ...sent, body: '{"name": "a\\nb"}' })).toMatchObject({ status: 400 })
    expect(await call(rename, '/x', { ...sent, params: { fingerprint: '0'.repeat(64) } })).toMatchObject({
      status: 404,
    })
    expect(await db.auditEntry.count({ where: { act: 'key.rename' } })).toBe(1)
    const viewer = await signedIn('viewer')
    expect(await call(rename, '/x', { ...sent, headers: { ...viewer.headers, ...json } })).toMatchObject({
      status: 403,
    })
  })
})
