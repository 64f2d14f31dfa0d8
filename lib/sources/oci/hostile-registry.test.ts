// Longer than most: every way in which a registry can lie, with what follows from it.
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Asked, localServer } from '#lib/testing/sources/local-server.ts'
import { FakeRegistry } from '#lib/testing/sources/registry/fake-registry.ts'
import { type Connect, connectTo, envelope, worldOf } from '#lib/testing/sources/registry/oci-world.ts'
import { DSSE, imageIndex, MANIFEST, Repository, sha256Digest } from '#lib/testing/sources/registry/push.ts'
import type { Cursor } from '../connector.ts'

// What a registry, or somebody who may push to it, can do to whoever reads it: it must cost no evidence of others, send
// nothing elsewhere, and end.

const never = new AbortController().signal
const NAME = 'team/app'
let fake: FakeRegistry
const open: { close(): Promise<void> }[] = []
let number = 0

beforeEach(async () => {
  fake = await FakeRegistry.start({ referrers: true })
  open.push(fake)
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

const repository = () => new Repository(fake.server.origin, NAME)
const document = () => envelope(String(++number).padStart(64, '0'))

/** An image with evidence; the key of that. */
async function good(tag: string): Promise<string> {
  return worldOf(fake.server.origin, NAME, true).put(tag, document())
}

async function pass(more: Connect & { from?: Cursor } = {}) {
  const connector = connectTo(fake.server.origin, [NAME], more)
  const keys: string[] = []
  const skipped: { key: string; code: string; message: string }[] = []
  let cursor: Cursor = more.from ?? null
  let failure: unknown = null
  let caughtUp = false
  try {
    for await (const batch of connector.since(cursor, { batchEntries: 500, signal: never })) {
      keys.push(...batch.entries.map(({ key }) => key))
      skipped.push(...(batch.skipped ?? []))
      cursor = batch.cursor
      caughtUp = batch.caughtUp
    }
  } catch (error) {
    failure = error
  }
  return { keys, skipped, cursor, failure, caughtUp }
}

const answerTo = (path: RegExp, answer: (response: ServerResponse, asked: Asked) => unknown) => {
  fake.interfere = (asked, response) => {
    if (!path.test(asked.url) || !['GET', 'HEAD'].includes(asked.method)) return false
    answer(response, asked)
    return true
  }
}

const json = (response: ServerResponse, value: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))

const bad = (sentence: RegExp) => ({ code: 'BAD_ANSWER', message: expect.stringMatching(sentence) })

describe('F-11: lists that do not end', () => {
  test('tags in a circle are stopped, and the place is kept', async () => {
    await good('one')
    answerTo(/tags\/list/, (response) =>
      json(response, { tags: ['one'] }, { link: `</v2/${NAME}/tags/list?n=500&again=1>; rel="next"` }),
    )
    const { failure, caughtUp, cursor } = await pass()
    expect(failure).toMatchObject(bad(/again and again/))
    expect(caughtUp).toBe(false)
    expect(cursor).toMatchObject({ repository: NAME, stage: 'tags' })
  })

  test('tags on ever new pages are stopped by their number', async () => {
    let page = 0
    answerTo(/tags\/list/, (response) =>
      json(response, { tags: [] }, { link: `</v2/${NAME}/tags/list?page=${++page}>; rel="next"` }),
    )
    expect((await pass()).failure).toMatchObject({ code: 'LIMIT', message: expect.stringMatching(/pages without end/) })
    expect(page).toBeLessThan(1_100)
  })

  test('referrers on ever new pages cost that image only', async () => {
    const [first, second] = [await good('one'), await good('two')]
    const image = fake.repository(NAME).tags.get('one')
    let page = 0
    answerTo(new RegExp(`referrers/${image}`), (response) =>
      json(response, { manifests: [] }, { link: `</v2/${NAME}/referrers/${image}?page=${++page}>; rel="next"` }),
    )
    const { keys, skipped, caughtUp } = await pass()
    expect(keys).toEqual([second])
    expect(keys).not.toContain(first)
    expect(skipped).toMatchObject([{ key: `${NAME}@${image}`, code: 'LIMIT' }])
    expect(caughtUp).toBe(true)
    expect(page).toBeLessThan(1_100)
  })

  test('a catalog without end', async () => {
    let page = 0
    answerTo(/_catalog/, (response) =>
      json(response, { repositories: [`r${++page}`] }, { link: `</v2/_catalog?page=${page}>; rel="next"` }),
    )
    const listed = connectTo(fake.server.origin, ['*']).since(null, { batchEntries: 5, signal: never })
    await expect(Array.fromAsync(listed)).rejects.toMatchObject({ code: 'LIMIT' })
    expect(page).toBeLessThan(1_100)
  })
})

describe('a next page', () => {
  test.each([
    ['at another host', 'http://127.0.0.2:1/v2/team/app/tags/list?last=a'],
    ['of another list', '/v2/team/secret/tags/list?last=a'],
    ['at the metadata address', 'http://169.254.169.254/v2/team/app/tags/list'],
  ])('%s is not asked for', async (_, link) => {
    answerTo(/tags\/list/, (response) => json(response, { tags: [] }, { link: `<${link}>; rel="next"` }))
    expect((await pass()).failure).toMatchObject(bad(/another address/))
    expect(fake.asked.filter((line) => line.includes('secret'))).toEqual([])
  })

  test('that names http behind a proxy is asked for where the source is', async () => {
    const key = await good('one')
    const { host } = new URL(fake.server.origin)
    answerTo(/tags\/list\?n=/, (response) =>
      json(response, { tags: [] }, { link: `<https://${host}/v2/${NAME}/tags/list?last=a>; rel=next` }),
    )
    expect(await pass()).toMatchObject({ keys: [key], caughtUp: true })
  })
})

describe('F-11: answers of something else', () => {
  test.each([['tags/list'], ['referrers/']])('a web page for %s ends the pass', async (path) => {
    await good('one')
    answerTo(new RegExp(path), (response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Sign in</title></html>'),
    )
    const { failure, caughtUp, cursor } = await pass()
    expect(failure).toMatchObject(bad(/no JSON/))
    expect([caughtUp, cursor]).toEqual([false, null])
  })

  test('a web page in place of a tag ends the pass: what hangs there is not gone', async () => {
    await good('one')
    answerTo(/manifests\/one/, (response) => response.writeHead(200).end('<html>'))
    expect((await pass()).failure).toMatchObject(bad(/neither/))
  })

  test('the test of the connection tells a web page from a registry', async () => {
    answerTo(/^\/v2\/$/, (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'))
    const probe = await connectTo(fake.server.origin, [NAME]).probe(never)
    expect(probe).toMatchObject({ reached: false, ...bad(/web page/) })
  })

  test('where it asks to be left alone, it is, for as long as it says', async () => {
    await good('one')
    answerTo(/manifests/, (response) => response.writeHead(429, { 'retry-after': '120' }).end())
    expect((await pass()).failure).toMatchObject({ code: 'BUSY', retryAfterMs: 120_000 })
  })

  test('an outage in the middle costs nothing: the pass goes on where it was', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, (_, n) => good(`tag-${String(n).padStart(2, '0')}`)))
    answerTo(/manifests\/tag-13/, (response) => response.writeHead(503).end())
    const broken = await pass()
    expect(broken.failure).toMatchObject({ code: 'UNREACHABLE' })
    fake.interfere = () => false
    const rest = await pass({ from: broken.cursor })
    expect([...new Set([...broken.keys, ...rest.keys])].sort()).toEqual([...keys].sort())
    expect(rest.keys.length).toBeLessThan(keys.length)
  })
})

describe('F-10, F-15: other bytes than their digest names', () => {
  test('a manifest costs itself only', async () => {
    const [, second] = [await good('one'), await good('two')]
    const image = fake.repository(NAME).tags.get('one')
    answerTo(new RegExp(`manifests/${image}`), (response) => json(response, { schemaVersion: 2, layers: [] }))
    const { keys, skipped, caughtUp } = await pass()
    expect({ keys, caughtUp }).toEqual({ keys: [second], caughtUp: true })
    expect(skipped).toMatchObject([{ key: `${NAME}@${image}`, code: 'INTEGRITY' }])
  })

  test.each<[string, (response: ServerResponse, bytes: Buffer) => unknown, string]>([
    ['changed', (response, bytes) => response.writeHead(200).end(`${bytes} `), 'INTEGRITY'],
    ['cut short', (response, bytes) => response.writeHead(200).end(bytes.subarray(0, 40)), 'INTEGRITY'],
    [
      'broken off',
      (response, bytes) => {
        response.writeHead(200, { 'content-length': bytes.length })
        response.write(bytes.subarray(0, 40))
        setImmediate(() => response.destroy())
      },
      'UNREACHABLE',
    ],
    ['in part', (response, bytes) => response.writeHead(206).end(bytes), 'BAD_ANSWER'],
    ['with 204', (response) => response.writeHead(204).end(), 'BAD_ANSWER'],
    ['a web page', (response) => response.writeHead(200).end('<html>'), 'INTEGRITY'],
  ])('a blob %s is not taken', async (_, answer, code) => {
    const key = await good('one')
    const bytes = fake.repository(NAME).blobs.get(key.split('@')[1] ?? '') ?? Buffer.alloc(0)
    answerTo(/blobs/, (response) => answer(response, bytes))
    await expect(connectTo(fake.server.origin, [NAME]).fetch(key, never)).rejects.toMatchObject({ code })
  })

  test.each([
    ['to the metadata address', 'http://169.254.169.254/latest/meta-data/'],
    ['to another host', 'http://127.0.0.2:9/x'],
    ['to a file', 'file:///etc/passwd'],
  ])('a blob that is sent on %s is not followed', async (_, location) => {
    const key = await good('one')
    answerTo(/blobs/, (response) => response.writeHead(302, { location }).end())
    await expect(connectTo(fake.server.origin, [NAME]).fetch(key, never)).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
  })

  test.each([['../../x@sha256:00'], [`a/../b@sha256:${'0'.repeat(64)}`], ['no key'], [`${NAME}@md5:00`]])(
    'the key %s is asked of nobody',
    async (key) => {
      const before = fake.server.requests.length
      await expect(connectTo(fake.server.origin, [NAME]).fetch(key, never)).rejects.toMatchObject({ code: 'GONE' })
      expect(fake.server.requests.length).toBe(before)
    },
  )
})

describe('F-15: manifests that somebody pushed to do harm', () => {
  const zeros = (n: number) => `sha256:${String(n).padStart(64, '0')}`
  const child = (n: number) => ({ mediaType: MANIFEST, digest: zeros(n), size: 1 })

  async function others(): Promise<string[]> {
    return [await good('a-good'), await good('z-good')]
  }

  test('an index of 10,000 is passed over', async () => {
    const keys = await others()
    const bomb = await repository().manifest(imageIndex(Array.from({ length: 10_000 }, (_, n) => child(n))), 'bomb')
    const { skipped, keys: found } = await pass()
    expect(found.sort()).toEqual(keys.sort())
    expect(skipped).toMatchObject([{ key: `${NAME}@${bomb.digest}`, code: 'LIMIT' }])
    expect(skipped[0]?.message).toMatch(/10000 manifests; at most 1000/)
  })

  test('indexes within indexes end, whatever they name', async () => {
    const keys = await others()
    const lists = await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        repository().manifest(imageIndex(Array.from({ length: 900 }, (_, m) => child(n * 1_000 + m)))),
      ),
    )
    await repository().manifest(imageIndex(lists), 'bomb')
    const before = fake.server.requests.length
    const { skipped, keys: found } = await pass()
    expect(found.sort()).toEqual(keys.sort())
    expect(skipped).toMatchObject([{ code: 'LIMIT', message: expect.stringMatching(/More than 2000 manifests/) }])
    expect(fake.server.requests.length - before).toBeLessThan(2_500)
  })

  test('a tower of indexes is left at some height', async () => {
    const keys = await others()
    let top = await repository().image('base')
    for (let n = 0; n < 12; n++) top = await repository().manifest(imageIndex([top]))
    await repository().manifest(imageIndex([top]), 'bomb')
    const { skipped, keys: found } = await pass()
    expect(found.sort()).toEqual(keys.sort())
    expect(skipped).toMatchObject([{ code: 'LIMIT' }])
  })

  test('a manifest of 5 MB, JSON that is deep, none at all', async () => {
    const keys = await others()
    await repository().manifest({ mediaType: MANIFEST, x: 'x'.repeat(5_000_000) }, 'large')
    for (const [tag, text] of [
      ['deep', `{"mediaType":"${MANIFEST}","x":${'['.repeat(100_000)}`],
      ['deeper', `{"mediaType":"${MANIFEST}","layers":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
      ['none', 'hello'],
    ] as const) {
      const bytes = Buffer.from(text)
      fake.repository(NAME).manifests.set(sha256Digest(bytes), { bytes, type: MANIFEST })
      fake.repository(NAME).tags.set(tag, sha256Digest(bytes))
    }
    const { skipped, keys: found } = await pass()
    expect(found.sort()).toEqual(keys.sort())
    expect(skipped.map(({ code }) => code).sort()).toEqual(['BAD_ANSWER', 'BAD_ANSWER', 'BAD_ANSWER', 'LIMIT'])
  })

  test('layers with addresses of their own are asked for at the registry only', async () => {
    const elsewhere = await localServer((_asked, response) => response.writeHead(200).end('{}'), { host: '127.0.0.2' })
    open.push(elsewhere)
    const blob = { ...(await repository().blob(document(), DSSE)), urls: [`${elsewhere.origin}/x`] }
    await repository().manifest({ schemaVersion: 2, mediaType: MANIFEST, layers: [blob] }, 'foreign')
    const { keys } = await pass({ origins: [elsewhere.origin] })
    expect(keys).toEqual([`${NAME}@${blob.digest}`])
    await connectTo(fake.server.origin, [NAME], { origins: [elsewhere.origin] }).fetch(keys[0] ?? '', never)
    expect(elsewhere.requests).toEqual([])
  })

  test('tags and titles that climb out of their place are left alone', async () => {
    const keys = await others()
    const tags = fake.repository(NAME).tags
    for (const tag of ['../../other/manifests/x', 'a b', '', '%2e%2e', 'x?y']) tags.set(tag, zeros(1))
    await repository().attach(
      null,
      [[document(), DSSE, { 'org.opencontainers.image.title': '../../../etc/passwd' }]],
      DSSE,
      'named',
    )
    const paths: string[] = []
    for await (const { entries } of connectTo(fake.server.origin, [NAME]).since(null, {
      batchEntries: 9,
      signal: never,
    }))
      paths.push(...entries.map(({ path }) => path))
    expect(paths.length).toBe(keys.length + 1)
    expect(paths.every((path) => /^team\/app@sha256:[0-9a-f]{64}\/[0-9a-f]{12}\.json$/.test(path))).toBe(true)
    expect(fake.asked.filter((line) => /etc|other|%2e|\?y/.test(line))).toEqual([])
  })

  test('a list of referrers that names what is not there', async () => {
    const keys = await others()
    const image = await repository().image('lonely', 'lonely')
    await repository().noteInTag(image, { ...child(7), artifactType: DSSE })
    const { keys: found, skipped, caughtUp } = await pass()
    expect({ found: found.sort(), skipped, caughtUp }).toEqual({ found: keys.sort(), skipped: [], caughtUp: true })
  })
})
