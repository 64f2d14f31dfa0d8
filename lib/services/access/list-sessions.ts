import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { idleMs } from '#lib/auth/session-actor.ts'
import type { sessionSchema } from '#lib/contract/access.ts'
import { db } from '#lib/db/client.ts'

/** The actor's own sessions that still go on, the last used one first. */
export async function listSessions(actor: Actor, now = new Date()): Promise<z.input<typeof sessionSchema>[]> {
  const rows = await db.session.findMany({
    where: {
      userId: actor.id,
      revokedAt: null,
      expiresAt: { gt: now },
      lastSeenAt: { gt: new Date(now.getTime() - idleMs) },
    },
    orderBy: { lastSeenAt: 'desc' },
  })
  return rows.map((row) => ({
    id: row.id,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    userAgent: row.userAgent,
    current: row.id === actor.sessionId,
  }))
}
