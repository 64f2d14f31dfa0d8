import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { toHex } from '#lib/crypto/index.ts'
import { inTransaction } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'
import { judgeEverything } from '../trust/judge-everything.ts'

/**
 * Takes a declaration back: its keys and SPIFFE IDs count as different signers again, which may allow what was not. The
 * audit log keeps what was declared.
 */
export async function removeFunctionary(actor: Actor, id: string): Promise<{ removed: string }> {
  requireRight(actor, 'functionary:remove')
  return inTransaction(async (tx) => {
    const row = await tx.functionary.findUnique({ where: { id }, include: { keys: true } })
    if (row === null) throw notFound(`functionary ${id}`)
    await tx.functionary.delete({ where: { id } })
    await judgeEverything(tx)
    const { name, spiffeIds, reason } = row
    const keys = row.keys.map(({ fingerprint }) => toHex(fingerprint)).sort()
    const detail = { name, keys, spiffeIds, reason, by: actorRef(actor) }
    await recordAudit(tx, actor, { act: 'functionary.remove', objectType: 'functionary', objectId: id, detail })
    return { removed: name }
  })
}
