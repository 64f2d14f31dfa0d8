import { afterEach, describe, expect, test } from 'vitest'
import { type Asked, type LocalServer, localServer } from '#lib/testing/sources/local-server.ts'
import { FakeRegistry } from '#lib/testing/sources/registry/fake-registry.ts'
import { type Connect, connectTo, worldOf } from '#lib/testing/sources/registry/oci-world.ts'
import { parseChallenges } from './challenge.ts'

const never = new AbortController().signal
const limits = { batchEntries: 100, signal: never }
const basic = `Basic ${Buffer.from('robot:pass word').toString('base64')}`
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

type Guard = (asked: Asked, fake: FakeRegistry) => string | null

/** A registry with one piece of evidence, behind a guard that names its challenge where it lets nobody in. */
async function guarded(guard: Guard) {
  const fake = await FakeRegistry.start({ referrers: true })
  open.push(fake)
  const world = worldOf(fake.server.origin, 'team/app', true)
  const key = await world.put('one', world.document(1))
  fake.interfere = (asked, response) => {
    const challenge = guard(asked, fake)
    if (challenge === null) return false
    response.writeHead(401, { 'www-authenticate': challenge, 'content-type': 'application/json' }).end('{"errors":[]}')
    return true
  }
  const before = fake.server.requests.length
  return { fake, key, origin: fake.server.origin, sent: () => fake.server.requests.slice(before) }
}

async function listed(origin: string, more: Connect = {}): Promise<string[]> {
  const keys: string[] = []
  for await (const { entries } of connectTo(origin, ['team/app'], more).since(null, limits))
    keys.push(...entries.map(({ key }) => key))
  return keys
}

/** A token server; `known` says which authorization header it takes. */
async function tokenServer(known: string | null, host = '127.0.0.1'): Promise<LocalServer> {
  let count = 0
  const server = await localServer(
    ({ headers, url }, response) => {
      const scope = new URL(url, 'http://x').searchParams.get('scope')
      if ((headers.authorization ?? null) !== known) return response.writeHead(401).end('{}')
      response.writeHead(200).end(JSON.stringify({ token: `t${count++}-${scope}`, expires_in: 300 }))
    },
    { host },
  )
  open.push(server)
  return server
}

const bearer = (realm: string) => `Bearer realm="${realm}",service="registry.example",scope="repository:other:push"`
const tokenTaken =
  (realm: () => string): Guard =>
  ({ headers }) =>
    /^Bearer t\d+-repository:team\/app:pull$/.test(headers.authorization ?? '') ? null : bearer(realm())

describe('credentials of a registry', () => {
  test('basic: are sent after it has asked, and not before', async () => {
    const { key, origin, sent } = await guarded(({ headers }) =>
      headers.authorization === basic ? null : 'Basic realm="x"',
    )
    const more = { settings: { user: 'robot', secret: 'pw' }, secrets: { pw: 'pass word' } }
    expect(await listed(origin, more)).toEqual([key])
    expect(sent()[0]?.headers.authorization).toBeUndefined()
    expect(
      sent()
        .slice(1)
        .every(({ headers }) => headers.authorization === basic),
    ).toBe(true)
  })

  test('a token that was given as such is sent as a bearer token', async () => {
    const { key, origin } = await guarded(({ headers }) =>
      headers.authorization === 'Bearer abc' ? null : bearer('https://elsewhere.example/token'),
    )
    expect(await listed(origin, { settings: { secret: 'token' }, secrets: { token: 'abc' } })).toEqual([key])
  })

  test('a token is fetched at the own host, for reading what is asked for and nothing else', async () => {
    const { fake, key, origin, sent } = await guarded((asked) =>
      asked.url.startsWith('/token') ? null : tokenTaken(() => `${origin}/token?a=b`)(asked, fake),
    )
    const challenge = fake.interfere
    fake.interfere = (asked, response) => {
      if (!asked.url.startsWith('/token')) return challenge(asked, response)
      const right = asked.headers.authorization === basic
      response.writeHead(right ? 200 : 401).end(JSON.stringify({ access_token: 't1-repository:team/app:pull' }))
      return true
    }
    const more = { settings: { user: 'robot', secret: 'pw' }, secrets: { pw: 'pass word' } }
    expect(await listed(origin, more)).toEqual([key])
    const asked = sent().filter(({ url }) => url.startsWith('/token'))
    expect(asked.map(({ url }) => decodeURIComponent(url))).toEqual([
      '/token?a=b&service=registry.example&scope=repository:team/app:pull',
    ])
    await expect(listed(origin, { ...more, secrets: { pw: 'wrong' } })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  })

  test('an open registry gives tokens to everybody, elsewhere too', async () => {
    const tokens = await tokenServer(null, '127.0.0.2')
    const { key, origin } = await guarded(tokenTaken(() => `${tokens.origin}/token`))
    expect(await listed(origin, { origins: [tokens.origin] })).toEqual([key])
    expect(tokens.requests.length).toBe(1)
  })

  test('a token that has run out is fetched again', async () => {
    const tokens = await tokenServer(null, '127.0.0.2')
    const { origin } = await guarded(tokenTaken(() => `${tokens.origin}/token`))
    let now = Date.now()
    const connector = connectTo(origin, ['team/app'], { origins: [tokens.origin], now: () => new Date(now) })
    for (let pass = 0; pass < 3; pass++) {
      for await (const _ of connector.since(null, limits)) now += 0
      now += 290_000
    }
    expect(tokens.requests.length).toBe(3)
  })

  test('never go where the registry points to (G-24)', async () => {
    const evil = await tokenServer(basic, '127.0.0.2')
    const { origin } = await guarded(tokenTaken(() => `${evil.origin}/token`))
    const more = { origins: [evil.origin], settings: { user: 'robot', secret: 'pw' }, secrets: { pw: 'pass word' } }
    const failed = listed(origin, more)
    await expect(failed).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await expect(failed).rejects.toThrow(`${evil.origin} for tokens, and no secret of this source goes there`)
    expect(evil.requests).toEqual([])
  })

  test('go to a token server that is named, with the secret kept for that host', async () => {
    const other = `Basic ${Buffer.from('robot:for tokens').toString('base64')}`
    const tokens = await tokenServer(other, '127.0.0.2')
    const { key, origin, sent } = await guarded(tokenTaken(() => `${tokens.origin}/token`))
    const settings = { user: 'robot', secret: 'pw', tokenServer: tokens.origin }
    const host = new URL(tokens.origin).host
    const secrets = { pw: 'of the registry', [`${host} pw`]: 'for tokens' }
    expect(await listed(origin, { origins: [tokens.origin], settings, secrets })).toEqual([key])
    expect(sent().some(({ headers }) => headers.authorization?.startsWith('Basic'))).toBe(false)
    const without = { origins: [tokens.origin], settings, secrets: { pw: 'of the registry' } }
    await expect(listed(origin, without)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  })

  test('a refusal says so without the secret', async () => {
    const { origin } = await guarded(() => 'Basic realm="x"')
    const more = { settings: { user: 'robot', secret: 'pw' }, secrets: { pw: 'pass word' } }
    const error: unknown = await listed(origin, more).catch((caught: unknown) => caught)
    const names = /does not take the user `robot` with the secret `pw` for the repository team\/app/
    expect(error).toMatchObject({ code: 'UNAUTHORIZED', message: expect.stringMatching(names) })
    expect(`${error}`).not.toMatch(/pass word|cm9ib3Q/)
  })

  test('where there are none, that is said', async () => {
    const { origin } = await guarded(() => 'Basic realm="x"')
    const probe = await connectTo(origin, ['team/app']).probe(never)
    const message = expect.stringMatching(/wants to know who asks, and this source shows it no secret/)
    expect(probe).toMatchObject({ reached: false, code: 'UNAUTHORIZED', message })
  })

  test('that a token server refuses: that server is named, and whose tokens it gives', async () => {
    const tokens = await tokenServer('Basic of somebody else', '127.0.0.2')
    const { origin } = await guarded(tokenTaken(() => `${tokens.origin}/token`))
    const host = new URL(tokens.origin).host
    const settings = { user: 'robot', secret: 'pw', tokenServer: tokens.origin }
    const failed = listed(origin, { origins: [tokens.origin], settings, secrets: { [`${host} pw`]: 'wrong' } })
    const names = `${host}, which gives tokens for ${new URL(origin).host}, does not take the user \`robot\``
    await expect(failed).rejects.toMatchObject({ code: 'UNAUTHORIZED', message: expect.stringContaining(names) })
  })

  test('a secret that is not there is asked for by its name, and nothing is sent', async () => {
    const { origin, sent } = await guarded(() => 'Basic realm="x"')
    const failed = listed(origin, { settings: { user: 'robot', secret: 'pw' } })
    await expect(failed).rejects.toMatchObject({ code: 'UNAUTHORIZED', message: expect.stringMatching(/`pw`/) })
    expect(sent().every(({ headers }) => headers.authorization === undefined)).toBe(true)
  })

  test.each([
    ['no JSON', '<html>'],
    ['no token in it', '{"error": "no"}'],
    ['a token that would break the header', '{"token": "a\\r\\nX-Evil: 1"}'],
  ])('a token server that answers with %s is refused', async (_, body) => {
    const tokens = await localServer((_asked, response) => response.writeHead(200).end(body), { host: '127.0.0.2' })
    open.push(tokens)
    const { origin } = await guarded(tokenTaken(() => `${tokens.origin}/token`))
    await expect(listed(origin, { origins: [tokens.origin] })).rejects.toMatchObject({ code: 'BAD_ANSWER' })
  })

  test.each([['http://169.254.169.254/latest'], ['file:///etc/passwd'], ['http://user:pw@127.0.0.2/token']])(
    'a realm %s is not asked',
    async (realm) => {
      const { origin } = await guarded(() => bearer(realm))
      await expect(listed(origin)).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
    },
  )
})

describe('blobs that lie elsewhere', () => {
  test('are fetched there without credentials (G-25)', async () => {
    const { fake, key, origin } = await guarded(({ headers }) =>
      headers.authorization === basic ? null : 'Basic realm="x"',
    )
    const store = await localServer(
      (_asked, response) => response.writeHead(200).end(fake.repository('team/app').blobs.get(key.split('@')[1] ?? '')),
      { host: '127.0.0.2' },
    )
    open.push(store)
    const before = fake.interfere
    fake.interfere = (asked, response) => {
      if (before(asked, response)) return true
      if (!asked.url.includes('/blobs/')) return false
      response.writeHead(307, { location: `${store.origin}/object?signature=x` }).end()
      return true
    }
    const more = { settings: { user: 'robot', secret: 'pw' }, secrets: { pw: 'pass word' }, origins: [store.origin] }
    const { bytes } = await connectTo(origin, ['team/app'], more).fetch(key, never)
    expect(bytes.length).toBeGreaterThan(10)
    expect(store.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  test('a store that asks for credentials gets none, and sends nobody back with them', async () => {
    const { fake, key, origin, sent } = await guarded(() => null)
    const store = await localServer(
      ({ url }, response) =>
        url === '/back'
          ? response.writeHead(302, { location: `${origin}/v2/team/app/blobs/${key.split('@')[1]}?back` }).end()
          : response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
      { host: '127.0.0.2' },
    )
    open.push(store)
    let path = '/object'
    fake.interfere = ({ url, headers }, response) => {
      if (!url.includes('/blobs/') || url.endsWith('?back')) return false
      if (headers.authorization !== basic) response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
      else response.writeHead(307, { location: `${store.origin}${path}` }).end()
      return true
    }
    const more = { settings: { user: 'robot', secret: 'pw' }, secrets: { pw: 'pass word' }, origins: [store.origin] }
    const connector = connectTo(origin, ['team/app'], more)
    await expect(connector.fetch(key, never)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    path = '/back'
    await connector.fetch(key, never)
    expect(store.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true)
    expect(
      sent()
        .filter(({ url }) => url.endsWith('?back'))
        .map(({ headers }) => headers.authorization),
    ).toEqual([undefined])
  })
})

describe('challenges', () => {
  const read = (header: string) => parseChallenges(header).map(({ scheme, parameters }) => [scheme, ...parameters])
  test.each<[string, unknown]>([
    ['Bearer realm="https://a/t",service="s"', [['bearer', ['realm', 'https://a/t'], ['service', 's']]]],
    [
      'Basic realm="x, y", BEARER Realm = "z"',
      [
        ['basic', ['realm', 'x, y']],
        ['bearer', ['realm', 'z']],
      ],
    ],
    ['Negotiate, Bearer realm=plain', [['negotiate'], ['bearer', ['realm', 'plain']]]],
    ['Bearer realm="a\\"b"', [['bearer', ['realm', 'a"b']]]],
    ['', []],
    ['"', []],
    ['realm="x"', []],
  ])('%s', (header, expected) => {
    expect(read(header)).toEqual(expected)
  })

  test('a header made to take long takes not long', () => {
    expect(parseChallenges(`Bearer realm="${'\\'.repeat(16_000)}`).length).toBeGreaterThan(0)
    expect(parseChallenges('a '.repeat(8_000)).length).toBe(8_000)
  })
})
