import type { Actor } from '#lib/auth/actor.ts'
import { inTransaction } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'

/** Ends one session of the actor's own, from its next request on. */
export async function revokeSession(actor: Actor, id: string, now = new Date()): Promise<void> {
  await inTransaction(async (tx) => {
    const where = { id, userId: actor.id, revokedAt: null }
    const { count } = await tx.session.updateMany({ where, data: { revokedAt: now } })
    if (count === 0) throw notFound('such session of yours')
    await recordAudit(tx, actor, { act: 'session.revoke', objectType: 'session', objectId: id })
  })
}
