import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { sourceSettingsSchema } from '#lib/contract/sources.ts'
import { db } from '#lib/db/client.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { signedIn } from '#lib/testing/people.ts'
import { localServer } from '#lib/testing/sources/local-server.ts'
import { FakeRegistry } from '#lib/testing/sources/registry/fake-registry.ts'
import { worldOf } from '#lib/testing/sources/registry/oci-world.ts'
import { createSource } from './create.ts'
import { syncSource } from './sync/sync-source.ts'
import { testSource } from './test.ts'

// A registry as an operator sets it up: allowed origins from the environment, secrets from files, tokens from another host.

const basic = `Basic ${Buffer.from('robot:for tokens').toString('base64')}`
const data = realpathSync(mkdtempSync(join(tmpdir(), 'waybill-registry-')))
const fake = await FakeRegistry.start({ referrers: true })
const tokens = await localServer(
  ({ headers }, response) =>
    response.writeHead(headers.authorization === basic ? 200 : 401).end('{"token": "letmein", "expires_in": 60}'),
  { host: '127.0.0.2' },
)
vi.stubEnv('WAYBILL_DATA', data)
vi.stubEnv('WAYBILL_SOURCE_ORIGINS', `${fake.server.origin},${tokens.origin}`)
useDatabase()
afterAll(async () => {
  await Promise.all([fake.close(), tokens.close()])
  rmSync(data, { recursive: true, force: true })
})

function keep(origin: string, name: string, text: string): void {
  const folder = join(data, 'source-secrets', new URL(origin).host.replaceAll(':', '_'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), `${text}\n`)
}

const settings = (more: object = {}) =>
  sourceSettingsSchema.parse({
    kind: 'oci',
    url: fake.server.origin,
    repositories: ['team/app'],
    user: 'robot',
    secret: 'pull',
    tokenServer: tokens.origin,
    ...more,
  })

test('is added, synced and tested with the secrets of each host, and none of them is told to anybody else', async () => {
  const { actor } = await signedIn('engineer')
  const world = worldOf(fake.server.origin, 'team/app', true)
  await world.put('one', world.document(1))
  fake.interfere = ({ headers }, response) => {
    if (headers.authorization === 'Bearer letmein') return false
    response.writeHead(401, { 'www-authenticate': `Bearer realm="${tokens.origin}/token",service="s"` }).end('{}')
    return true
  }
  const before = fake.server.requests.length
  const missing = await testSource(actor, settings())
  expect(missing).toMatchObject({ reached: false, code: 'UNAUTHORIZED', message: expect.stringMatching(/`pull`/) })
  keep(fake.server.origin, 'pull', 'of the registry')
  keep(tokens.origin, 'pull', 'for tokens')
  const { id, state, entries } = await createSource(actor, { name: 'Registry', settings: settings() })
  expect([state, entries.total]).toEqual(['new', 0])
  await syncSource(id)
  expect(await db.sourceEntry.findMany({ where: { sourceId: id } })).toMatchObject([{ state: 'taken' }])
  expect(await db.sourceMemory.count({ where: { sourceId: id } })).toBeGreaterThan(0)
  const sent = fake.server.requests.slice(before).map(({ headers }) => headers.authorization ?? 'nothing')
  expect(new Set(sent)).toEqual(new Set(['nothing', 'Bearer letmein']))
  expect(tokens.requests.every(({ headers }) => headers.authorization === basic)).toBe(true)
  const acts = await db.auditEntry.findMany({ where: { objectType: 'source' }, select: { detail: true } })
  expect(acts.length).toBeGreaterThan(2)
  const audit = JSON.stringify(acts)
  expect(audit).not.toMatch(/for tokens|of the registry|letmein/)
})

test('is not added where it cannot be read, with a sentence about what to do', async () => {
  const { actor } = await signedIn('engineer')
  const add = (more: object) => createSource(actor, { name: 'Other', settings: settings(more) })
  await expect(add({ tokenServer: null })).rejects.toThrow(/enter it as such, and let whoever runs Waybill keep/)
  await expect(add({ url: 'https://other.example' })).rejects.toThrow(
    /allow https:\/\/other.example with WAYBILL_SOURCE_ORIGINS/,
  )
  await expect(add({ repositories: ['team/*'], secret: null, user: null })).rejects.toThrow(/refused/)
  expect(await db.source.count({ where: { name: 'Other' } })).toBe(0)
})
