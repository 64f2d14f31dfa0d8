import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { SourceList } from '#lib/contract/sources.ts'
import { db } from '#lib/db/client.ts'
import { env } from '#lib/env.ts'
import { readableKinds } from '#lib/sources/kinds.ts'
import { sendingOf } from './sending.ts'
import { countEntries, noEntries, sourceRow } from './source-row.ts'

/** Every source that was not removed, by name, and what the operator allows sources to read and reach. */
export async function listSources(actor: Actor, now = new Date()): Promise<SourceList> {
  requireRight(actor, 'read')
  const rows = await db.source.findMany({ where: { removedAt: null }, orderBy: { name: 'asc' } })
  const [counts, sending] = await Promise.all([countEntries(rows.map(({ id }) => id)), sendingOf(rows)])
  const { sourceFolders: folders, sourceOrigins: origins } = env()
  return {
    rows: rows.map((row) => sourceRow(row, counts.get(row.id) ?? noEntries(), sending.get(row.id) ?? null, now)),
    allowed: { folders: [...folders], origins: [...origins] },
    kinds: readableKinds(),
  }
}
