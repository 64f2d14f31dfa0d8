import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { auditFilterSchema, auditPageSchema } from '#lib/contract/access.ts'
import { db } from '#lib/db/client.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import { nameObjects } from './name-objects.ts'

/** The newest acts first; `after` is the sequence number at which the last page ended. */
export async function listAudit(
  actor: Actor,
  filter: z.output<typeof auditFilterSchema>,
): Promise<z.input<typeof auditPageSchema>> {
  requireRight(actor, 'audit:read')
  const where: Prisma.AuditEntryWhereInput = {
    ...(filter.act === undefined ? {} : { act: { startsWith: filter.act } }),
    ...(filter.actor === undefined ? {} : { actor: filter.actor }),
    ...(filter.objectType === undefined ? {} : { objectType: filter.objectType }),
    ...(filter.objectId === undefined ? {} : { objectId: filter.objectId }),
  }
  const page = filter.after === undefined ? where : { AND: [where, { seq: { lt: BigInt(filter.after) } }] }
  const [rows, total] = await Promise.all([
    db.auditEntry.findMany({ where: page, orderBy: { seq: 'desc' }, take: filter.limit + 1 }),
    db.auditEntry.count({ where }),
  ])
  const shown = rows.slice(0, filter.limit)
  const nameOf = await nameObjects(shown)
  return {
    rows: shown.map((row) => ({
      seq: String(row.seq),
      at: row.at.toISOString(),
      actor: row.actor,
      actorName: row.actorName,
      act: row.act,
      objectType: row.objectType,
      objectId: row.objectId,
      objectName: nameOf(row),
      detail: members(row.detail),
    })),
    next: rows.length > filter.limit ? String(shown.at(-1)?.seq ?? '') : null,
    total,
  }
}

const members = (detail: Prisma.JsonValue): Record<string, unknown> =>
  typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : {}
