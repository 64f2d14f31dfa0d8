import type { Actor } from '#lib/auth/actor.ts'
import { actorRef } from '#lib/auth/actor.ts'
import type { Sql } from '#lib/db/sql.ts'
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
export async function recordAudit(sql: Sql, actor: Actor, record: AuditRecord): Promise<void> {
  await recordAudits(sql, [{ ...record, actor, requestId: currentRequestId() }])
}

/** The same for several acts that are done in one transaction: a row for each, in their order. */
export async function recordAudits(sql: Sql, acts: readonly AuditAct[]): Promise<void> {
  if (acts.length === 0) return
  await sql.$executeRaw`SELECT pg_advisory_xact_lock(${auditLock}::bigint)`
  // a statement of its own: only now everybody before us is seen
  const [last] = await sql.$queryRaw<{ seq: bigint; hash: Uint8Array }[]>`
    SELECT "seq", "hash" FROM "AuditEntry" ORDER BY "seq" DESC LIMIT 1`
  let prevHash: Uint8Array = last?.hash ?? firstHash
  let seq = last?.seq ?? 0n
  const rows = acts.map((act) => {
    seq++
    const facts = factsOf(act, seq)
    const row = { ...facts, prevHash, hash: auditHash(prevHash, facts) }
    prevHash = row.hash
    return row
  })
  await sql.$executeRaw`
    INSERT INTO "AuditEntry" ("seq", "at", "actor", "actorName", "act", "objectType", "objectId", "detail", "requestId",
                              "prevHash", "hash")
    SELECT t.seq, t.at, t.actor, t.name, t.act, t.type, t.object, t.detail::jsonb, t.request, t.before, t.hash
    FROM unnest(${rows.map((r) => r.seq)}::bigint[], ${rows.map((r) => r.at)}::timestamptz[],
                ${rows.map((r) => r.actor)}::text[], ${rows.map((r) => r.actorName)}::text[],
                ${rows.map((r) => r.act)}::text[], ${rows.map((r) => r.objectType)}::text[],
                ${rows.map((r) => r.objectId)}::text[], ${rows.map((r) => JSON.stringify(r.detail))}::text[],
                ${rows.map((r) => r.requestId)}::text[], ${rows.map((r) => r.prevHash)}::bytea[],
                ${rows.map((r) => r.hash)}::bytea[])
         AS t(seq, at, actor, name, act, type, object, detail, request, before, hash)`
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
