import { describe, expect, test } from 'vitest'
import { GET as rawOf } from '#app/api/v1/envelopes/[sha256]/raw/route.ts'
import { db } from '#lib/db/client.ts'
import { IMPORT_LIMITS } from '#lib/services/imports/limits.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { apiToken } from '#lib/testing/people.ts'
import { POST } from './route.ts'

// A push is one document, JSON lines, or a form of files: what holds for one form holds for all of them.

useDatabase()

const ci = makeKey('ci')
let count = 0

/** One line, so that each form can carry it; with white space that only the original bytes have. */
function document(): Uint8Array<ArrayBuffer> {
  const bytes = dsse(linkDocument({ name: `step ${count++}`, products: { app: `${count}` } }), [ci])
  return Uint8Array.from([...bytes, 32, 9, 32])
}

type Form = 'single' | 'lines' | 'multipart'
const forms: readonly Form[] = ['single', 'lines', 'multipart']

function requestOf(form: Form, documents: readonly Uint8Array<ArrayBuffer>[]): { body: BodyInit; type?: string } {
  if (form === 'multipart') {
    const body = new FormData()
    for (const [index, bytes] of documents.entries()) body.append('files', new Blob([bytes]), `run/${index}.json`)
    return { body }
  }
  if (form === 'single') return { body: new Blob([...documents]), type: 'application/json' }
  return { body: new Blob(documents.flatMap((bytes) => [bytes, '\n'])), type: 'application/x-ndjson' }
}

async function send({ body, type }: { body: BodyInit; type?: string }, more: Record<string, string> = {}) {
  const { headers } = await apiToken(['ingest', 'read'])
  const given = { ...headers, ...(type === undefined ? {} : { 'content-type': type }), ...more }
  const request = new Request('http://127.0.0.1/api/v1/attestations', { method: 'POST', body, headers: given })
  const response = await POST(request, { params: Promise.resolve({}) })
  const answer = await response.json()
  return { status: response.status, answer, rows: answer.rows ?? [answer] }
}

const push = (form: Form, ...documents: Uint8Array<ArrayBuffer>[]) => send(requestOf(form, documents))

async function stored(sha256: string): Promise<Buffer> {
  const { headers } = await apiToken(['read'])
  const response = await rawOf(new Request('http://127.0.0.1/raw', { headers }), {
    params: Promise.resolve({ sha256 }),
  })
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}

/** One byte more than is read of a document. */
const tooLarge = () => new Uint8Array(IMPORT_LIMITS.fileBytes + 1).fill(0x20).fill(0x7b, 0, 1)

describe.each(forms)('a push as %s', (form) => {
  test('keeps each byte, and knows it again in every other form', async () => {
    const bytes = document()
    const first = await push(form, bytes)
    expect(first.status).toBe(form === 'single' ? 201 : 200)
    expect(first.rows).toMatchObject([{ fate: 'stored' }])
    expect((await stored(first.rows[0].sha256)).equals(bytes)).toBe(true)
    for (const other of forms)
      expect((await push(other, bytes)).rows).toMatchObject([{ fate: 'known', sha256: first.rows[0].sha256 }])
    const known = { where: { sha256: Buffer.from(first.rows[0].sha256, 'hex') } }
    expect(await db.envelope.count(known)).toBe(1)
  })

  test('keeps what it cannot read in quarantine, and says why and where', async () => {
    const { status, rows } = await push(form, Uint8Array.from(Buffer.from(`{"payload": "${count++}", }`)))
    expect(status).toBe(form === 'single' ? 202 : 200)
    expect(rows).toMatchObject([
      { fate: 'quarantined', code: expect.any(String), message: expect.stringMatching(/.{20}/) },
    ])
  })

  test('refuses a private key, and keeps nothing of it', async () => {
    const key = Uint8Array.from(Buffer.from(ci.privatePem().replaceAll('\n', form === 'lines' ? ' ' : '\n')))
    const before = await db.envelope.count()
    const { status, answer } = await push(form, key)
    expect(JSON.stringify(answer)).toMatch(/private key/i)
    if (form === 'single') expect(status).toBe(400)
    else expect(answer.rows).toMatchObject([{ fate: 'refused' }])
    expect(await db.envelope.count()).toBe(before)
  })

  test('over the size of a document says the limit and the size, and keeps nothing', async () => {
    const before = await db.envelope.count()
    const { status, answer } = await push(form, tooLarge())
    expect(JSON.stringify(answer)).toMatch(/6710886[56].*67108864/)
    if (form === 'single') expect(status).toBe(413)
    else expect(answer.rows).toMatchObject([{ fate: 'refused', code: 'LIMIT' }])
    expect(await db.envelope.count()).toBe(before)
  })

  test('over the size of a request is refused before it is read', async () => {
    const answer = await send(requestOf(form, [document()]), { 'content-length': String(2 ** 31) })
    expect(answer).toMatchObject({ status: 413, answer: { code: 'TOO_LARGE' } })
  })

  test('without a token, or compressed, is refused', async () => {
    const { body, type } = requestOf(form, [document()])
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
    const init = { method: 'POST', body, headers }
    const nobody = await POST(new Request('http://127.0.0.1/x', init), { params: Promise.resolve({}) })
    expect(nobody.status).toBe(401)
    const packed = await send(requestOf(form, [document()]), { 'content-encoding': 'gzip' })
    expect(packed).toMatchObject({ status: 415, answer: { code: 'UNSUPPORTED_TYPE' } })
  })

  test('that holds nothing is not said to be kept', async () => {
    const { status, answer } = await push(form, ...(form === 'single' ? [new Uint8Array()] : []))
    // an empty file is a document that cannot be read; a form or lines without any are none
    if (form === 'single')
      expect({ status, ...answer }).toMatchObject({ status: 202, fate: 'quarantined', code: 'EMPTY' })
    else {
      expect({ status, ...answer }).toMatchObject({ status: 400, code: 'BAD_REQUEST' })
      expect(answer.detail).toMatch(/^Expected at least one document.*none\. Nothing was stored\.$/)
    }
  })
})

describe('several documents in one push', () => {
  test.each(['lines', 'multipart'] as const)('%s: a bad one in the middle spoils no other', async (form) => {
    const [first, last] = [document(), document()]
    const { status, rows } = await push(form, first, Uint8Array.from(Buffer.from('{"broken')), last)
    expect(status).toBe(200)
    expect(rows.map(({ fate }: { fate: string }) => fate)).toEqual(['stored', 'quarantined', 'stored'])
    expect((await stored(rows[2].sha256)).equals(last)).toBe(true)
  })

  test('a form: one that is too large costs itself only', async () => {
    const [first, last] = [document(), document()]
    const { rows } = await push('multipart', first, tooLarge(), last)
    expect(rows).toMatchObject([{ fate: 'stored' }, { fate: 'refused', code: 'LIMIT' }, { fate: 'stored' }])
    expect(rows.map(({ path }: { path: string }) => path)).toEqual(['run/0.json', 'run/1.json', 'run/2.json'])
  })

  test('more lines than a file may hold: the limit and what to do are said, and nothing is cut off in silence', async () => {
    const line = `${JSON.stringify({ n: 1 })}\n`
    const body = line.repeat(IMPORT_LIMITS.lines + 1)
    const { status, rows } = await send({ body, type: 'application/x-ndjson' })
    expect(status).toBe(200)
    expect(rows).toMatchObject([
      { fate: 'refused', code: 'LIMIT', message: expect.stringMatching(/10001.*10000|10000.*10001/) },
    ])
  })

  test('a form whose documents are fields and no files is a fault and not a success', async () => {
    const body = new FormData()
    body.append('files', new TextDecoder().decode(document()))
    const before = await db.envelope.count()
    const { status, answer } = await send({ body })
    expect(status).toBe(400)
    expect(answer.detail).toMatch(/as a file with a name; found none/)
    expect(await db.envelope.count()).toBe(before)
  })

  test('a form that ends in the middle, or has no boundary, says so', async () => {
    const part = '--b\r\nContent-Disposition: form-data; name="files"; filename="a.link"\r\n\r\n{"signed"'
    const cut = await send({ body: part, type: 'multipart/form-data; boundary=b' })
    expect(cut).toMatchObject({ status: 400, answer: { code: 'BAD_REQUEST' } })
    expect(cut.answer.detail).toMatch(/multipart body could not be read/)
    const bare = await send({ body: part, type: 'multipart/form-data' })
    expect([400, 415]).toContain(bare.status)
    expect(bare.answer.detail).toMatch(/.{20}/)
  })
})
