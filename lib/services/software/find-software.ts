import { z } from 'zod'
import { db, type Tx } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'

/** By id or slug. */
export function softwareWhere(id: string): { id: string } | { slug: string } {
  return z.uuid().safeParse(id).success ? { id } : { slug: id }
}

/** The software row. @throws NOT_FOUND */
export async function findSoftware(id: string, tx: Tx = db): Promise<Prisma.SoftwareGetPayload<object>> {
  const found = await tx.software.findUnique({ where: softwareWhere(id) })
  if (found === null) throw notFound(`software ${id.slice(0, 80)}`)
  return found
}
