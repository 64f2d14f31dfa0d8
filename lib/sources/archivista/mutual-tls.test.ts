import { describe, expect, test } from 'vitest'
import { archivistaSettingsSchema } from '#lib/contract/sources.ts'
import { digestOf } from '#lib/testing/authority/documents.ts'
import { FakeArchivista } from '#lib/testing/sources/fake-archivista/fake-archivista.ts'
import { TlsAuthority, withoutOpenssl } from '#lib/testing/sources/tls-authority.ts'
import type { Connector } from '../connector.ts'
import { guardedFetch } from '../guarded-fetch/guarded-fetch.ts'
import { PUBLIC_ONLY, parseOrigins } from '../guarded-fetch/outbound-policy.ts'
import { archivistaKind } from './archivista.ts'

// An Archivista behind a server that lets in nobody without a certificate: every exchange identifies itself.

const never = new AbortController().signal
const limits = { batchEntries: 10, signal: never }
const headers = { authorization: 'Bearer abc', 'x-proxy-key': 'def' }

function attestation(name: string): Uint8Array<ArrayBuffer> {
  const subject = [{ name, digest: { sha256: digestOf(name) } }]
  const statement = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType: 'https://x.example/v1' }
  const payload = Buffer.from(JSON.stringify(statement)).toString('base64')
  return Uint8Array.from(
    Buffer.from(`{"payloadType":"application/vnd.in-toto+json", "payload":"${payload}","signatures":[]}\n`),
  )
}

let authorities: readonly [TlsAuthority, TlsAuthority] | null = null

async function world() {
  authorities ??= [new TlsAuthority(), new TlsAuthority('Another authority')]
  const [authority, other] = authorities
  const { certificate: cert, key } = authority.issue('IP:127.0.0.1')
  const tls = { cert, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: true }
  const fake = await FakeArchivista.start({ tls })
  const client = authority.issue('URI:spiffe://bank.example/waybill')
  const stranger = other.issue('URI:spiffe://elsewhere.example/waybill')
  const secrets: Record<string, string> = {
    'ca.pem': authority.certificate,
    'other-ca.pem': other.certificate,
    'client.pem': client.certificate,
    'client.key': client.key,
    'stranger.pem': stranger.certificate,
    'stranger.key': stranger.key,
    token: 'abc',
    proxy: 'def',
  }
  const connect = (given: object): Connector => {
    const url = fake.server.origin
    const more = { url, secret: 'token', headers: [{ name: 'X-Proxy-Key', secret: 'proxy' }], ...given }
    return archivistaKind.open(archivistaSettingsSchema.parse(more), {
      fetch: guardedFetch({ ...PUBLIC_ONLY, origins: parseOrigins(url) }),
      credentials: { secret: async (name) => secrets[name] ?? null },
      folders: [],
      now: () => new Date(),
    })
  }
  return { fake, connect }
}

/** Each exchange that a source has with its server, by name. */
const exchanges: Readonly<Record<string, (connector: Connector, gitoid: string) => Promise<unknown>>> = {
  'listing (/query)': (connector) => Array.fromAsync(connector.since(null, limits)),
  'asking by digest (/query)': (connector) => connector.byDigest('sha256', digestOf('there'), limits),
  'fetching (/download)': (connector, gitoid) => connector.fetch(gitoid, never),
  'sending (/upload)': async (connector) => connector.send?.(attestation('sent'), never),
}
const identified = { ca: 'ca.pem', clientCertificate: 'client.pem', clientKey: 'client.key' }

describe.skipIf(withoutOpenssl !== null)(`mutual TLS${withoutOpenssl === null ? '' : ` (${withoutOpenssl})`}`, () => {
  test.each(['v1', 'unversioned'])('every exchange carries certificate and headers, paths %s', async (paths) => {
    const { fake, connect } = await world()
    try {
      const gitoid = fake.add(attestation('there'))
      const connector = connect({ ...identified, paths })
      expect(await connector.probe(never)).toMatchObject({ reached: true })
      const batches = await Array.fromAsync(connector.since(null, limits))
      expect(batches.flatMap(({ entries }) => entries.map(({ key }) => key))).toContain(gitoid)
      expect((await connector.byDigest('sha256', digestOf('there'), limits)).map(({ key }) => key)).toEqual([gitoid])
      expect(Buffer.from((await connector.fetch(gitoid, never)).bytes).equals(attestation('there'))).toBe(true)
      expect(await connector.send?.(attestation('sent'), never)).toBe('taken')
      expect([...fake.blobs.values()].some((blob) => blob.equals(attestation('sent')))).toBe(true)
      const start = paths === 'v1' ? '/v1/' : '/'
      const asked = new Set(fake.server.requests.map(({ url }) => url.slice(start.length).split('/')[0]))
      expect([...asked].sort()).toEqual(['download', 'query', 'upload'])
      for (const request of fake.server.requests) {
        expect(request.url.startsWith(start)).toBe(true)
        expect(request.headers).toMatchObject(headers)
      }
    } finally {
      await fake.close()
    }
  })

  test.each([
    ['no certificate', { ca: 'ca.pem' }, /^(UNAUTHORIZED)$/],
    [
      'a certificate of another authority',
      { ca: 'ca.pem', clientCertificate: 'stranger.pem', clientKey: 'stranger.key' },
      /^(UNAUTHORIZED|UNREACHABLE)$/,
    ],
    ['trust in the system alone', { ...identified, ca: null }, /^UNREACHABLE$/],
    ['trust in another authority', { ...identified, ca: 'other-ca.pem' }, /^UNREACHABLE$/],
    ['a certificate without its key', { ...identified, clientKey: null }, /^SETTINGS$/],
    ['a secret that is not there', { ...identified, clientKey: 'lost' }, /^UNAUTHORIZED$/],
  ])('with %s no exchange gets through, and each says why', async (_, settings, code) => {
    const { fake, connect } = await world()
    try {
      const gitoid = fake.add(attestation('there'))
      const connector = connect(settings)
      expect(await connector.probe(never)).toMatchObject({ reached: false, code: expect.stringMatching(code) })
      for (const [name, exchange] of Object.entries(exchanges))
        await expect(exchange(connector, gitoid), name).rejects.toMatchObject({
          code: expect.stringMatching(code),
          message: expect.stringMatching(/\w.{19,}/),
        })
      expect(fake.server.requests).toEqual([])
      expect(fake.blobs.size).toBe(1)
    } finally {
      await fake.close()
    }
  })
})
