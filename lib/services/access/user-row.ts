import type { z } from 'zod'
import { roleSchema, type userSchema } from '#lib/contract/access.ts'
import type { User } from '#lib/generated/prisma/client.ts'

/** What of a session a list of users needs: the last one used. */
export const lastSession = { orderBy: { lastSeenAt: 'desc' }, take: 1, select: { lastSeenAt: true } } as const

/** A user as the contract shows one: never the password's hash. */
export function userRow(user: User & { sessions: { lastSeenAt: Date }[] }): z.input<typeof userSchema> {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: roleSchema.parse(user.role),
    createdAt: user.createdAt.toISOString(),
    disabledAt: user.disabledAt?.toISOString() ?? null,
    lastSeenAt: user.sessions[0]?.lastSeenAt.toISOString() ?? null,
  }
}
