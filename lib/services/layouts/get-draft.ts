import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { Draft } from '#lib/contract/layouts.ts'
import { db } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { draftIncludes, draftRow } from './draft-row.ts'

/** A draft with its document. */
export async function getDraft(actor: Actor, id: string): Promise<Draft> {
  requireRight(actor, 'read')
  const row = await db.layoutDraft.findFirst({ where: { id, deletedAt: null }, include: draftIncludes })
  if (row === null) throw notFound(`layout draft ${id}`)
  return draftRow(row)
}
