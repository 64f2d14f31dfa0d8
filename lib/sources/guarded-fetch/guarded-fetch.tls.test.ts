import { describe, expect, test } from 'vitest'
import { useLocalServers } from '#lib/testing/sources/local-server.ts'
import { TlsAuthority, withoutOpenssl } from '#lib/testing/sources/tls-authority.ts'
import type { GuardedRequest } from '../connector.ts'
import { followRedirects } from './follow-redirects.ts'
import { guardedFetch } from './guarded-fetch.ts'
import { PUBLIC_ONLY, parseOrigins } from './outbound-policy.ts'

const start = useLocalServers()
const limitBytes = 1_000

describe.skipIf(withoutOpenssl !== null)(`G-26: TLS${withoutOpenssl === null ? '' : ` (${withoutOpenssl})`}`, () => {
  const worlds: { authority: TlsAuthority; other: TlsAuthority }[] = []
  const world = () => {
    const made = worlds[0] ?? { authority: new TlsAuthority(), other: new TlsAuthority('Another authority') }
    worlds[0] = made
    return made
  }
  const serve = ({ names = 'IP:127.0.0.1', days = 30, mutual = false } = {}) => {
    const { authority } = world()
    const { certificate: cert, key } = authority.issue(names, days)
    const client = mutual ? { ca: authority.certificate, requestCert: true, rejectUnauthorized: true } : {}
    return start((_, response) => response.end('hello'), { tls: { cert, key, ...client } })
  }
  const ask = (origin: string, request: Partial<GuardedRequest> = {}) =>
    guardedFetch({ ...PUBLIC_ONLY, origins: parseOrigins(origin) })(origin, { limitBytes, ...request })

  test('a server of an authority that nobody named is not trusted', async () => {
    const server = await serve()
    await expect(ask(server.origin)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/authority/),
    })
    await expect(ask(server.origin, { ca: world().other.certificate })).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(server.requests).toEqual([])
  })

  test('a server of the named authority is', async () => {
    const server = await serve()
    expect((await ask(server.origin, { ca: world().authority.certificate })).status).toBe(200)
  })

  test('trust given to one request does not carry to the next over the same connection', async () => {
    const server = await serve()
    const fetch = guardedFetch({ ...PUBLIC_ONLY, origins: parseOrigins(server.origin) })
    await fetch(server.origin, { limitBytes, ca: world().authority.certificate })
    await expect(fetch(server.origin, { limitBytes })).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(server.requests).toHaveLength(1)
  })

  test('a certificate for another name, or one that has ended, is said to be that', async () => {
    const ca = world().authority.certificate
    const named = await serve({ names: 'DNS:elsewhere.example' })
    await expect(ask(named.origin, { ca })).rejects.toMatchObject({ message: expect.stringMatching(/another name/) })
    const ended = await serve({ days: -1 })
    await expect(ask(ended.origin, { ca })).rejects.toMatchObject({ message: expect.stringMatching(/expired/) })
  })

  test('a server that wants a client certificate gets the one that is set', async () => {
    const { authority, other } = world()
    const server = await serve({ mutual: true })
    const ca = authority.certificate
    const client = authority.issue('URI:spiffe://bank.example/waybill')
    expect((await ask(server.origin, { ca, client })).status).toBe(200)
    await expect(ask(server.origin, { ca })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringMatching(/client certificate/),
    })
    const stranger = other.issue('URI:spiffe://elsewhere/waybill')
    // some servers say why they hang up, some do not
    await expect(ask(server.origin, { ca, client: stranger })).rejects.toMatchObject({
      code: expect.stringMatching(/^(UNAUTHORIZED|UNREACHABLE)$/),
    })
    expect(server.requests).toHaveLength(1)
  })

  test('a client certificate does not go along to another host', async () => {
    const ca = world().authority.certificate
    const client = world().authority.issue('URI:spiffe://bank.example/waybill')
    const other = await serve({ mutual: true })
    const { certificate: cert, key } = world().authority.issue('IP:127.0.0.1')
    const home = await start((_, response) => response.writeHead(307, { location: `${other.origin}/` }).end(), {
      tls: { cert, key },
    })
    const fetch = guardedFetch({ ...PUBLIC_ONLY, origins: parseOrigins(`${home.origin} ${other.origin}`) })
    await expect(followRedirects(fetch, home.origin, { limitBytes, ca, client })).rejects.toMatchObject({
      code: 'UNREACHABLE',
    })
    expect(other.requests).toEqual([])
  })

  test('a redirect from https to http is not followed', async () => {
    const plain = await start((_, response) => response.end('in the open'))
    const { certificate: cert, key } = world().authority.issue('IP:127.0.0.1')
    const home = await start((_, response) => response.writeHead(307, { location: plain.origin }).end(), {
      tls: { cert, key },
    })
    const fetch = guardedFetch({ ...PUBLIC_ONLY, origins: parseOrigins(`${home.origin} ${plain.origin}`) })
    const ca = world().authority.certificate
    await expect(followRedirects(fetch, home.origin, { limitBytes, ca })).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
    expect(plain.requests).toEqual([])
  })

  test('material that is none is a fault of the settings, and not repeated', async () => {
    const server = await serve()
    const key = 'no PEM, but a secret'
    for (const request of [{ ca: key }, { client: { certificate: key, key } }]) {
      const error: unknown = await ask(server.origin, request).catch((e: unknown) => e)
      expect(error).toMatchObject({ code: 'SETTINGS' })
      expect(String(error)).not.toContain('secret')
    }
  })

  test('plain HTTP where TLS is expected is said to be that', async () => {
    const server = await start((_, response) => response.end('hello'))
    const origin = server.origin.replace('http:', 'https:')
    await expect(ask(origin)).rejects.toMatchObject({ message: expect.stringMatching(/does not speak TLS/) })
  })
})
