import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { describeShared } from '#lib/testing/shared-data.ts'
import { FakeArchivista } from './fake-archivista.ts'

const recordedSchema = z.object({
  exchanges: z.array(
    z.object({
      n: z.number(),
      note: z.string(),
      request: z.object({
        method: z.string(),
        path: z.string(),
        body: z.union([z.string(), z.object({ omitted: z.number() })]).nullish(),
      }),
      response: z.object({ status: z.number(), body: z.string() }),
    }),
  ),
})

/** Where a page is smaller than the list, which rows it holds is chance. */
const pagesByChance = /^(first page|next page|window with Go's nanoseconds|subjects|deep)$/

describeShared('the fake Archivista answers as the real one did', 'corpus/archivista/recorded.json', (bytes) => {
  const { exchanges } = recordedSchema.parse(JSON.parse(bytes.toString('utf8')))
  let fake: FakeArchivista
  let lastCursor: string | null = null
  const paged = new Set<string>()
  beforeAll(async () => {
    fake = await FakeArchivista.start()
  })
  afterAll(() => fake.close())

  test('to all 64 of its exchanges', () => expect(exchanges).toHaveLength(64))

  test.each(exchanges)('$n: $note', async ({ note, request, response }) => {
    const body = sentBody(request.body || undefined, lastCursor)
    const { method, path } = request
    const answer = await fetch(`${fake.server.origin}${path}`, { method, ...(body === undefined ? {} : { body }) })
    const text = await answer.text()
    expect(answer.status).toBe(response.status)
    expect(meaning(text, note)).toEqual(meaning(response.body, note))
    if (!/^(first|next) page$/.test(note)) return
    for (const [gitoid] of text.matchAll(/[0-9a-f]{64}/g)) paged.add(gitoid)
    lastCursor = /"endCursor":"([^"]+)"/.exec(text)?.[1] ?? null
  })

  test('the pages together held every entry that there was', () => {
    const window = exchanges.find(({ note }) => note === 'window')
    expect([...paged].sort()).toEqual(window?.response.body.match(/[0-9a-f]{64}/g)?.sort())
  })
})

/** The statement that the record leaves out, and the fake's own cursor in place of the recorded one. */
function sentBody(body: string | { omitted: number } | undefined, cursor: string | null): string | undefined {
  if (typeof body === 'object') return manySubjects(20_000)
  return cursor === null ? body : body?.replace(/"c": "[^"]+"/, `"c": "${cursor}"`)
}

function manySubjects(count: number): string {
  const subject = Array.from({ length: count }, (_, i) => ({ name: `f${i}`, digest: { sha256: 'ab'.repeat(32) } }))
  const statement = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType: 'https://x.example/v1' }
  const payload = Buffer.from(JSON.stringify(statement)).toString('base64')
  return JSON.stringify({ payloadType: 'application/vnd.in-toto+json', payload, signatures: [] })
}

/** Ids, times and random order aside. */
function meaning(text: string, note: string): unknown {
  try {
    return masked(JSON.parse(text), pagesByChance.test(note))
  } catch {
    return text.trim()
  }
}

const chance = new Set(['createdAt', 'cursor', 'endCursor'])
const byPage = new Set(['gitoidSha256', 'payloadType', 'predicate', 'name'])

function masked(value: unknown, page: boolean): unknown {
  if (Array.isArray(value))
    return value.map((item) => masked(item, page)).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([name]) => name !== 'locations')
  return Object.fromEntries(
    members.map(([name, member]) => {
      const hidden = typeof member === 'string' && (chance.has(name) || (page && byPage.has(name)))
      return [name, hidden ? `some ${name}` : masked(member, page)]
    }),
  )
}
