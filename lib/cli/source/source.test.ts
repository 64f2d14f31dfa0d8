import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { POST as replay } from '#app/api/v1/sources/[id]/replay/route.ts'
import { PATCH as change, GET as getOne, DELETE as remove } from '#app/api/v1/sources/[id]/route.ts'
import { POST as sync } from '#app/api/v1/sources/[id]/sync/route.ts'
import { POST as testOne } from '#app/api/v1/sources/[id]/test/route.ts'
import { POST as askAll } from '#app/api/v1/sources/ask/route.ts'
import { POST as add, GET as list } from '#app/api/v1/sources/route.ts'
import { POST as testSettings } from '#app/api/v1/sources/test/route.ts'
import { makeToken } from '#lib/auth/token-format.ts'
import { jsonObject } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import type { RouteHandler } from '#lib/http/define-route.ts'
import { syncSource } from '#lib/services/sources/sync/sync-source.ts'
import { digestOf, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { FakeArchivista } from '#lib/testing/sources/fake-archivista/fake-archivista.ts'
import { parseArguments } from './arguments.ts'
import { sourceCommand } from './command.ts'

useDatabase()

const top = realpathSync(mkdtempSync(join(tmpdir(), 'waybill-cli-')))
const inbox = join(top, 'inbox')
const said: string[] = []
let server: Server | undefined
let fake: FakeArchivista

/** The routes behind a small server, as the command meets them. */
const routes: [RegExp, RouteHandler][] = [
  [/^GET \/api\/v1\/sources$/, list],
  [/^POST \/api\/v1\/sources$/, add],
  [/^POST \/api\/v1\/sources\/test$/, testSettings],
  [/^POST \/api\/v1\/sources\/ask$/, askAll],
  [/^POST \/api\/v1\/sources\/([^/]+)\/test$/, testOne],
  [/^POST \/api\/v1\/sources\/([^/]+)\/sync$/, sync],
  [/^POST \/api\/v1\/sources\/([^/]+)\/replay$/, replay],
  [/^GET \/api\/v1\/sources\/([^/]+)$/, getOne],
  [/^PATCH \/api\/v1\/sources\/([^/]+)$/, change],
  [/^DELETE \/api\/v1\/sources\/([^/]+)$/, remove],
]

beforeAll(async () => {
  mkdirSync(inbox)
  const token = makeToken().token
  writeFileSync(join(top, 'local-token'), token)
  vi.stubEnv('WAYBILL_DATA', top)
  fake = await FakeArchivista.start()
  vi.stubEnv('WAYBILL_SOURCE_ORIGINS', fake.server.origin)
  server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Uint8Array[] = []
      for await (const chunk of incoming) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      const line = `${incoming.method} ${incoming.url}`
      const [found, handler] = routes.find(([pattern]) => pattern.test(line)) ?? []
      const id = found?.exec(line)?.[1]
      const request = new Request(`http://localhost${incoming.url}`, {
        method: incoming.method ?? 'GET',
        headers: { authorization: incoming.headers.authorization ?? '', 'content-type': 'application/json' },
        body: body.length === 0 ? null : body,
      })
      const response = await handler?.(request, { params: Promise.resolve(id === undefined ? {} : { id }) })
      if (line.endsWith('/sync') && id !== undefined) await syncSource(id)
      outgoing
        .writeHead(response?.status ?? 404)
        .end(Buffer.from((await response?.arrayBuffer()) ?? new ArrayBuffer(0)))
    })()
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  writeFileSync(join(top, 'running.json'), JSON.stringify({ url }))
})
afterAll(async () => {
  await fake.close().catch(() => undefined)
  server?.close()
  rmSync(top, { recursive: true, force: true })
})
beforeEach(() => {
  said.length = 0
  const keep = (text: unknown) => said.push(String(text)) > 0
  vi.spyOn(process.stdout, 'write').mockImplementation(keep)
  vi.spyOn(process.stderr, 'write').mockImplementation(keep)
})

function put(name: string, content: string | Uint8Array): void {
  const old = new Date(Date.now() - 3_600_000)
  writeFileSync(join(inbox, name), content)
  utimesSync(join(inbox, name), old, old)
}

test('a folder is tested, added, listed, synced, replayed and removed from the command line', async () => {
  put('build.1a2b3c4d.link', metablock(linkDocument({ name: 'build' }), [makeKey('ci')]))
  expect(await sourceCommand(['test', '--directory', inbox])).toBe(0)
  expect(said.join('')).toMatch(/^reached: folder, 1 entries, in \d+ ms\n/)
  expect(await sourceCommand(['add', 'Release folder', '--directory', inbox, '--runs'])).toBe(0)
  expect(await sourceCommand(['sync', 'release folder'])).toBe(0)
  expect(said.join('')).toContain('1 entry: 1 taken')
  put('broken.link', '{"signed": }')
  expect(await sourceCommand(['sync', 'Release folder'])).toBe(1)
  expect(said.join('')).toContain('2 entries: 1 taken, 1 quarantined')
  expect(await sourceCommand(['replay', 'Release folder', '--json'])).toBe(0)
  expect(said.join('')).toContain('"entries": 1')
  expect(await sourceCommand(['test', 'Release folder'])).toBe(0)
  said.length = 0
  expect(await sourceCommand(['list'])).toBe(0)
  expect(said.join('')).toMatch(new RegExp(`^Release folder {2}\\S+ {2}directory ${inbox}\\n`))
  said.length = 0
  expect(await sourceCommand(['pause', 'Release folder'])).toBe(0)
  expect(said.join('')).toMatch(/^Release folder {2}paused[\s\S]*paused since .* by /)
  expect(await sourceCommand(['sync', 'Release folder'])).toBe(2)
  expect(said.join('')).toContain('Release folder is paused. Resume it first.')
  expect(await sourceCommand(['resume', 'Release folder'])).toBe(0)
  expect(await sourceCommand(['change', 'Release folder', '--directory', join(inbox, 'nowhere')])).toBe(2)
  expect(await sourceCommand(['change', 'Release folder', '--directory', inbox, '--runs'])).toBe(0)
  expect((await db.source.findFirstOrThrow({ where: { name: 'Release folder' } })).settings).toMatchObject({
    together: true,
  })
  said.length = 0
  expect(await sourceCommand(['change', 'Release folder', '--rename', 'Links', '--every', '600'])).toBe(0)
  expect(said.join('')).toMatch(/looked at every 600 seconds/)
  expect(await sourceCommand(['change', 'Links', '--rename', 'Release folder', '--every', 'usual'])).toBe(0)
  expect((await db.source.findFirstOrThrow()).everySeconds).toBeNull()
  for (const wrong of [[], ['--every', '1'], ['--every', 'often']])
    expect(await sourceCommand(['change', 'Release folder', ...wrong])).toBe(64)
  expect(await sourceCommand(['sync', 'Release folder', '--every', '60'])).toBe(64)
  expect(await sourceCommand(['remove', 'Release folder'])).toBe(0)
  expect(await sourceCommand(['remove', 'Release folder'])).toBe(64)
  const row = await db.source.findFirstOrThrow()
  expect(row.createdBy).toMatch(/^local:/)
  expect(row.removedAt).not.toBeNull()
})

test('what does not answer is not added, and says why', async () => {
  expect(await sourceCommand(['test', '--directory', '/etc'])).toBe(1)
  expect(said.join('')).toMatch(/^not reached .*WAYBILL_SOURCE_FOLDERS/)
  expect(await sourceCommand(['add', 'x', '--directory', '/etc'])).toBe(2)
  expect(said.join('')).toContain('The source was not added')
})

test('all sources are asked about a digest, and each says what it has or why it says nothing', async () => {
  const attestation = (name: string) => {
    const subject = [jsonObject({ name, digest: jsonObject({ sha256: digestOf(name) }) })]
    const statement = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType: 'https://x.example/v1' }
    return dsse(jsonObject(statement), [makeKey('ci')])
  }
  fake.add(attestation('asked'))
  expect(await sourceCommand(['add', 'Asked', '--archivista', fake.server.origin])).toBe(0)
  const { id } = await db.source.findFirstOrThrow({ where: { name: 'Asked' } })
  said.length = 0
  const asking = sourceCommand(['ask', `sha256:${digestOf('asked')}`])
  await vi.waitUntil(() => db.sourceEntry.count({ where: { sourceId: id } }))
  await syncSource(id)
  expect(await asking).toBe(0)
  expect(said.join('')).toMatch(/^Asked {2}1 found, 1 new\n {2}new {2}[0-9a-f]{64}\.json\n/m)
  said.length = 0
  expect(await sourceCommand(['ask', digestOf('nothing')])).toBe(1)
  expect(said.join('')).toContain('Asked  has nothing about it\n')
  await fake.close()
  said.length = 0
  expect(await sourceCommand(['ask', digestOf('nothing')])).toBe(1)
  expect(said.join('')).toMatch(/^Asked {2}failed: \w.{20,}\n/m)
  expect(await sourceCommand(['ask', 'latest'])).toBe(2)
  expect(said.join('')).toContain('Expected a digest')
})

test('a registry is described with all that its kind has', () => {
  const given = [
    ...['--oci', 'https://r.example', '--repository', 'pay/api', '--repository', 'web/*', '--user', 'robot'],
    ...['--secret', 'pull', '--token-server', 'https://auth.example', '--ca', 'ca.pem'],
    ...['--client-certificate', 'c.pem', '--client-key', 'k.pem'],
  ]
  expect(parseArguments(['add', 'Registry', ...given], {}).settings).toEqual({
    kind: 'oci',
    url: 'https://r.example',
    repositories: ['pay/api', 'web/*'],
    user: 'robot',
    secret: 'pull',
    tokenServer: 'https://auth.example',
    ca: 'ca.pem',
    clientCertificate: 'c.pem',
    clientKey: 'k.pem',
  })
})

test.each([
  [[]],
  [['fly']],
  [['list', 'x']],
  [['add', 'x']],
  [['add', '--directory', '/x']],
  [['add', 'x', '--directory', '/x', '--oci', 'https://r.example']],
  [['add', 'x', '--oci', 'https://r.example']],
  [['add', 'x', '--oci', 'https://r.example', '--repository', 'Pay/api']],
  [['add', 'x', '--directory', '/x', '--token-server', 'https://a.example']],
  [['add', 'x', '--archivista', 'ftp://a.example']],
  [['add', 'x', '--archivista', 'https://a.example', '--runs']],
  [['test', 'x', '--directory', '/x']],
  [['sync']],
  [['ask']],
  [['ask', 'x', '--directory', '/x']],
  [['sync', 'x', '--directory', '/x']],
  [['list', '--runs']],
  [['list', '--nope']],
  [['list', '--url', 'https://w.example']],
])('%j is wrong usage: 64 and a sentence', async (args) => {
  vi.stubEnv('WAYBILL_TOKEN', undefined)
  expect(await sourceCommand(args)).toBe(64)
  expect(said.join('')).toMatch(/.{10,}\nRun "waybill source --help"/)
})
