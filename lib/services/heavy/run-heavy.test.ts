import { describe, expect, test } from 'vitest'
import { systemActor } from '#lib/auth/actor.ts'
import { db } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { storedEdges } from '#lib/testing/edges.ts'
import { withRequestId } from '../audit/request-id.ts'
import { bringIn } from '../imports/bring-in.ts'
import { HEAVY_BYTES, isHeavy, runHeavy } from './run-heavy.ts'

useDatabase()

const actor = systemActor('test')
const at = new Date('2026-03-01T10:00:00.000Z')
const ci = makeKey('ci')
const files = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`src/file-${i}.c`, `${i}`]))
const link = (name: string, count: number) =>
  metablock(linkDocument({ name, materials: {}, products: files(count) }), [ci])
const bring = (contents: readonly Uint8Array[]) =>
  bringIn(actor, {
    via: 'cli',
    title: 'test',
    at,
    files: contents.map((bytes, index) => ({ path: `run/${index}.link`, bytes })),
    delivery: { kind: 'handed-over' },
  })

describe('a large file', () => {
  test('is brought in between small ones, each under its own number, as one act', async () => {
    const large = link('large', 5_000)
    expect(isHeavy(large.length, HEAVY_BYTES)).toBe(true)
    const brought = await withRequestId('the-request', () => bring([link('a', 1), large, link('b', 1), link('a', 1)]))
    expect(brought.files.map(({ path, fate, index }) => [path, fate, index])).toEqual([
      ['run/0.link', 'stored', 0],
      ['run/1.link', 'stored', 1],
      ['run/2.link', 'stored', 2],
      ['run/3.link', 'known', 3],
    ])
    const [, { sha256 = '' } = {}] = brought.files
    const stored = await db.envelope.findFirstOrThrow({
      where: { sha256: Buffer.from(sha256 ?? '', 'hex') },
      include: { content: true, _count: { select: { signatures: true } } },
    })
    expect(Buffer.from(stored.content?.bytes ?? []).equals(large)).toBe(true)
    expect(stored).toMatchObject({ name: 'large', kind: 'link', _count: { signatures: 1 } })
    expect(await storedEdges(stored.id)).toHaveLength(5_000)
    const audits = await db.auditEntry.findMany({ where: { objectId: brought.id } })
    expect(audits.map(({ requestId }) => requestId)).toEqual(['the-request', 'the-request', 'the-request'])
    expect(await db.delivery.count({ where: { sightings: { some: { importId: brought.id } } } })).toBe(1)
    expect((await bring([large])).counts).toMatchObject({ known: 1 })
  })

  test('that is broken is quarantined like a small one', async () => {
    const { files: fates } = await bring([link('large', 5_000).subarray(0, -3)])
    expect(fates).toMatchObject([{ fate: 'quarantined', code: 'JSON_SYNTAX' }])
  })
})

test('what a task refuses is refused here in the same words', async () => {
  const refusal = await runHeavy('read-build', { id: 'no-such-build' }).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(AppError)
  expect(refusal).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('no-such-build') })
})
