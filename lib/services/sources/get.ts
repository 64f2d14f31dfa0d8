import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { SourceRow } from '#lib/contract/sources.ts'
import { findSource } from './find-source.ts'
import { sendingOf } from './sending.ts'
import { countEntries, noEntries, sourceRow } from './source-row.ts'

/** One source: how far it is, what lies there, what is in its way. */
export async function getSource(actor: Actor, id: string, now = new Date()): Promise<SourceRow> {
  requireRight(actor, 'read')
  const row = await findSource(id)
  const [counts, sending] = await Promise.all([countEntries([id]), sendingOf([row])])
  return sourceRow(row, counts.get(id) ?? noEntries(), sending.get(id) ?? null, now)
}
