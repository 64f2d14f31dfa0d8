import { type SourceSettings, sourceSettingsSchema } from '#lib/contract/sources.ts'
import { db, type Tx } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import type { Source } from '#lib/generated/prisma/client.ts'

/** A source that was not removed, its settings checked. @throws AppError NOT_FOUND */
export async function findSource(id: string, tx: Tx = db): Promise<Source & { settings: SourceSettings }> {
  const row = await tx.source.findUnique({ where: { id } })
  if (row === null || row.removedAt !== null) throw notFound('source with this id')
  return { ...row, settings: sourceSettingsSchema.parse(row.settings) }
}
