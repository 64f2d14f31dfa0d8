import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { RevokedKey, RevokeKeys } from '#lib/contract/revoked-keys.ts'
import { inTransaction } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'
import { fingerprintBytes, givenKeys } from '../identities/given-keys.ts'
import { judgeEverything } from '../trust/judge-everything.ts'
import { listRevokedKeys } from './list.ts'

/**
 * Says that from a moment on keys are not their owners' alone: what they sign since counts for nothing, and everything
 * is judged again. What Waybill received before stays. That only takes trust away, so engineers may.
 * @throws BAD_REQUEST for a moment to come: until then everything would be judged as if nobody had said a word
 */
export async function revokeKeys(
  actor: Actor,
  { keys, at: given, reason }: RevokeKeys,
  now = new Date(),
): Promise<RevokedKey[]> {
  requireRight(actor, 'key:revoke')
  const from = given === undefined ? now : new Date(given)
  if (from > now) {
    const message = `Expected a time that has come, found ${from.toISOString()}; it is ${now.toISOString()} here. Leave it empty to revoke from now on.`
    throw new AppError('BAD_REQUEST', message, { fields: [{ path: 'at', message }] })
  }
  // whole seconds, as reports and files have them; earlier rather than later
  const at = new Date(Math.floor(from.getTime() / 1000) * 1000)
  const ids = await inTransaction(async (tx) => {
    const made: string[] = []
    for (const { fingerprint, name } of await givenKeys(tx, keys, now)) {
      const data = { fingerprint: fingerprintBytes(fingerprint), at, reason, createdAt: now, createdBy: actor.name }
      const { id } = await tx.revokedKey.create({ data, select: { id: true } })
      const detail = { fingerprint, name, at: at.toISOString(), reason, by: actorRef(actor) }
      await recordAudit(tx, actor, { act: 'key.revoke', objectType: 'revoked-key', objectId: id, detail })
      made.push(id)
    }
    await judgeEverything(tx)
    return made
  })
  return (await listRevokedKeys(actor)).filter(({ id }) => ids.includes(id))
}
