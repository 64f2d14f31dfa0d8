import type { z } from 'zod'
import { scopeSchema, type tokenSchema } from '#lib/contract/access.ts'
import type { ApiToken } from '#lib/generated/prisma/client.ts'

export const tokenIncludes = {
  software: { select: { slug: true, name: true } },
  createdBy: { select: { name: true } },
} as const

type Row = ApiToken & { software: { slug: string; name: string } | null; createdBy: { name: string } }

/** A token as the contract shows one: its beginning, never itself or its hash. */
export function tokenRow(row: Row): z.input<typeof tokenSchema> {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes.flatMap((s) => scopeSchema.safeParse(s).data ?? []),
    software: row.software,
    createdBy: row.createdBy.name,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }
}
