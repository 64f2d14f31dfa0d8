import type { z } from 'zod'
import { type Draft, type layoutListSchema, positionsSchema } from '#lib/contract/layouts.ts'
import { FormatError, type JsonObject } from '#lib/crypto/index.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import { readLayoutText, viewDraft } from '#lib/layout-draft/index.ts'

export const draftIncludes = { software: { select: { slug: true, name: true } } } as const

type DraftWithSoftware = Prisma.LayoutDraftGetPayload<{ include: typeof draftIncludes }>

/** A draft as the API answers it. */
export function draftRow(row: DraftWithSoftware): Draft {
  return {
    id: row.id,
    name: row.name,
    software: row.software,
    document: row.document,
    positions: positionsSchema.catch({}).parse(row.positions),
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    updatedBy: row.updatedBy,
  }
}

/** The same for lists: without the document, with how many steps it has. */
export function draftListRow(row: DraftWithSoftware): z.input<typeof layoutListSchema>['drafts'][number] {
  const { document, positions: _, ...rest } = draftRow(row)
  return { ...rest, steps: stepsOf(document) }
}

/** How many steps a stored document has. */
export function stepsOf(text: string): number {
  const document = storedDocument(text)
  return document === null ? 0 : viewDraft(document).items.filter((item) => item.kind === 'step').length
}

/** A stored document; null where it cannot be read, which only a change of the database from outside could cause. */
export function storedDocument(text: string): JsonObject | null {
  try {
    return readLayoutText(text)
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}
