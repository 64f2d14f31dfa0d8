import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Actor, systemActor } from '#lib/auth/actor.ts'
import { utf8 } from '#lib/crypto/index.ts'
import { db, inTransaction, pool } from '#lib/db/client.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { storedEdges } from '#lib/testing/edges.ts'
import { auditHash, firstHash } from '../audit/chain.ts'
import { withRequestId } from '../audit/request-id.ts'
import { type BringIn, bringIn } from './bring-in.ts'
import type { IncomingFile } from './finding.ts'
import { inTurn } from './turn.ts'

useDatabase()

const actor: Actor = systemActor('test')
const ci = makeKey('ci')
const at = new Date('2026-03-01T10:00:00.000Z')

function link(n: number): Uint8Array {
  const materials = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`src/${(i * 7 + n) % 23}`, `${(i * 7 + n) % 23}`]),
  )
  return metablock(linkDocument({ name: `step${n % 5}`, materials, products: { [`out/${n}`]: `${n}` } }), [ci])
}

function bring(files: IncomingFile[], more: Partial<BringIn> = {}) {
  return bringIn(actor, { via: 'api', title: 'test', at, files, delivery: { kind: 'loose' }, ...more })
}

async function software(name: string): Promise<string> {
  return (await db.software.create({ data: { slug: name, name, createdAt: at } })).id
}

test('the same document 1,000 times in parallel is one row, and everybody is told so (F-07)', async () => {
  const bytes = link(1_000)
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => bring([{ path: 'a.link', bytes }])))
  const fates = answers.map(({ files }) => files[0]?.fate)
  expect(fates.filter((fate) => fate === 'stored')).toHaveLength(1)
  expect(fates.filter((fate) => fate === 'known')).toHaveLength(999)
  expect(new Set(answers.map(({ files }) => files[0]?.sha256)).size).toBe(1)
  const rows = await db.envelope.findMany({ where: { name: 'step0' }, include: { content: true } })
  expect(rows).toHaveLength(1)
  expect(await storedEdges(rows[0]?.id ?? 0n)).toHaveLength(21)
  expect(await db.import.count()).toBe(1_000)
}, 120_000)

test('many uploads with the same files in different orders lose nothing and do not deadlock', async () => {
  const all = Array.from({ length: 30 }, (_, n) => ({ path: `${n}.link`, bytes: link(n) }))
  const shuffled = Array.from({ length: 24 }, (_, turn) =>
    all.toSorted((a, b) => (a.path < b.path ? 1 : -1) * (turn % 2 === 0 ? 1 : -1)),
  )
  const answers = await Promise.all(shuffled.map((files) => bring(files)))
  const stored = answers.reduce((sum, { counts }) => sum + counts.stored, 0)
  expect(stored).toBe(30)
  expect(answers.every(({ counts }) => counts.stored + counts.known === 30)).toBe(true)
}, 120_000)

test('a push that is sent again after its answer was lost changes nothing (F-17)', async () => {
  const softwareId = await software('retry')
  const delivery = { kind: 'pushed', softwareId, run: '17', attempt: 1 } as const
  const files = [{ path: 'build.link', bytes: link(2_000) }]
  const first = await bring(files, { delivery })
  const again = await bring(files, { delivery, at: new Date(at.getTime() + 60_000) })
  expect([first.files[0]?.fate, again.files[0]?.fate]).toEqual(['stored', 'known'])
  const sightings = await db.sighting.findMany({ where: { delivery: { softwareId } } })
  expect(sightings).toHaveLength(1)
  expect(sightings[0]?.seenAt).toEqual(at)
})

test('parallel first pushes of one run open one delivery', async () => {
  const softwareId = await software('race')
  const delivery = { kind: 'pushed', softwareId, run: '18', attempt: 1 } as const
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      bring([{ path: 'x.link', bytes: link(3_000 + n) }], { delivery, at: new Date(at.getTime() + n) }),
    ),
  )
  const opened = await db.delivery.findMany({ where: { softwareId }, include: { sightings: true } })
  expect(opened).toHaveLength(1)
  expect(opened[0]?.sightings).toHaveLength(20)
})

test('a run closes after 24 hours; what comes later is kept, belongs to no run, and the client is told', async () => {
  const softwareId = await software('closing')
  const delivery = { kind: 'pushed', softwareId, run: '19', attempt: 1 } as const
  const day = 24 * 3_600_000
  await bring([{ path: 'x.link', bytes: link(4_000) }], { delivery })
  await bring([{ path: 'x.link', bytes: link(4_001) }], { delivery, at: new Date(at.getTime() + day - 1) })
  const late = await bring([{ path: 'x.link', bytes: link(4_002) }], { delivery, at: new Date(at.getTime() + day) })
  expect(late.files[0]).toMatchObject({ fate: 'stored', code: 'RUN_CLOSED' })
  const [opened, ...more] = await db.delivery.findMany({ where: { softwareId }, include: { sightings: true } })
  expect(more).toEqual([])
  expect(opened?.sightings).toHaveLength(2)
})

test('each folder level is one delivery; the folder of a sublayout belongs to the level above', async () => {
  const paths = ['run/a.link', 'run/sub.1a2b3c4d/b.link', 'other/c.link', 'd.link']
  const { id } = await bring(
    paths.map((path, n) => ({ path, bytes: link(5_000 + n) })),
    { delivery: { kind: 'handed-over' } },
  )
  const deliveries = await db.delivery.findMany({ where: { importId: id }, include: { sightings: true } })
  const held = deliveries.map(({ label, sightings }) => [label, sightings.map(({ path }) => path).sort()])
  expect(Object.fromEntries(held)).toEqual({
    run: ['run/a.link', 'run/sub.1a2b3c4d/b.link'],
    other: ['other/c.link'],
    '.': ['d.link'],
  })
})

describe('nothing is acknowledged that is not committed', () => {
  test('where the audit row cannot be written nothing of the batch is there', async () => {
    await pool.query(`ALTER TABLE "AuditEntry" ADD CONSTRAINT "refuse" CHECK ("act" <> 'evidence.bring') NOT VALID`)
    const name = `lost-${randomUUID()}`
    const bytes = metablock(linkDocument({ name }), [ci])
    await expect(bring([{ path: 'a.link', bytes }])).rejects.toThrow()
    await pool.query(`ALTER TABLE "AuditEntry" DROP CONSTRAINT "refuse"`)
    expect(await db.envelope.count({ where: { name } })).toBe(0)
    expect((await bring([{ path: 'a.link', bytes }])).files[0]?.fate).toBe('stored')
  })

  test('a deadlock that the database ends is tried again', async () => {
    let tries = 0
    const answer = await inTurn(() =>
      inTransaction(async (tx) => {
        tries++
        if (tries < 3) await tx.$executeRaw`DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$`
        return 'done'
      }),
    )
    expect([answer, tries]).toEqual(['done', 3])
  })

  test('other errors are not', async () => {
    let tries = 0
    const work = inTurn(async () => {
      tries++
      return inTransaction((tx) => tx.$executeRaw`SELECT 1/0`)
    })
    await expect(work).rejects.toThrow()
    expect(tries).toBe(1)
  })
})

describe('acts that are written together', () => {
  const many = (count: number, from: number) =>
    Promise.allSettled(
      Array.from({ length: count }, (_, n) =>
        withRequestId(`request-${from + n}`, () => bring([{ path: 'a.link', bytes: link(from + n) }])),
      ),
    )

  test('are fewer transactions, each act with its import, its sighting and its audit row', async () => {
    const commits = async (): Promise<number> => {
      const { rows } = await pool.query<{ n: string }>(`SELECT count(DISTINCT "xmin"::text)::text AS n FROM "Import"`)
      return Number(rows[0]?.n)
    }
    const before = await commits()
    const acts = await many(120, 7_000)
    const ids = acts.flatMap((act) => (act.status === 'fulfilled' ? [act.value.id] : []))
    expect(new Set(ids).size).toBe(120)
    expect((await commits()) - before).toBeLessThan(40)
    const audits = await db.auditEntry.findMany({ where: { objectId: { in: ids } } })
    expect(audits).toHaveLength(120)
    const requestOf = new Map(audits.map(({ objectId, requestId }) => [objectId, requestId]))
    expect(ids.map((id) => requestOf.get(id))).toEqual(ids.map((_, n) => `request-${7_000 + n}`))
    expect(await db.sighting.count({ where: { importId: { in: ids } } })).toBe(120)
    const files = await db.importFile.findMany({ where: { importId: { in: ids } } })
    expect(files.map(({ index, fate }) => `${index} ${fate}`)).toEqual(Array.from({ length: 120 }, () => '0 stored'))
  })

  test('do not fail for one that cannot be written, which leaves nothing', async () => {
    await pool.query(`ALTER TABLE "Import" ADD CONSTRAINT "no_poison" CHECK ("title" <> 'poison') NOT VALID`)
    const bytes = metablock(linkDocument({ name: 'poisoned' }), [ci])
    const poisoned = bring([{ path: 'p.link', bytes }], { title: 'poison' })
    const [bad, good] = await Promise.all([poisoned.then(() => 'written').catch(() => 'refused'), many(60, 8_000)])
    await pool.query(`ALTER TABLE "Import" DROP CONSTRAINT "no_poison"`)
    expect(bad).toBe('refused')
    expect(good.map(({ status }) => status)).toEqual(Array.from({ length: 60 }, () => 'fulfilled'))
    expect(await db.envelope.count({ where: { name: 'poisoned' } })).toBe(0)
  })

  test('leave the audit chain without a fork or a gap', async () => {
    await Promise.all([many(80, 9_000), many(80, 9_000), many(80, 9_040)])
    const rows = await db.auditEntry.findMany({ orderBy: { seq: 'asc' } })
    let before: Uint8Array = firstHash
    for (const [index, row] of rows.entries()) {
      expect(row.seq).toBe(BigInt(index + 1))
      expect(Buffer.from(row.prevHash).equals(before)).toBe(true)
      expect(Buffer.from(row.hash).equals(auditHash(before, row))).toBe(true)
      before = row.hash
    }
  })

  test('say stored once for the same content, and known to all others of the group', async () => {
    const bytes = utf8(ci.key.pem ?? '')
    const other = makeKey('in a group')
    const pem = utf8(other.key.pem ?? '')
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        bring([
          { path: 'k.pub', bytes: pem },
          { path: 'ci.pub', bytes },
        ]),
      ),
    )
    const fates = answers.map(({ files }) => files[0]?.fate)
    expect(fates.filter((fate) => fate === 'stored')).toHaveLength(1)
    expect(fates.filter((fate) => fate === 'known')).toHaveLength(39)
  })
})

test('any order and batching of the same files gives the same rows', async () => {
  const samples = Array.from({ length: 8 }, (_, n) => ({ path: `${n}.link`, bytes: link(6_000 + n) }))
  const files: IncomingFile[] = [
    ...samples,
    { path: 'k.pub', bytes: utf8(ci.key.pem ?? '') },
    { path: 'd.json', bytes: dsse(linkDocument({ name: 'd', products: { x: 'y' } }), [ci]) },
    { path: 'bad.link', bytes: utf8('{"signed": 1}') },
  ]
  const facts = async () => {
    const { rows } = await pool.query(`
      SELECT encode(e."sha256", 'hex') AS sha, e."form", e."kind", e."name", e."status", e."code", encode(c."bytes", 'hex') AS bytes,
             (SELECT array_agg(s."keyid" ORDER BY s."index") FROM "EnvelopeSignature" s WHERE s."envelopeId" = e."id") AS keyids,
             (SELECT array_agg(g."role" || ' ' || n."value" || ' ' || a."algo" || encode(a."digest", 'hex') ORDER BY 1)
              FROM "Edge" g JOIN "Name" n ON n."id" = g."nameId" JOIN "Artifact" a ON a."id" = g."artifactId" WHERE g."envelopeId" = e."id") AS edges
      FROM "Envelope" e JOIN "EnvelopeContent" c ON c."envelopeId" = e."id" ORDER BY 1`)
    const keys = await db.publicKey.findMany({ orderBy: { fingerprint: 'asc' }, select: { keyids: true, name: true } })
    return { rows: rows.map((row) => ({ ...row, edges: row.edges?.toSorted() })), keys }
  }
  const clean = () => pool.query('TRUNCATE "Envelope", "Import", "Edge", "Artifact", "Name", "PublicKey" CASCADE')
  await clean()
  await bring(files)
  const expected = await facts()
  expect(expected.rows).toHaveLength(10)
  const plan = fc.array(fc.tuple(fc.shuffledSubarray(files, { minLength: 1 }), fc.boolean()), {
    minLength: 1,
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(plan, async (batches) => {
      await clean()
      for (const [batch, parallel] of batches)
        if (parallel) await Promise.all([bring(batch), bring(batch.toReversed())])
        else await bring(batch)
      await bring(files)
      expect(await facts()).toEqual(expected)
    }),
    { numRuns: 15 },
  )
}, 120_000)
