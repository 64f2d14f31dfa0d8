import type { Tx } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'

/** @param own the source that may go on being called so @throws AppError CONFLICT where another one is called so */
export async function requireFreeName(tx: Tx, name: string, own: string | null = null): Promise<void> {
  const where = { name: { equals: name, mode: 'insensitive' as const }, removedAt: null }
  const taken = await tx.source.count({ where: own === null ? where : { ...where, id: { not: own } } })
  if (taken === 0) return
  throw new AppError('CONFLICT', `There is a source called ${name} already. Choose another name.`, {
    fields: [{ path: 'name', message: 'taken' }],
  })
}
