import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { DeclareVerifier, Verifier } from '#lib/contract/verifications.ts'
import { inTransaction } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { fingerprintBytes, givenKeys } from '../identities/given-keys.ts'
import { lockVerifiers } from '../verifications/lock.ts'
import { listVerifiers } from './list.ts'

/**
 * Names somebody whose verifications may be shown under his name, and the keys that must have signed them. What came
 * before is checked again. It allows nothing: verdicts never read verifications made elsewhere.
 */
export async function declareVerifier(
  actor: Actor,
  { name, verifierId, keys, demo = false }: DeclareVerifier & { demo?: boolean },
  now = new Date(),
): Promise<Verifier> {
  requireRight(actor, 'verifier:manage')
  const id = await inTransaction(async (tx) => {
    await lockVerifiers(tx, 'change')
    const given = await givenKeys(tx, keys, now)
    const fingerprints = given.map(({ fingerprint }) => fingerprintBytes(fingerprint))
    const taken = await tx.verifier.findFirst({
      where: { verifierId, keys: { some: { fingerprint: { in: fingerprints } } } },
      select: { name: true },
    })
    if (taken !== null)
      throw new AppError(
        'CONFLICT',
        `One of these keys signs for ${JSON.stringify(verifierId)} already, as ${taken.name}. Remove that one first.`,
      )
    const row = await tx.verifier.create({
      data: { name, verifierId, createdAt: now, createdBy: actor.name, demo },
      select: { id: true },
    })
    await tx.verifierKey.createMany({
      data: fingerprints.map((fingerprint) => ({ verifierId: row.id, fingerprint })),
    })
    await enqueue(tx, 'check-verifications', { of: { verifier: verifierId } })
    const detail = { name, verifierId, keys: given.map(({ fingerprint }) => fingerprint).sort(), by: actorRef(actor) }
    await recordAudit(tx, actor, { act: 'verifier.declare', objectType: 'verifier', objectId: row.id, detail })
    return row.id
  })
  const declared = (await listVerifiers(actor)).find((one) => one.id === id)
  if (declared === undefined) throw new AppError('CONFLICT', `The verifier ${name} was removed at the same moment.`)
  return declared
}
