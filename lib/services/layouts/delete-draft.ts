import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { inTransaction } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'

/** Takes a draft out of the lists. Its text stays in the database, and versions made of it are not touched. */
export async function deleteDraft(actor: Actor, id: string, now = new Date()): Promise<void> {
  requireRight(actor, 'layout:draft')
  await inTransaction(async (tx) => {
    const { count } = await tx.layoutDraft.updateMany({ where: { id, deletedAt: null }, data: { deletedAt: now } })
    if (count === 0) throw notFound(`layout draft ${id}`)
    await recordAudit(tx, actor, { act: 'layout-draft.delete', objectType: 'layout-draft', objectId: id })
  })
}
