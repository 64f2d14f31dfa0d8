// Longer than most: what a hostile server may do to the one outbound fetch.
import { createServer, type Socket } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { useLocalServers } from '#lib/testing/sources/local-server.ts'
import { type GuardedFetch, type GuardedRequest, SourceError } from '../connector.ts'
import { followRedirects } from './follow-redirects.ts'
import { guardedFetch } from './guarded-fetch.ts'
import { type OutboundPolicy, PUBLIC_ONLY, parseOrigins } from './outbound-policy.ts'
import type { Resolve } from './resolve-host.ts'

const start = useLocalServers()
const limitBytes = 1_000
const allow = (...origins: string[]): OutboundPolicy => ({ ...PUBLIC_ONLY, origins: parseOrigins(origins.join(' ')) })
const at =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
const hello = () => start((_, response) => response.end('hello'))

async function refusalOf(
  fetch: GuardedFetch,
  url: string,
  request: Partial<GuardedRequest> = {},
): Promise<SourceError> {
  const error: unknown = await fetch(url, { limitBytes, ...request }).then(
    () => null,
    (e) => e,
  )
  if (error instanceof SourceError) return error
  throw new Error(`expected a SourceError, found ${error}`)
}

describe('what the operator allowed', () => {
  test('is reached, and answers with status, headers and body', async () => {
    const server = await start((asked, response) => {
      response.writeHead(418, { 'x-asked': asked.headers['x-mine'] ?? '', link: '<a>; rel="next"' }).end('short')
    })
    const answer = await guardedFetch(allow(server.origin))(`${server.origin}/a?b=c`, {
      headers: { 'X-Mine': 'yes' },
      limitBytes,
    })
    expect(answer.status).toBe(418)
    expect(answer.headers.get('x-asked')).toBe('yes')
    expect(Buffer.from(answer.body).toString()).toBe('short')
    expect(server.requests[0]).toMatchObject({ method: 'GET', url: '/a?b=c' })
  })

  test('gets a body byte for byte', async () => {
    const server = await start((asked, response) => response.end(asked.body))
    const body = Uint8Array.from({ length: 256 }, (_, i) => i)
    const answer = await guardedFetch(allow(server.origin))(server.origin, { method: 'POST', body, limitBytes })
    expect([...answer.body]).toEqual([...body])
  })

  test('of one port says nothing of another', async () => {
    const [one, other] = [await hello(), await hello()]
    const fetch = guardedFetch(allow(one.origin))
    expect((await fetch(one.origin, { limitBytes })).status).toBe(200)
    expect(await refusalOf(fetch, other.origin)).toMatchObject({ code: 'NOT_ALLOWED', retryable: false })
    expect(other.requests).toEqual([])
  })

  test.each([
    'archivista.bank.internal',
    'ftp://bank.internal',
    'https://user@bank.internal',
    'https://bank.internal/x',
  ])('is written as an origin: %s is not one', (entry) =>
    expect(() => parseOrigins(`https://fine.example ${entry}`)).toThrow(entry),
  )

  test('can be all that is reached', async () => {
    const fetch = guardedFetch({ origins: new Set(), publicHosts: false }, at('1.1.1.1'))
    expect(await refusalOf(fetch, 'https://public.example/')).toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining('https://public.example'),
    })
  })
})

describe('G-20: addresses that are not public', () => {
  const spellings = [
    ...['127.0.0.1', '[::1]', '0.0.0.0', '169.254.169.254', '10.0.0.1', '[fc00::1]', '[::ffff:127.0.0.1]', '[::]'],
    ...['2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '127.1', 'localhost', 'localhost.', '①②⑦.0.0.1'],
    ...[
      '172.16.0.1',
      '192.168.0.1',
      '100.64.0.1',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '[fe80::1]',
      '[fd00:ec2::254]',
    ],
  ]
  test.each(spellings)('%s is refused', async (host) => {
    expect(await refusalOf(guardedFetch(PUBLIC_ONLY), `https://${host}/`)).toMatchObject({ code: 'NOT_ALLOWED' })
  })

  test.each(spellings)('%s is refused though its port is that of a server that would answer', async (host) => {
    const server = await hello()
    const error = await refusalOf(guardedFetch(allow('http://other.example')), `http://${host}:${server.port}/`)
    expect(error.code).toBe('NOT_ALLOWED')
    expect(server.requests).toEqual([])
  })

  test('a name that leads to a private address is refused, without saying to which', async () => {
    const error = await refusalOf(guardedFetch(PUBLIC_ONLY, at('10.20.30.40')), 'https://evil.example/')
    expect(error.code).toBe('NOT_ALLOWED')
    expect(error.message).not.toContain('10.20.30.40')
  })

  test('one private address among public ones is enough', async () => {
    const error = await refusalOf(guardedFetch(PUBLIC_ONLY, at('1.1.1.1', '127.0.0.1')), 'https://evil.example/')
    expect(error.code).toBe('NOT_ALLOWED')
  })

  test('an allowed name does not open link-local addresses, nor those that are no host', async () => {
    const fetch = (address: string) => guardedFetch(allow('http://archivista.bank.internal'), at(address))
    for (const address of ['169.254.169.254', 'fe80::1', '0.0.0.0', '::', '224.0.0.1'])
      expect(await refusalOf(fetch(address), 'http://archivista.bank.internal/')).toMatchObject({ code: 'NOT_ALLOWED' })
  })
})

describe('G-21: a name that means another machine the second time', () => {
  test('is resolved once, and the connection goes to what was checked', async () => {
    const good = await start((_, response) => response.end('good'))
    const evil = await start((_, response) => response.end('evil'), { host: '127.0.0.2', port: good.port })
    const answers = ['127.0.0.1', '127.0.0.2']
    let asked = 0
    const rebinding: Resolve = async () => [{ address: answers[asked++] ?? '127.0.0.2', family: 4 }]
    const origin = `http://rebind.example:${good.port}`
    const answer = await guardedFetch(allow(origin), rebinding)(origin, { limitBytes })
    expect(Buffer.from(answer.body).toString()).toBe('good')
    expect(asked).toBe(1)
    expect(evil.requests).toEqual([])
  })

  test('is checked anew at each request', async () => {
    const server = await hello()
    const origin = `http://rebind.example:${server.port}`
    const addresses = ['127.0.0.1', '169.254.169.254']
    const fetch = guardedFetch(allow(origin), async () => [{ address: addresses.shift() ?? '', family: 4 }])
    expect((await fetch(origin, { limitBytes })).status).toBe(200)
    expect(await refusalOf(fetch, origin)).toMatchObject({ code: 'NOT_ALLOWED' })
    expect(server.requests).toHaveLength(1)
  })
})

describe('G-22: redirects', () => {
  const redirectTo = (location: string, status = 302) =>
    start((asked, response) => {
      if (asked.url === '/') response.writeHead(status, { location }).end('secret of the redirecting host')
      else response.end('arrived')
    })

  test('are not followed by the guard', async () => {
    const server = await redirectTo('/elsewhere')
    const answer = await guardedFetch(allow(server.origin))(`${server.origin}/`, { limitBytes })
    expect(answer.status).toBe(302)
    expect(server.requests).toHaveLength(1)
  })

  test.each([301, 302, 303, 307, 308])('%i is followed within the origin where the caller wants it', async (status) => {
    const server = await redirectTo('/elsewhere', status)
    const answer = await followRedirects(guardedFetch(allow(server.origin)), `${server.origin}/`, { limitBytes })
    expect(Buffer.from(answer.body).toString()).toBe('arrived')
  })

  test.each(['http://127.0.0.2:1/', 'http://169.254.169.254/latest/', 'file:///etc/passwd', 'gopher://127.0.0.1:70/'])(
    'to %s are refused',
    async (location) => {
      const server = await redirectTo(location)
      const fetch = guardedFetch(allow(server.origin))
      const follow: GuardedFetch = (url, request) => followRedirects(fetch, url, request)
      expect(await refusalOf(follow, `${server.origin}/`)).toMatchObject({ code: 'NOT_ALLOWED' })
    },
  )

  test('without end are an answer that is none', async () => {
    const server = await start((asked, response) => response.writeHead(302, { location: `${asked.url}x` }).end())
    const fetch = guardedFetch(allow(server.origin))
    const follow: GuardedFetch = (url, request) => followRedirects(fetch, url, request)
    expect(await refusalOf(follow, `${server.origin}/`)).toMatchObject({ code: 'BAD_ANSWER' })
    expect(server.requests.length).toBeLessThan(10)
  })
})

describe('G-23: other schemes, credentials in the address, ports of other services', () => {
  test.each([
    ...[
      'file:///etc/passwd',
      'gopher://public.example/',
      'ftp://public.example/',
      'data:text/plain,x',
      'blob:x',
      'nonsense',
    ],
    ...['https://user:pass@public.example/', 'https://user@public.example/', 'http://public.example/'],
    ...['https://public.example:5432/', 'https://public.example:6379/', 'https://public.example:22/'],
  ])('%s is refused', async (url) => {
    expect(await refusalOf(guardedFetch(PUBLIC_ONLY, at('1.1.1.1')), url)).toMatchObject({ code: 'NOT_ALLOWED' })
  })
})

describe('G-19: headers', () => {
  test.each(['Host', 'content-length', 'Transfer-Encoding', 'connection', 'x y', ''])(
    '%j is not the caller’s',
    async (name) => {
      const server = await hello()
      const error = await refusalOf(guardedFetch(allow(server.origin)), server.origin, { headers: { [name]: '1' } })
      expect(error.code).toBe('SETTINGS')
      expect(server.requests).toEqual([])
    },
  )

  test('a value of two lines is refused, and not repeated', async () => {
    const server = await hello()
    const headers = { authorization: 'hunter2\r\nx-evil: 1' }
    const error = await refusalOf(guardedFetch(allow(server.origin)), server.origin, { headers })
    expect(error).toMatchObject({ code: 'SETTINGS' })
    expect(error.message).not.toContain('hunter2')
    expect(server.requests).toEqual([])
  })
})

describe('G-25: a redirect to another host', () => {
  test('takes no credentials along, not even when it comes back', async () => {
    const headers = { authorization: 'Bearer secret', 'x-api-key': 'secret', accept: 'application/json' }
    const other = await start((_, response) => response.writeHead(307, { location: `${home.origin}/back` }).end())
    const home = await start((asked, response) => {
      if (asked.url === '/') response.writeHead(307, { location: `${other.origin}/there` }).end()
      else response.end('arrived')
    })
    const fetch = guardedFetch(allow(home.origin, other.origin))
    const answer = await followRedirects(fetch, `${home.origin}/`, { headers, limitBytes })
    expect(Buffer.from(answer.body).toString()).toBe('arrived')
    expect(home.requests[0]?.headers).toMatchObject(headers)
    for (const asked of [other.requests[0], home.requests[1]]) {
      expect(asked?.headers.accept).toBe('application/json')
      expect(JSON.stringify(asked?.headers)).not.toContain('secret')
    }
  })

  test('within the host keeps them', async () => {
    const server = await start((asked, response) => {
      if (asked.url === '/') response.writeHead(307, { location: '/there' })
      response.end()
    })
    const headers = { authorization: 'Bearer mine' }
    await followRedirects(guardedFetch(allow(server.origin)), `${server.origin}/`, { headers, limitBytes })
    expect(server.requests.map((asked) => asked.headers.authorization)).toEqual(['Bearer mine', 'Bearer mine'])
  })
})

describe('G-27: what a service inside says', () => {
  test('when it does not speak HTTP stays in the log', async () => {
    const server = createServer((socket: Socket) => socket.end('SSH-2.0-secret-banner\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
    const error = await refusalOf(guardedFetch(allow(origin)), origin)
    expect(error.code).toBe('BAD_ANSWER')
    expect(error.message).not.toContain('secret')
    server.close()
  })
})

describe('sizes and times', () => {
  const endless = (head: Record<string, string> = {}) =>
    start((_, response) => {
      response.writeHead(200, head)
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024))) {}
      }
      response.on('drain', more)
      more()
    })

  test('an announced size beyond the limit is not read', async () => {
    const server = await start((_, response) => response.writeHead(200, { 'content-length': '10000000000' }).write('x'))
    const error = await refusalOf(guardedFetch(allow(server.origin)), server.origin)
    expect(error).toMatchObject({ code: 'LIMIT', message: expect.stringMatching(/1000 bytes.*10000000000/) })
  })

  test('an unannounced one is read up to the limit', async () => {
    const server = await endless()
    expect(await refusalOf(guardedFetch(allow(server.origin)), server.origin)).toMatchObject({ code: 'LIMIT' })
  })

  test('a body of exactly the limit is fine', async () => {
    const server = await start((_, response) => response.end(Buffer.alloc(limitBytes)))
    expect((await guardedFetch(allow(server.origin))(server.origin, { limitBytes })).body).toHaveLength(limitBytes)
  })

  const packers = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }
  test.each(Object.entries(packers))('%s that nobody asked for is unpacked', async (coding, pack) => {
    const server = await start((_, response) => {
      response.writeHead(200, { 'content-encoding': coding }).end(pack(Buffer.from('the very bytes')))
    })
    const { body } = await guardedFetch(allow(server.origin))(server.origin, { limitBytes })
    expect(Buffer.from(body).toString()).toBe('the very bytes')
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity')
  })

  test.each(Object.entries(packers))('a %s bomb is read up to the limit', async (coding, pack) => {
    const bomb = pack(Buffer.alloc(50_000_000))
    const server = await start((_, response) => response.writeHead(200, { 'content-encoding': coding }).end(bomb))
    const error = await refusalOf(guardedFetch(allow(server.origin)), server.origin, { limitBytes: 100_000 })
    expect(error.code).toBe('LIMIT')
  })

  test('broken and unknown packing is an error with a sentence', async () => {
    const answer = (coding: string, bytes: Buffer) =>
      start((_, response) => response.writeHead(200, { 'content-encoding': coding }).end(bytes))
    const cut = await answer('gzip', gzipSync(Buffer.from('cut off')).subarray(0, 15))
    expect(await refusalOf(guardedFetch(allow(cut.origin)), cut.origin)).toMatchObject({ code: 'UNREACHABLE' })
    const odd = await answer('zstd-of-tomorrow', Buffer.from('x'))
    expect(await refusalOf(guardedFetch(allow(odd.origin)), odd.origin)).toMatchObject({ code: 'BAD_ANSWER' })
  })

  test('F-10: a body that breaks off is no body', async () => {
    const server = await start((_, response) => {
      response.writeHead(200, { 'content-length': '500' }).write('half')
      setTimeout(() => response.destroy(), 20)
    })
    expect(await refusalOf(guardedFetch(allow(server.origin)), server.origin)).toMatchObject({ code: 'UNREACHABLE' })
    const chunked = await start((_, response) => {
      response.write('half')
      setTimeout(() => response.destroy(), 20)
    })
    expect(await refusalOf(guardedFetch(allow(chunked.origin)), chunked.origin)).toMatchObject({ code: 'UNREACHABLE' })
  })

  test.each(['before the answer', 'in the middle of it'])('whoever is too slow %s is left', async (when) => {
    const server = await start((_, response) => {
      if (when !== 'before the answer') response.writeHead(200).write('x')
    })
    const error = await refusalOf(guardedFetch(allow(server.origin)), server.origin, { timeoutMs: 100 })
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true, message: expect.stringContaining('0.1 s') })
  })

  test('a name server that never answers is left too', async () => {
    const never: Resolve = () => new Promise(() => undefined)
    const error = await refusalOf(guardedFetch(PUBLIC_ONLY, never), 'https://slow.example', { timeoutMs: 50 })
    expect(error.code).toBe('TIMEOUT')
  })

  test('the caller can stop it, before and within', async () => {
    const abort = new AbortController()
    const server = await start(() => abort.abort())
    const fetch = guardedFetch(allow(server.origin))
    expect(await refusalOf(fetch, server.origin, { signal: abort.signal })).toMatchObject({ code: 'ABORTED' })
    expect(await refusalOf(fetch, server.origin, { signal: abort.signal })).toMatchObject({ code: 'ABORTED' })
    expect(server.requests).toHaveLength(1)
  })

  test('more headers than are read is an error with a sentence', async () => {
    const server = await start((_, response) => response.writeHead(200, { 'x-long': 'x'.repeat(50_000) }).end())
    expect(await refusalOf(guardedFetch(allow(server.origin)), server.origin)).toMatchObject({ code: 'LIMIT' })
  })
})

describe('where nobody is', () => {
  test('is said in a sentence', async () => {
    const server = await hello()
    await server.close()
    expect(await refusalOf(guardedFetch(allow(server.origin)), server.origin)).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('Nothing listens'),
    })
    const nowhere: Resolve = () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))
    expect(await refusalOf(guardedFetch(PUBLIC_ONLY, nowhere), 'https://no.example')).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('no.example'),
    })
  })

  test('a kept connection that was closed meanwhile is replaced', async () => {
    const server = await start((_, response) => response.end('hello'))
    const fetch = guardedFetch(allow(server.origin))
    await fetch(server.origin, { limitBytes })
    await server.close()
    const again = await start((_, response) => response.end('again'), { port: server.port })
    const answer = await fetch(again.origin, { limitBytes })
    expect(Buffer.from(answer.body).toString()).toBe('again')
  })

  test('no proxy of the environment is asked', async () => {
    const proxy = await hello()
    const server = await hello()
    const kept = { ...process.env }
    Object.assign(process.env, { HTTP_PROXY: proxy.origin, http_proxy: proxy.origin, NODE_USE_ENV_PROXY: '1' })
    try {
      await guardedFetch(allow(server.origin))(server.origin, { limitBytes })
    } finally {
      process.env = kept
    }
    expect(proxy.requests).toEqual([])
    expect(server.requests).toHaveLength(1)
  })
})
