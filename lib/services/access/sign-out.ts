import { systemActor } from '#lib/auth/actor.ts'
import { inTransaction } from '#lib/db/client.ts'
import { recordAudit } from '../audit/record.ts'

/** Ends the session that a browser signs out of. Its cookie is worthless from now on. */
export async function signOut(sessionId: string, now = new Date()): Promise<void> {
  await inTransaction(async (tx) => {
    const session = await tx.session.findUnique({ where: { id: sessionId }, include: { user: true } })
    if (session === null || session.revokedAt !== null) return
    await tx.session.update({ where: { id: sessionId }, data: { revokedAt: now } })
    const who = { ...systemActor('sign-out'), kind: 'user', id: session.userId, name: session.user.name } as const
    await recordAudit(tx, who, { act: 'session.close', objectType: 'session', objectId: sessionId })
  })
}
