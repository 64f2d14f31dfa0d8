import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { toHex } from '#lib/crypto/index.ts'
import { inTransaction } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'
import { judgeEverything } from '../trust/judge-everything.ts'

/**
 * Takes a revocation back: what the key signed since counts again, unless it was revoked more than once. That gives
 * trust, so administrators must. The audit log keeps who revoked it and why.
 */
export async function restoreKey(actor: Actor, id: string): Promise<{ restored: string }> {
  requireRight(actor, 'key:restore')
  return inTransaction(async (tx) => {
    const row = await tx.revokedKey.findUnique({ where: { id }, include: { key: true } })
    if (row === null) throw notFound(`revocation ${id}`)
    await tx.revokedKey.delete({ where: { id } })
    await judgeEverything(tx)
    const { fingerprint, key, at, reason } = row
    const detail = {
      fingerprint: toHex(fingerprint),
      name: key.name,
      at: at.toISOString(),
      reason,
      by: actorRef(actor),
    }
    await recordAudit(tx, actor, { act: 'key.restore', objectType: 'revoked-key', objectId: id, detail })
    return { restored: key.name }
  })
}
