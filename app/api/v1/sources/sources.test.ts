import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { askAnswerSchema, sourceEntryPageSchema, sourceListSchema, sourceRowSchema } from '#lib/contract/sources.ts'
import { db } from '#lib/db/client.ts'
import type { RouteHandler } from '#lib/http/define-route.ts'
import { syncSource } from '#lib/services/sources/sync/sync-source.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { apiToken, signedIn } from '#lib/testing/people.ts'
import { GET as listEntries } from './[id]/entries/route.ts'
import { POST as replay } from './[id]/replay/route.ts'
import { PATCH as changeSource, GET as getSource, DELETE as removeSource } from './[id]/route.ts'
import { POST as sync } from './[id]/sync/route.ts'
import { POST as testAdded } from './[id]/test/route.ts'
import { POST as ask } from './ask/route.ts'
import { POST as addSource, GET as listSources } from './route.ts'
import { POST as testSettings } from './test/route.ts'

useDatabase()

const top = realpathSync(mkdtempSync(join(tmpdir(), 'waybill-sources-')))
const folder = join(top, 'inbox')
const settings = { kind: 'directory', folder, together: true }

function put(name: string, content: string | Uint8Array): void {
  const old = new Date(Date.now() - 3_600_000)
  writeFileSync(join(folder, name), content)
  utimesSync(join(folder, name), old, old)
}

beforeAll(() => {
  vi.stubEnv('WAYBILL_SOURCE_FOLDERS', folder)
  mkdirSync(folder)
  put('build.1a2b3c4d.link', metablock(linkDocument({ name: 'build', products: { app: 'x' } }), [makeKey('ci')]))
  put('broken.link', '{"signed": }')
  writeFileSync(join(top, 'secret'), 'x')
})
afterAll(() => rmSync(top, { recursive: true, force: true }))

async function call(
  route: RouteHandler,
  headers: Record<string, string>,
  given: { id?: string; query?: string; body?: unknown; method?: string } = {},
) {
  const method = given.method ?? (given.body === undefined ? 'GET' : 'POST')
  const body = method === 'GET' || given.body === undefined ? null : JSON.stringify(given.body)
  const request = new Request(`http://localhost/x${given.query ?? ''}`, {
    method,
    body,
    headers: { ...headers, 'content-type': 'application/json' },
  })
  const response = await route(request, { params: Promise.resolve(given.id === undefined ? {} : { id: given.id }) })
  return { status: response.status, json: await response.json() }
}

const post = { method: 'POST' }

async function added(headers: Record<string, string>, name = `folder ${randomUUID()}`) {
  const { status, json } = await call(addSource, headers, { body: { name, settings } })
  expect(status).toBe(201)
  return sourceRowSchema.parse(json)
}

describe('sources', () => {
  test('are added, looked at, synced, replayed and removed by engineers, each act in the audit log', async () => {
    const { headers } = await signedIn('engineer')
    const source = await added(headers)
    expect(source).toMatchObject({ state: 'new', settings, error: null })
    await syncSource(source.id)
    const row = sourceRowSchema.parse((await call(getSource, headers, { id: source.id })).json)
    expect(row).toMatchObject({ state: 'up-to-date', entries: { taken: 1, quarantined: 1, total: 2, vanished: 0 } })
    expect((await call(testAdded, headers, { id: source.id, ...post })).json).toMatchObject({
      reached: true,
      what: 'folder',
      entries: { count: 2, exact: true },
    })
    expect(await call(sync, headers, { id: source.id, ...post })).toEqual({ status: 202, json: { accepted: true } })
    // asked for and not done yet: the page that asked shows it at once
    expect((await call(getSource, headers, { id: source.id })).json).toMatchObject({ state: 'behind' })
    expect(await call(replay, headers, { id: source.id, ...post })).toEqual({ status: 202, json: { entries: 1 } })
    expect((await call(removeSource, headers, { id: source.id, method: 'DELETE' })).status).toBe(200)
    expect((await call(getSource, headers, { id: source.id })).status).toBe(404)
    const acts = await db.auditEntry.findMany({ where: { objectId: source.id }, orderBy: { seq: 'asc' } })
    expect(acts.map(({ act }) => act)).toEqual(['source.add', 'source.sync', 'source.replay', 'source.remove'])
    // what it brought stays
    expect(await db.sighting.count({ where: { sourceId: source.id } })).toBe(2)
  })

  test('are renamed, looked at at other times, paused and resumed; what is left out stays', async () => {
    const { headers } = await signedIn('engineer')
    const source = await added(headers)
    const change = async (body: unknown) => {
      const { status, json } = await call(changeSource, headers, { id: source.id, body, method: 'PATCH' })
      expect(status).toBe(200)
      return sourceRowSchema.parse(json)
    }
    const name = `${source.name} 2`
    expect(await change({ name, everySeconds: 3_600 })).toMatchObject({ name, everySeconds: 3_600, settings })
    expect(await change({ paused: true })).toMatchObject({ state: 'paused', everySeconds: 3_600 })
    expect((await call(sync, headers, { id: source.id, ...post })).status).toBe(409)
    expect(await change({ paused: false })).toMatchObject({ state: 'new', paused: null, name })
    for (const body of [
      {},
      { everySeconds: 1 },
      { everySeconds: 1.5 },
      { name: '' },
      { removedAt: null },
      { paused: 1 },
    ])
      expect((await call(changeSource, headers, { id: source.id, body, method: 'PATCH' })).status).toBe(400)
  })

  test('are listed with their entries for everybody who reads', async () => {
    const [engineer, viewer] = [await signedIn('engineer'), await signedIn('viewer')]
    const source = await added(engineer.headers)
    await syncSource(source.id)
    const list = sourceListSchema.parse((await call(listSources, viewer.headers)).json)
    expect(list.rows.map(({ id }) => id)).toContain(source.id)
    expect(list.allowed).toEqual({ folders: [folder], origins: [] })
    const page = async (query: string) =>
      sourceEntryPageSchema.parse((await call(listEntries, viewer.headers, { id: source.id, query })).json)
    expect((await page('')).rows.map(({ key }) => key)).toEqual(['broken.link', 'build.1a2b3c4d.link'])
    expect((await page('?show=problems')).rows).toMatchObject([
      { key: 'broken.link', state: 'quarantined', code: 'JSON_SYNTAX' },
    ])
    const first = await page('?limit=1')
    expect(first.next).toBe('broken.link')
    expect((await page(`?limit=1&after=${first.next}`)).rows.map(({ key }) => key)).toEqual(['build.1a2b3c4d.link'])
    expect((await call(listEntries, viewer.headers, { id: source.id, query: '?show=nothing' })).status).toBe(400)
  })

  test('are changed by nobody with less than the right', async () => {
    const [engineer, developer] = [await signedIn('engineer'), await signedIn('developer')]
    const { id } = await added(engineer.headers)
    const ingest = await apiToken(['read', 'ingest'])
    for (const { headers } of [developer, ingest]) {
      expect((await call(addSource, headers, { body: { name: 'x', settings } })).status).toBe(403)
      expect((await call(testSettings, headers, { body: { settings } })).status).toBe(403)
      for (const route of [sync, replay, testAdded])
        expect((await call(route, headers, { id, ...post })).status).toBe(403)
      expect((await call(removeSource, headers, { id, method: 'DELETE' })).status).toBe(403)
      expect((await call(changeSource, headers, { id, method: 'PATCH', body: { paused: true } })).status).toBe(403)
    }
  })

  test('outside of the allowed folders are refused, whatever lies there, and not added', async () => {
    const { headers } = await signedIn('admin')
    for (const outside of ['/etc', top, `${folder}/../secret`, '/nowhere', join(top, 'secret')]) {
      const wrong = { ...settings, folder: outside }
      expect((await call(testSettings, headers, { body: { settings: wrong } })).json).toMatchObject({
        reached: false,
        code: 'NOT_ALLOWED',
      })
      const answer = await call(addSource, headers, { body: { name: `outside ${outside}`, settings: wrong } })
      expect(answer).toMatchObject({
        status: 400,
        json: { detail: expect.stringMatching(/not added.*WAYBILL_SOURCE_FOLDERS/) },
      })
    }
    expect(await db.source.count({ where: { name: { startsWith: 'outside' } } })).toBe(0)
  })

  test('of a name that is taken are a conflict; a name is free again after the removal', async () => {
    const { headers } = await signedIn('engineer')
    const { id } = await added(headers, 'Release folder')
    expect((await call(addSource, headers, { body: { name: ' release FOLDER ', settings } })).status).toBe(409)
    await call(removeSource, headers, { id, method: 'DELETE' })
    await added(headers, 'Release folder')
  })

  test.each([
    ['no kind', { folder: '/x' }],
    ['a member that is none', { ...settings, secret: 'hunter2' }],
    ['a user name in the address', { kind: 'archivista', url: 'https://u:p@a.example' }],
    ['a scheme of other programs', { kind: 'archivista', url: 'file:///etc/passwd' }],
    ['a secret with a path', { kind: 'archivista', url: 'https://a.example', secret: '../../secrets.json' }],
    ['a header with a line break', { kind: 'archivista', url: 'https://a.example', header: 'A\r\nB' }],
  ])('with %s are refused by the field', async (_, wrong) => {
    const { headers } = await signedIn('engineer')
    const answer = await call(addSource, headers, { body: { name: 'wrong', settings: wrong } })
    expect(answer).toMatchObject({ status: 400, json: { fields: [{ path: expect.stringMatching(/^settings/) }] } })
  })

  test('that are not there are not found', async () => {
    const { headers } = await signedIn('engineer')
    const id = randomUUID()
    for (const route of [sync, replay, testAdded])
      expect((await call(route, headers, { id, ...post })).status).toBe(404)
    expect((await call(getSource, headers, { id })).status).toBe(404)
    expect((await call(listEntries, headers, { id })).status).toBe(404)
    expect((await call(changeSource, headers, { id, method: 'PATCH', body: { paused: true } })).status).toBe(404)
    expect((await call(removeSource, headers, { id, method: 'DELETE' })).status).toBe(404)
    expect((await call(getSource, headers, { id: 'x' })).status).toBe(400)
  })
})

describe('POST /sources/ask', () => {
  const digest = `sha256:${'ab'.repeat(32)}`

  test('says of each source what asking it came to', async () => {
    const { headers } = await signedIn('developer')
    const engineer = await signedIn('engineer')
    const name = `asked ${randomUUID()}`
    expect((await call(addSource, engineer.headers, { body: { name, settings } })).status).toBe(201)
    const { status, json } = await call(ask, headers, { body: { digest } })
    expect(status).toBe(200)
    const { sources } = askAnswerSchema.parse(json)
    expect(sources.find((source) => source.name === name)).toMatchObject({ outcome: 'cannot', found: 0 })
  })

  test('is not for viewers and tokens, and wants a digest', async () => {
    const viewer = await signedIn('viewer')
    expect((await call(ask, viewer.headers, { body: { digest } })).status).toBe(403)
    expect((await call(ask, (await apiToken(['read', 'ingest'])).headers, { body: { digest } })).status).toBe(403)
    expect((await call(ask, {}, { body: { digest } })).status).toBe(401)
    const { headers } = await signedIn('developer')
    for (const body of [{ digest: 'latest' }, { digest: 'a'.repeat(201) }, {}, { digest, more: 1 }])
      expect(await call(ask, headers, { body })).toMatchObject({ status: 400, json: { code: 'BAD_REQUEST' } })
  })
})
