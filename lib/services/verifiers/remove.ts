import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { inTransaction } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { lockVerifiers } from '../verifications/lock.ts'

/**
 * Lets nobody be named by these keys any more. What they signed stays, as unverified claims, from this moment on: a
 * PASSED of theirs no longer takes a failure back.
 */
export async function removeVerifier(actor: Actor, id: string): Promise<{ removed: string }> {
  requireRight(actor, 'verifier:manage')
  return inTransaction(async (tx) => {
    await lockVerifiers(tx, 'change')
    const row = await tx.verifier.findUnique({ where: { id } })
    if (row === null) throw notFound(`verifier ${id}`)
    await tx.verification.updateMany({ where: { verifierRef: id }, data: { verifierRef: null, signer: 'other-key' } })
    await tx.verifier.delete({ where: { id } })
    await enqueue(tx, 'check-verifications', { of: { verifier: row.verifierId } })
    const detail = { name: row.name, verifierId: row.verifierId, by: actorRef(actor) }
    await recordAudit(tx, actor, { act: 'verifier.remove', objectType: 'verifier', objectId: id, detail })
    return { removed: row.name }
  })
}
