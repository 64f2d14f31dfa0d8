import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { POST as say } from '#app/api/v1/trust-domains/[name]/roots/[sha256]/route.ts'
import { GET as getOne } from '#app/api/v1/trust-domains/[name]/route.ts'
import { POST as add, GET as list } from '#app/api/v1/trust-domains/route.ts'
import { makeToken } from '#lib/auth/token-format.ts'
import { db } from '#lib/db/client.ts'
import type { RouteHandler } from '#lib/http/define-route.ts'
import { makeAuthority } from '#lib/testing/authority/certificates.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { trustBundleCommand } from './command.ts'

useDatabase()

const top = mkdtempSync(join(tmpdir(), 'waybill-trust-'))
const at = (name: string) => join(top, name)
const said: string[] = []
let server: Server | undefined

const routes: [RegExp, RouteHandler][] = [
  [/^GET \/api\/v1\/trust-domains$/, list],
  [/^POST \/api\/v1\/trust-domains$/, add],
  [/^GET \/api\/v1\/trust-domains\/(?<name>[^/]+)$/, getOne],
  [/^POST \/api\/v1\/trust-domains\/(?<name>[^/]+)\/roots\/(?<sha256>[^/]+)$/, say],
]

const [first, second] = [makeAuthority('first', 'example.org'), makeAuthority('second', 'example.org')]
const key = ({ certificate }: typeof first) => ({
  use: 'x509-svid',
  kty: 'EC',
  x5c: [Buffer.from(certificate.der).toString('base64')],
})

beforeAll(async () => {
  writeFileSync(at('local-token'), makeToken().token)
  writeFileSync(at('first.json'), JSON.stringify({ keys: [key(first)], spiffe_sequence: 1 }))
  writeFileSync(at('second.json'), JSON.stringify({ keys: [key(second)], spiffe_sequence: 2 }))
  writeFileSync(at('first.pem'), first.pem)
  vi.stubEnv('WAYBILL_DATA', top)
  server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Uint8Array[] = []
      for await (const chunk of incoming) chunks.push(chunk)
      const line = `${incoming.method} ${incoming.url}`
      const [found, handler] = routes.find(([pattern]) => pattern.test(line)) ?? []
      const body = Buffer.concat(chunks)
      const request = new Request(`http://localhost${incoming.url}`, {
        method: incoming.method ?? 'GET',
        headers: { authorization: incoming.headers.authorization ?? '', 'content-type': 'application/json' },
        body: body.length === 0 ? null : body,
      })
      const response = await handler?.(request, { params: Promise.resolve({ ...found?.exec(line)?.groups }) })
      outgoing.writeHead(response?.status ?? 404).end(await response?.text())
    })()
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  writeFileSync(at('running.json'), JSON.stringify({ url }))
})
afterAll(() => {
  server?.close()
  rmSync(top, { recursive: true, force: true })
})
beforeEach(() => {
  said.length = 0
  const keep = (text: unknown) => said.push(String(text)) > 0
  vi.spyOn(process.stdout, 'write').mockImplementation(keep)
  vi.spyOn(process.stderr, 'write').mockImplementation(keep)
})

const why = ['--reason', 'asked the operators']

test('a bundle is put in force, replaced and ended from the command line, and everything is in the audit log', async () => {
  expect(await trustBundleCommand(['list'])).toBe(0)
  expect(said.join('')).toContain('No trust domain is known')
  const from = ['--from', '2026-11-22T23:00:00Z']
  expect(await trustBundleCommand(['add', 'example.org', at('first.json'), ...why, ...from])).toBe(0)
  expect(said.join('')).toContain('in-force     since 2026-11-22T23:00:00.000Z, certificate ends 2036-05-01')
  said.length = 0
  expect(await trustBundleCommand(['add', 'example.org', at('second.json'), ...why])).toBe(2)
  expect(said.join('')).toMatch(/leaves out a root of example.org .* "O=first"/)
  const { sha256 } = first.certificate
  expect(await trustBundleCommand(['add', 'example.org', at('second.json'), ...why, '--ending', sha256])).toBe(0)
  said.length = 0
  const begin = second.certificate.sha256.slice(0, 10)
  expect(await trustBundleCommand(['compromised', 'example.org', begin, ...why])).toBe(0)
  expect(said.join('')).toMatch(/compromised .* O=second/)
  expect(await trustBundleCommand(['restore', 'example.org', begin, ...why])).toBe(0)
  expect(await trustBundleCommand(['end', 'example.org', begin, ...why, '--json'])).toBe(0)
  const acts = await db.auditEntry.findMany({ orderBy: { seq: 'asc' }, select: { act: true, actor: true } })
  expect(acts.map(({ act }) => act)).toEqual(
    ['bundle', 'bundle', 'compromised', 'restore', 'end'].map((kind) => `trust.${kind}`),
  )
  for (const { actor } of acts) expect(actor).toMatch(/^local:/)
})

test('a root that there is not is refused with a sentence', async () => {
  expect(await trustBundleCommand(['end', 'example.org', 'ffffffffffff', ...why])).toBe(64)
  expect(said.join('')).toContain('no root whose SHA-256 begins with ffffffffffff')
  expect(await trustBundleCommand(['end', 'other.example', 'ff', ...why])).toBe(2)
})

test.each([
  [[]],
  [['fly']],
  [['list', 'x']],
  [['add', 'example.org']],
  [['add', 'example.org', '/nowhere', '--reason', 'because']],
  [['add', 'example.org', 'x']],
  [['add', 'example.org', 'x', '--reason', 'y', '--from', 'yesterday']],
  [['end', 'example.org', 'ab', '--reason', 'y', '--ending', 'ab']],
  [['list', '--nope']],
  [['list', '--url', 'https://w.example']],
])('%j is wrong usage: 64 and a sentence', async (args) => {
  vi.stubEnv('WAYBILL_TOKEN', undefined)
  expect(await trustBundleCommand(args)).toBe(64)
  expect(said.join('')).toMatch(/.{10,}\nRun "waybill trust-bundle --help"/)
})
