import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { Draft, saveDraftSchema } from '#lib/contract/layouts.ts'
import { inTransaction, type Tx } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'
import { readLayoutText } from '#lib/layout-draft/index.ts'
import { recordAudit } from '../audit/record.ts'
import { draftIncludes, draftRow } from './draft-row.ts'

/** Revisions of the document that are kept. */
const KEPT = 200

/**
 * Saves a draft on top of the revision it was drawn on. Where somebody else saved in the meantime: CONFLICT, with the
 * current draft in the problem's `draft`, and nothing is changed. A text that is no layout is refused with its place;
 * a layout with errors is saved, for work in progress is never lost.
 */
export async function saveDraft(
  actor: Actor,
  id: string,
  input: z.output<typeof saveDraftSchema>,
  now = new Date(),
): Promise<Draft> {
  requireRight(actor, 'layout:draft')
  if (input.document !== undefined) readLayoutText(input.document)
  return inTransaction(async (tx) => {
    const current = await tx.layoutDraft.findFirst({ where: { id, deletedAt: null }, include: draftIncludes })
    if (current === null) throw notFound(`layout draft ${id}`)
    const changed = await tx.layoutDraft.updateMany({
      where: { id, revision: input.revision, deletedAt: null },
      data: {
        revision: input.revision + 1,
        updatedAt: now,
        updatedBy: actor.name,
        ...(input.name === undefined ? {} : { name: input.name }),
        ...(input.document === undefined ? {} : { document: input.document }),
        ...(input.positions === undefined ? {} : { positions: input.positions }),
      },
    })
    const row = await tx.layoutDraft.findUniqueOrThrow({ where: { id }, include: draftIncludes })
    if (changed.count === 0) throw savedByAnother(draftRow(row), input.revision)
    const documentChanged = input.document !== undefined && input.document !== current.document
    if (documentChanged) await keepRevision(tx, row, actor.name, now)
    if (documentChanged || row.name !== current.name) {
      await recordAudit(tx, actor, {
        act: 'layout-draft.save',
        objectType: 'layout-draft',
        objectId: id,
        detail: { name: row.name, revision: row.revision },
      })
    }
    return draftRow(row)
  })
}

function savedByAnother(draft: Draft, revision: number): AppError {
  return new AppError(
    'CONFLICT',
    `This was drawn on revision ${revision}, but ${draft.updatedBy} has saved revision ${draft.revision} since. Take over theirs, or save yours on top of it.`,
    { extra: { draft } },
  )
}

async function keepRevision(
  tx: Tx,
  row: { id: string; revision: number; document: string },
  by: string,
  at: Date,
): Promise<void> {
  await tx.draftRevision.create({
    data: { draftId: row.id, revision: row.revision, document: row.document, at, by },
  })
  await tx.draftRevision.deleteMany({ where: { draftId: row.id, revision: { lte: row.revision - KEPT } } })
}
