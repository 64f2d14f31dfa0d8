import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { inTransaction } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'

/** Gives a key the name under which people know its holder. A name gives no trust. */
export async function renameKey(
  actor: Actor,
  fingerprint: string,
  name: string,
): Promise<{ fingerprint: string; name: string }> {
  requireRight(actor, 'layout:draft')
  return inTransaction(async (tx) => {
    const where = { fingerprint: Uint8Array.from(Buffer.from(fingerprint, 'hex')) }
    const before = await tx.publicKey.findUnique({ where, select: { name: true } })
    if (before === null) throw notFound(`key ${fingerprint.slice(0, 12)}`)
    await tx.publicKey.update({ where, data: { name } })
    await recordAudit(tx, actor, {
      act: 'key.rename',
      objectType: 'public-key',
      objectId: fingerprint,
      detail: { before: before.name, after: name },
    })
    return { fingerprint, name }
  })
}
