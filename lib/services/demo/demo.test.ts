import { beforeAll, describe, expect, test } from 'vitest'
import { systemActor } from '#lib/auth/actor.ts'
import { db, pool } from '#lib/db/client.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { getBuild } from '../builds/get.ts'
import { listBuilds } from '../builds/list.ts'
import { bringIn } from '../imports/bring-in.ts'
import { createDraft } from '../layouts/create-draft.ts'
import { judgeSoftwareJob } from '../verdicts/judge-software.ts'
import { loadDemo } from './load-demo.ts'
import { removeDemo } from './remove-demo.ts'

useDatabase()

const admin = systemActor('test')
const now = new Date()

/** Every table but those that keep what happened: the audit log and the queue. */
async function rowCounts(): Promise<Record<string, number>> {
  const tables = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname NOT LIKE '\\_%'
       AND c.relname NOT IN ('AuditEntry', 'Job') ORDER BY 1`,
  )
  const counts: Record<string, number> = {}
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<{ count: string }>(`SELECT count(*) FROM "${name}"`)
    counts[name] = Number(rows[0]?.count)
  }
  return counts
}

async function judgeAll(): Promise<void> {
  for (const { id } of await db.software.findMany({ where: { demo: true } })) await judgeSoftwareJob({ softwareId: id })
}

const files = (...contents: Uint8Array[]) => contents.map((bytes, index) => ({ path: `own/${index}.link`, bytes }))

describe('the demo', () => {
  let before: Record<string, number> = {}
  let work = { acts: 0, documents: 0, judgings: 0, software: 0 }

  beforeAll(async () => {
    const own = metablock(linkDocument({ name: 'own', products: { a: 'a' } }), [makeKey('own')])
    await bringIn(admin, { via: 'cli', title: 'own', at: now, files: files(own), delivery: { kind: 'handed-over' } })
    before = await rowCounts()
    await loadDemo(admin, now)
    work = {
      acts: await db.import.count({ where: { demo: true } }),
      documents: await db.envelope.count({ where: { demo: true } }),
      judgings: await db.job.count({ where: { name: 'judge-software', doneAt: null } }),
      software: await db.software.count({ where: { demo: true } }),
    }
    await judgeAll()
  }, 120_000)

  test('loads quickly: what came together is written together, and each software is judged once', () => {
    expect(work.documents).toBeGreaterThan(100)
    expect(work.acts).toBeLessThan(work.documents / 2)
    expect(work.judgings).toBeGreaterThan(0)
    expect(work.judgings).toBeLessThanOrEqual(work.software)
  })

  test('shows every class of failure with its reason', async () => {
    const builds = await db.build.findMany({ include: { current: true, software: true } })
    const codes = new Set(builds.map(({ current }) => `${current?.verdict} ${current?.code ?? ''}`.trim()))
    for (const code of [
      'deny ARTIFACT_MODIFIED',
      'deny ARTIFACT_UNEXPECTED',
      'deny ARTIFACT_REQUIRED_MISSING',
      'deny SIGNATURE_INVALID',
      'deny SIGNER_NOT_ALLOWED',
      'deny STEP_THRESHOLD',
      'deny STEP_MISSING',
      'deny SIGNERS_DISAGREE',
      'deny LAYOUT_EXPIRED',
      'cannot-tell REPLAYED',
      'cannot-tell STEP_UNBOUND',
    ]) {
      expect([...codes]).toContain(code)
    }
    const allowed = builds.filter(({ current }) => current?.verdict === 'allow').length
    expect(allowed).toBeGreaterThan(builds.length / 2)
    expect(builds.every(({ demo, software }) => demo && software.demo)).toBe(true)
    const reports = builds.map(({ current }) => current?.report ?? '').join()
    for (const warning of ['STEP_FAILED', 'COMMAND_MISMATCH']) expect(reports).toContain(`"${warning}"`)
  })

  test('has a build that verifies here and failed the release gate, under the key declared for it', async () => {
    const { rows } = await listBuilds(admin, { elsewhere: 'failed', limit: 10 })
    expect(rows).toMatchObject([{ software: { name: 'Mobile Banking' }, state: 'verified', attention: 'failed' }])
    const detail = await getBuild(admin, rows[0]?.id ?? '')
    expect(detail.verifications).toMatchObject([
      { result: 'failed', standing: true, signature: { signer: 'declared', verifier: 'Release gate' } },
    ])
    expect(await db.verification.count({ where: { result: 'passed', signer: 'declared' } })).toBe(1)
  })

  test('has a file in quarantine, software without a layout, and evidence over 30 days', async () => {
    expect(await db.envelope.count({ where: { status: 'quarantined', demo: true } })).toBe(1)
    expect(await db.software.count({ where: { demo: true } })).toBe(6)
    expect(await db.software.count({ where: { demo: true, bindings: { none: {} } } })).toBe(1)
    const { _min, _max } = await db.build.aggregate({ _min: { firstSeenAt: true }, _max: { firstSeenAt: true } })
    const days = (Number(_max.firstSeenAt) - Number(_min.firstSeenAt)) / 86_400_000
    expect(days).toBeGreaterThan(25)
    expect(_max.firstSeenAt?.getTime()).toBeLessThan(now.getTime())
  })

  test('is loaded once, however often it is asked for', async () => {
    const counts = await rowCounts()
    const again = await loadDemo(admin)
    expect(again.loadedAt).toBe(now.toISOString())
    expect(again.software.length).toBe(6)
    expect(await rowCounts()).toEqual(counts)
  })

  test('goes without a trace but in the audit log', async () => {
    const removed = await removeDemo(admin)
    expect(removed.software).toBe(6)
    expect(removed.builds).toBeGreaterThan(50)
    expect(await rowCounts()).toEqual(before)
    const acts = await db.auditEntry.findMany({ where: { objectType: 'demo' }, orderBy: { seq: 'asc' } })
    expect(acts.map(({ act }) => act)).toEqual(['demo.load', 'demo.remove'])
    expect(await removeDemo(admin)).toMatchObject({ software: 0, builds: 0, envelopes: 0 })
  })

  test('leaves what people did with it', async () => {
    await loadDemo(admin, now)
    const [software] = await db.software.findMany({ where: { demo: true, slug: { startsWith: 'payments' } } })
    const [shared] = await db.envelope.findMany({
      where: { demo: true, kind: 'link' },
      include: { content: true },
      take: 1,
    })
    if (software === undefined || !shared?.content) throw new Error('the demo is not there')
    const title = 'the same link, from a person'
    const bytes = Uint8Array.from(shared.content.bytes)
    await bringIn(admin, { via: 'page', title, at: now, files: files(bytes), delivery: { kind: 'handed-over' } })
    const mine = metablock(linkDocument({ name: 'build', products: { mine: 'mine' } }), [makeKey('me')])
    const delivery = { kind: 'pushed', softwareId: software.id, run: 'mine', attempt: 1 } as const
    await bringIn(admin, { via: 'api', title: 'pushed', at: now, files: files(mine), delivery })
    const draft = await createDraft(admin, { name: 'my drawing', software: software.slug })
    await removeDemo(admin)
    expect(await db.envelope.count({ where: { sha256: shared.sha256, demo: false } })).toBe(1)
    expect(await db.sighting.count({ where: { delivery: { label: 'mine' } } })).toBe(1)
    expect(await db.layoutDraft.findUnique({ where: { id: draft.id } })).toMatchObject({ softwareId: null })
    expect(await db.import.count({ where: { demo: true } })).toBe(0)
  }, 60_000)

  test('two loadings at once: one loads, the other is told to wait or finds it loaded', async () => {
    const both = await Promise.allSettled([loadDemo(admin, now), loadDemo(admin, now)])
    expect(both.map(({ status }) => status)).toContain('fulfilled')
    for (const one of both) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'CONFLICT' })
    }
    expect(await db.software.count({ where: { demo: true } })).toBe(6)
    await removeDemo(admin)
  }, 60_000)
})

test('only an administrator may load or remove it', async () => {
  const engineer = { ...admin, kind: 'user', role: 'engineer' } as const
  await expect(loadDemo(engineer)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(removeDemo(engineer)).rejects.toMatchObject({ code: 'FORBIDDEN' })
})
