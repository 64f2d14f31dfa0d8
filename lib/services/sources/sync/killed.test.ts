import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { db } from '#lib/db/client.ts'
import { openConnector } from '#lib/sources/kinds.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { storedEdges } from '#lib/testing/edges.ts'
import { syncSource } from './sync-source.ts'

useDatabase()

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'waybill-killed-')))
const ci = makeKey('ci')
const files = 1_200
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const contents = new Map<string, string>()

beforeAll(() => {
  vi.stubEnv('WAYBILL_SOURCE_FOLDERS', folder)
  const old = new Date(Date.now() - 3_600_000)
  for (let n = 0; n < files; n++) {
    const path = join(folder, `run-${n % 60}`, `step${n}.1a2b3c4d.link`)
    mkdirSync(dirname(path), { recursive: true })
    const bytes = metablock(linkDocument({ name: `step${n}`, products: { [`out/${n}`]: `${n}` } }), [ci])
    writeFileSync(path, bytes)
    utimesSync(path, old, old)
    contents.set(`run-${n % 60}/step${n}.1a2b3c4d.link`, sha256(bytes))
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const taken = (sourceId: string): Promise<number> => db.sourceEntry.count({ where: { sourceId, state: 'taken' } })

/** A worker in a process of its own, killed once so much is there; another one may take the source at once. */
async function killedAt(count: number, id: string): Promise<void> {
  const script = resolve(import.meta.dirname, '../../../testing/sources/sync-forever.ts')
  const worker = fork(script, [id], { env: { ...process.env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const ended = once(worker, 'exit').then(() => true)
  while ((await taken(id)) < count)
    if (await Promise.race([ended, sleep(5, false)])) throw new Error('the worker ended by itself')
  worker.kill('SIGKILL')
  await ended
  await db.source.update({ where: { id }, data: { leaseUntil: null } })
}

test('a sync that is killed again and again loses nothing and doubles nothing', async () => {
  const settings = { kind: 'directory' as const, folder, together: true }
  const now = new Date()
  const by = { createdBy: 'user:adder', createdByName: 'Adder' }
  const data = { name: 'killed', kind: 'directory', settings, createdAt: now, nextAt: now, ...by }
  const { id } = await db.source.create({ data })
  const reached: number[] = []
  for (const count of [1, 150, 151, 450, 700]) {
    await killedAt(count, id)
    reached.push(await taken(id))
  }
  // the kills came in the middle, or this would show nothing
  expect(Math.min(...reached), `taken after each kill: ${reached}`).toBeLessThan(files)
  const never = () => Promise.reject(new Error('a folder needs none'))
  const ports = { fetch: never, credentials: { secret: never }, folders: [folder], now: () => new Date() }
  for (let run = 0; run < 50; run++) {
    await syncSource(id, { open: () => openConnector(settings, ports) })
    if ((await db.source.findUniqueOrThrow({ where: { id } })).caughtUpAt !== null) break
  }
  const entries = await db.sourceEntry.findMany({ where: { sourceId: id } })
  expect(entries).toHaveLength(files)
  expect(entries.every(({ state, vanishedAt }) => state === 'taken' && vanishedAt === null)).toBe(true)
  const envelopes = await db.envelope.findMany({
    include: { content: true, sightings: { include: { delivery: true } }, signatures: true },
  })
  expect(envelopes).toHaveLength(files)
  for (const { id: envelopeId, content, sightings, signatures, sha256: digest } of envelopes) {
    const [seen, ...more] = sightings
    expect(more).toEqual([])
    expect(sha256(content?.bytes ?? new Uint8Array())).toBe(contents.get(seen?.path ?? ''))
    expect(Buffer.from(digest).toString('hex')).toBe(contents.get(seen?.path ?? ''))
    const edges = await storedEdges(envelopeId)
    expect([edges.length, signatures.length]).toEqual([1, 1])
    expect(seen?.delivery?.label).toBe(dirname(seen?.path ?? ''))
  }
  expect(await db.delivery.count({ where: { sourceId: id } })).toBe(60)
}, 120_000)
