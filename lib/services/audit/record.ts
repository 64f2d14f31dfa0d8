import type { Actor } from '#lib/auth/actor.ts'
import { actorRef } from '#lib/auth/actor.ts'
import type { Tx } from '#lib/db/client.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import { auditHash, firstHash } from './chain.ts'
import { currentRequestId } from './request-id.ts'

export type AuditRecord = {
  /** noun and verb, such as `software.create` */
  act: string
  objectType: string
  objectId: string
  /** JSON that says what was done; never a secret, long values by their hash */
  detail?: Prisma.InputJsonObject
}

/** Class of the advisory lock that makes one chain of concurrent writers. */
const auditLock = 0x57420001

/** An act with who did it, in which request. */
export type AuditAct = AuditRecord & { actor: Actor; requestId: string | null }

/**
 * Writes one audit row in the transaction of the act. Call it last: from here to the commit no other act can be
 * recorded, which is what keeps the chain unforked.
 */
export async function recordAudit(tx: Tx, actor: Actor, record: AuditRecord): Promise<void> {
  await recordAudits(tx, [{ ...record, actor, requestId: currentRequestId() }])
}

/** The same for several acts that are done in one transaction: a row for each, in their order. */
export async function recordAudits(tx: Tx, acts: readonly AuditAct[]): Promise<void> {
  if (acts.length === 0) return
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${auditLock}::bigint)`
  const last = await tx.auditEntry.findFirst({ orderBy: { seq: 'desc' }, select: { seq: true, hash: true } })
  let prevHash = last?.hash ?? firstHash
  let seq = last?.seq ?? 0n
  const rows = acts.map((act) => {
    seq++
    const facts = factsOf(act, seq)
    const row = { ...facts, prevHash, hash: auditHash(prevHash, facts) }
    prevHash = row.hash
    return row
  })
  await tx.auditEntry.createMany({ data: rows })
}

function factsOf({ actor, requestId, act, objectType, objectId, detail }: AuditAct, seq: bigint) {
  return {
    seq,
    at: new Date(),
    actor: actorRef(actor),
    actorName: actor.name,
    act,
    objectType,
    objectId,
    // as it will be read back: members that are undefined are not stored
    detail: JSON.parse(JSON.stringify(detail ?? {})),
    requestId,
  }
}
