import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { createDraftSchema, Draft } from '#lib/contract/layouts.ts'
import { inTransaction } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { formatTimestamp } from '#lib/in-toto/index.ts'
import { emptyLayout, layoutFromText, layoutText } from '#lib/layout-draft/index.ts'
import { recordAudit } from '../audit/record.ts'
import { draftIncludes, draftRow } from './draft-row.ts'

const DAY = 86_400_000

/** Starts a draft: empty with an expiry in 90 days, or from a layout that somebody brings, nothing of it lost. */
export async function createDraft(
  actor: Actor,
  input: z.output<typeof createDraftSchema>,
  now = new Date(),
): Promise<Draft> {
  requireRight(actor, 'layout:draft')
  const document =
    input.document === undefined
      ? layoutText(emptyLayout(formatTimestamp(now.getTime() + 90 * DAY)))
      : layoutText(layoutFromText(input.document).document)
  return inTransaction(async (tx) => {
    const software = input.software === null ? null : await tx.software.findUnique({ where: { slug: input.software } })
    if (input.software !== null && software === null) throw notFound(`software ${input.software}`)
    const id = randomUUID()
    const row = await tx.layoutDraft.create({
      data: {
        id,
        name: input.name,
        softwareId: software?.id ?? null,
        document,
        createdAt: now,
        updatedAt: now,
        updatedBy: actor.name,
        history: { create: { revision: 1, document, at: now, by: actor.name } },
      },
      include: draftIncludes,
    })
    await recordAudit(tx, actor, {
      act: 'layout-draft.create',
      objectType: 'layout-draft',
      objectId: id,
      detail: { name: input.name, software: input.software, brought: input.document !== undefined },
    })
    return draftRow(row)
  })
}
