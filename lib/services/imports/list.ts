import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { fateSchema, type ImportListQuery, type importPageSchema } from '#lib/contract/evidence.ts'
import { db } from '#lib/db/client.ts'
import { importHead, noCounts } from './import-row.ts'
import { readCursor, writeCursor } from './page-cursor.ts'

/** What was brought in, newest first, with how many files had which fate. */
export async function listImports(actor: Actor, query: ImportListQuery): Promise<z.input<typeof importPageSchema>> {
  requireRight(actor, 'read')
  const cursor = readCursor(query.after)
  const older = cursor === null ? {} : { OR: [{ at: { lt: cursor.at } }, { at: cursor.at, id: { lt: cursor.id } }] }
  const [rows, total] = await Promise.all([
    db.import.findMany({ where: older, orderBy: [{ at: 'desc' }, { id: 'desc' }], take: query.limit + 1 }),
    db.import.count(),
  ])
  const shown = rows.slice(0, query.limit)
  const counts = await countFates(shown.map(({ id }) => id))
  const last = shown.at(-1)
  return {
    rows: shown.map((row) => ({ ...importHead(row), counts: counts.get(row.id) ?? noCounts() })),
    next: rows.length > query.limit && last !== undefined ? writeCursor(last) : null,
    total,
  }
}

async function countFates(ids: string[]) {
  const groups = await db.importFile.groupBy({
    by: ['importId', 'fate'],
    where: { importId: { in: ids } },
    _count: true,
  })
  const counts = new Map<string, ReturnType<typeof noCounts>>()
  for (const { importId, fate, _count } of groups) {
    const row = counts.get(importId) ?? noCounts()
    row[fateSchema.parse(fate)] = _count
    counts.set(importId, row)
  }
  return counts
}
