import { expect, test } from 'vitest'
import { systemActor } from '#lib/auth/actor.ts'
import { db, inTransaction } from '#lib/db/client.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { auditHash, firstHash } from './chain.ts'
import { recordAudit } from './record.ts'

useDatabase()
const actor = systemActor('test')
const write = (objectId: string) =>
  inTransaction((tx) =>
    recordAudit(tx, actor, { act: 'test.act', objectType: 'test', objectId, detail: { b: 1, a: [2] } }),
  )

test('writers at the same time make one chain without a fork, and every hash can be recomputed', async () => {
  await Promise.all(Array.from({ length: 12 }, (_, i) => write(String(i))))
  const rows = await db.auditEntry.findMany({ orderBy: { seq: 'asc' } })
  expect(rows.map((r) => r.seq)).toEqual(Array.from({ length: 12 }, (_, i) => BigInt(i + 1)))
  let before: Uint8Array = firstHash
  for (const row of rows) {
    expect(Buffer.from(row.prevHash).equals(before)).toBe(true)
    expect(Buffer.from(row.hash).equals(auditHash(before, row))).toBe(true)
    before = row.hash
  }
})

test('rows cannot be changed, deleted or truncated', async () => {
  await write('stays')
  await expect(db.auditEntry.updateMany({ data: { act: 'other' } })).rejects.toThrow(/append-only/)
  await expect(db.auditEntry.deleteMany()).rejects.toThrow(/append-only/)
  await expect(db.$executeRaw`TRUNCATE "AuditEntry"`).rejects.toThrow(/append-only/)
})

test('an act that fails leaves no audit row', async () => {
  const before = await db.auditEntry.count()
  const act = inTransaction(async (tx) => {
    await recordAudit(tx, actor, { act: 'test.act', objectType: 'test', objectId: 'undone' })
    throw new Error('the act fails')
  })
  await expect(act).rejects.toThrow('the act fails')
  expect(await db.auditEntry.count()).toBe(before)
})
