import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { DeclareFunctionary, Functionary } from '#lib/contract/functionaries.ts'
import { parseSpiffeId } from '#lib/crypto/index.ts'
import { inTransaction } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'
import { fingerprintBytes, givenKeys } from '../identities/given-keys.ts'
import { judgeEverything } from '../trust/judge-everything.ts'
import { listFunctionaries } from './list.ts'

/**
 * Says by which keys and SPIFFE IDs one person or workload signs: from now on a threshold counts it once. What was
 * allowed because it counted twice is not allowed any more; nothing becomes allowed.
 */
export async function declareFunctionary(
  actor: Actor,
  { name, keys, spiffeIds, reason }: DeclareFunctionary,
  now = new Date(),
): Promise<Functionary> {
  requireRight(actor, 'functionary:declare')
  const id = await inTransaction(async (tx) => {
    const fingerprints = (await givenKeys(tx, keys, now)).map(({ fingerprint }) => fingerprint)
    const workloads = [...new Set(spiffeIds.map(readSpiffeId))].sort()
    if (fingerprints.length + workloads.length < 2) {
      const message = 'What you gave is one key only; a functionary with one key or SPIFFE ID counts once anyway.'
      throw new AppError('BAD_REQUEST', message, { fields: [{ path: 'keys', message }] })
    }
    const row = await tx.functionary.create({
      data: { name, spiffeIds: workloads, reason, createdAt: now, createdBy: actor.name },
      select: { id: true },
    })
    await tx.functionaryKey.createMany({
      data: fingerprints.map((fingerprint) => ({ functionaryId: row.id, fingerprint: fingerprintBytes(fingerprint) })),
    })
    await judgeEverything(tx)
    const detail = { name, keys: [...fingerprints].sort(), spiffeIds: workloads, reason, by: actorRef(actor) }
    await recordAudit(tx, actor, { act: 'functionary.declare', objectType: 'functionary', objectId: row.id, detail })
    return row.id
  })
  const declared = (await listFunctionaries(actor)).find((one) => one.id === id)
  if (declared === undefined) throw new AppError('CONFLICT', `${name} was removed at the same moment.`)
  return declared
}

/** As certificates are compared with it, letter by letter. */
function readSpiffeId(text: string, index: number): string {
  const parsed = parseSpiffeId(text)
  if (parsed.valid) return parsed.spiffeId.id
  const message = `Expected a SPIFFE ID like spiffe://bank.example/ci/build, found ${JSON.stringify(text)}.`
  throw new AppError('BAD_REQUEST', message, { fields: [{ path: `spiffeIds.${index}`, message }] })
}
