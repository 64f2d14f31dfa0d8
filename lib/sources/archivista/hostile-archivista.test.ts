import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { archivistaSettingsSchema } from '#lib/contract/sources.ts'
import { FakeArchivista } from '#lib/testing/sources/fake-archivista/fake-archivista.ts'
import type { Connector, Cursor } from '../connector.ts'
import { guardedFetch } from '../guarded-fetch/guarded-fetch.ts'
import { PUBLIC_ONLY, parseOrigins } from '../guarded-fetch/outbound-policy.ts'
import { archivistaKind } from './archivista.ts'

// What a real Archivista does seldom or never, and must not cost evidence: late commits, pages with holes, lists without
// end, a proxy's page in place of JSON, downloads that break off.

const MINUTE = 60_000
const never = new AbortController().signal
let fake: FakeArchivista
let number = 0

beforeEach(async () => {
  fake = await FakeArchivista.start()
})
afterEach(() => fake.close())

function attestation(): Uint8Array {
  const subject = [{ name: `file-${number}`, digest: { sha256: String(number++).padStart(64, '0') } }]
  const statement = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType: 'https://x.example/v1' }
  const payload = Buffer.from(JSON.stringify(statement)).toString('base64')
  return Buffer.from(`{"payloadType":"application/vnd.in-toto+json","payload":"${payload}","signatures":[]}`)
}

function connect(settings: object = {}, secrets: Readonly<Record<string, string>> = {}): Connector {
  const { origin } = fake.server
  return archivistaKind.open(archivistaSettingsSchema.parse({ url: origin, ...settings }), {
    fetch: guardedFetch({ ...PUBLIC_ONLY, origins: parseOrigins(origin) }),
    credentials: { secret: async (name) => secrets[name] ?? null },
    folders: [],
    now: () => new Date(),
  })
}

/** One pass: the keys that were listed, and the cursor of the last batch that was written down. */
async function pass(connector: Connector, from: Cursor, batchEntries = 500, most = Number.POSITIVE_INFINITY) {
  const keys: string[] = []
  let cursor = from
  let batches = 0
  let failure: unknown = null
  try {
    for await (const batch of connector.since(from, { batchEntries, signal: never })) {
      keys.push(...batch.entries.map(({ key }) => key))
      cursor = batch.cursor
      if (++batches >= most) break
    }
  } catch (error) {
    failure = error
  }
  return { keys, cursor, failure }
}

describe('what is committed late', () => {
  test('an entry whose time lies before what was listed already is found by the overlap', async () => {
    const first = fake.add(attestation())
    const seen = await pass(connect(), null)
    expect(seen.keys).toContain(first)
    const late = fake.add(attestation(), new Date(Date.now() - 10 * MINUTE).toISOString())
    expect((await pass(connect(), seen.cursor)).keys).toContain(late)
  })

  test('an entry without a time is found by the sweep from the beginning', async () => {
    fake.add(attestation())
    const seen = await pass(connect(), null)
    const timeless = fake.add(attestation(), null)
    expect((await pass(connect(), seen.cursor)).keys).not.toContain(timeless)
    expect((await pass(connect(), null)).keys).toContain(timeless)
  })

  test('an entry of a clock that runs ahead hides nothing that comes after it', async () => {
    fake.add(attestation(), new Date(Date.now() + 365 * 24 * 60 * MINUTE).toISOString())
    const seen = await pass(connect(), null)
    const next = fake.add(attestation())
    expect((await pass(connect(), seen.cursor)).keys).toContain(next)
  })
})

describe('a list that cannot be trusted', () => {
  test('goes on after any batch without losing an entry', async () => {
    const all = Array.from({ length: 23 }, () => fake.add(attestation()))
    const found = new Set<string>()
    let cursor: Cursor = null
    for (let round = 0; round < 12; round++) {
      // each time another process, which knows the cursor only
      const { keys, cursor: next } = await pass(connect(), cursor, 5, 1)
      for (const key of keys) found.add(key)
      cursor = next
    }
    expect([...found].sort()).toEqual([...all].sort())
  })

  test('with a hole counts for nothing and is read again from its beginning', async () => {
    const all = Array.from({ length: 12 }, () => fake.add(attestation()))
    fake.changePage = (edges) => edges.filter(({ node }) => node.gitoidSha256 !== all[7])
    const holed = await pass(connect(), null, 5)
    expect(holed.failure).toMatchObject({
      code: 'BAD_ANSWER',
      message: expect.stringMatching(/listed 11 of 12 entries/),
    })
    fake.changePage = (edges) => edges
    expect([...new Set((await pass(connect(), holed.cursor, 5)).keys)].sort()).toEqual([...all].sort())
  })

  test('that repeats a page is stopped', async () => {
    for (let n = 0; n < 8; n++) fake.add(attestation())
    let first: Parameters<FakeArchivista['changePage']>[0] | null = null
    fake.changePage = (edges, args) => {
      if (args.first === undefined) return edges
      first ??= edges
      return first
    }
    const { failure } = await pass(connect(), null, 4)
    expect(failure).toMatchObject({
      code: 'BAD_ANSWER',
      message: expect.stringMatching(/same page .* again and again/),
    })
  })

  /** Answers every page with entries that nobody has seen, and every count with one. */
  function endless(): () => number {
    let made = 0
    fake.interfere = ({ body }, response) => {
      const edges = Array.from({ length: 500 }, () => {
        const gitoidSha256 = String(++made).padStart(64, '0')
        return { cursor: gitoidSha256, node: { gitoidSha256, createdAt: null } }
      })
      const dsses = `${body}`.includes('totalCount') ? { totalCount: 1 } : { edges }
      response.writeHead(200).end(JSON.stringify({ data: { dsses } }))
      return true
    }
    return () => made
  }

  test('without end is stopped', async () => {
    const made = endless()
    const { failure } = await pass(connect(), null)
    expect(failure).toMatchObject({ code: 'BAD_ANSWER', message: expect.stringMatching(/without end/) })
    expect(made()).toBeLessThan(20_000)
  })

  test('that forgets every place it gives is stopped', async () => {
    const made = endless()
    const page = fake.interfere
    fake.interfere = (asked, response) => {
      if (!/"after":"/.test(`${asked.body}`)) return page(asked, response)
      const errors = [{ message: 'invalid cursor', path: ['dsses', 'after'] }]
      response.writeHead(422).end(JSON.stringify({ data: null, errors }))
      return true
    }
    const { failure } = await pass(connect(), null)
    expect(failure).toMatchObject({ code: 'BAD_ANSWER', message: expect.stringMatching(/forgets again and again/) })
    expect(made()).toBeLessThan(20_000)
  })
})

describe('answers of something else', () => {
  test('the page of a proxy, sent with 200, is no list and no bytes', async () => {
    const gitoid = fake.add(attestation())
    fake.interfere = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Sign in</title></html>')
      return true
    }
    const listed = await pass(connect(), null)
    expect(listed.failure).toMatchObject({ code: 'BAD_ANSWER', message: expect.stringMatching(/no JSON/) })
    expect(listed.cursor).toBeNull()
    await expect(connect().fetch(gitoid, never)).rejects.toMatchObject({ code: 'INTEGRITY' })
    expect(await connect().probe(never)).toMatchObject({ reached: false })
  })

  test('a download that breaks off in the middle is noticed by its gitoid', async () => {
    const bytes = attestation()
    const gitoid = fake.add(bytes)
    fake.interfere = ({ url }, response) => {
      if (!url.includes('/download/')) return false
      response.writeHead(200).end(bytes.subarray(0, bytes.length / 2))
      return true
    }
    await expect(connect().fetch(gitoid, never)).rejects.toMatchObject({ code: 'INTEGRITY' })
  })

  test('bytes that the list names and the store has lost are an outage, not gone', async () => {
    const gitoid = fake.add(attestation())
    fake.blobs.delete(gitoid)
    await expect(connect().fetch(gitoid, never)).rejects.toMatchObject({ code: 'UNREACHABLE' })
    await expect(connect().fetch('0'.repeat(64), never)).rejects.toMatchObject({ code: 'GONE' })
  })

  test('queries that are switched off are told from an outage', async () => {
    fake.interfere = ({ url }, response) => {
      if (!url.endsWith('/query')) return false
      response.writeHead(404).end('404 page not found\n')
      return true
    }
    const { failure } = await pass(connect(), null)
    expect(failure).toMatchObject({ code: 'SETTINGS', message: expect.stringMatching(/ARCHIVISTA_ENABLE_GRAPHQL/) })
  })
})

describe('what is sent', () => {
  test.each([
    ['v1', /^\/v1\/(query|download\/)/],
    ['unversioned', /^\/(query|download\/)/],
  ])('paths %s, with the secrets in their headers', async (paths, expected) => {
    const gitoid = fake.add(attestation())
    const sent: { url: string; headers: object }[] = []
    fake.interfere = ({ url, headers }) => {
      sent.push({ url, headers })
      return false
    }
    const settings = { paths, secret: 'token', headers: [{ name: 'X-Proxy-Key', secret: 'proxy' }] }
    const connector = connect(settings, { token: 'abc', proxy: 'def' })
    expect((await pass(connector, null)).keys).toContain(gitoid)
    await connector.fetch(gitoid, never)
    expect(sent.length).toBeGreaterThan(2)
    for (const { url, headers } of sent) {
      expect(url).toMatch(expected)
      expect(headers).toMatchObject({ authorization: 'Bearer abc', 'x-proxy-key': 'def' })
    }
  })

  test('nothing, where a secret that was named is not there', async () => {
    fake.add(attestation())
    let asked = 0
    fake.interfere = () => {
      asked++
      return false
    }
    const { failure } = await pass(connect({ secret: 'token' }), null)
    expect(failure).toMatchObject({ code: 'UNAUTHORIZED', message: expect.stringMatching(/token/) })
    expect(asked).toBe(0)
  })
})
