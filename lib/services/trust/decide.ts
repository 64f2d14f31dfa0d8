import { type Actor, actorRef } from '#lib/auth/actor.ts'
import type { Tx } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import type { TrustDecision } from '#lib/generated/prisma/client.ts'
import { recordAudit } from '../audit/record.ts'
import { judgeEverything } from './judge-everything.ts'

/** Class of the advisory lock under which decisions are made: each sees all that were made before. */
const trustLock = 0x57420003

export async function lockTrust(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${trustLock}::bigint)`
}

type Said = Pick<TrustDecision, 'trustDomain' | 'kind' | 'at' | 'reason' | 'source'> &
  Partial<Pick<TrustDecision, 'content' | 'sequence' | 'root'>>

/**
 * Writes a decision about trust, with its audit row, and has every software judged again that it may concern. Call it
 * last in the transaction, after `lockTrust`.
 */
export async function decide(
  tx: Tx,
  actor: Actor,
  said: Said,
  detail: { readonly roots: readonly string[]; readonly ends?: readonly string[] },
  now: Date,
): Promise<void> {
  const { trustDomain, kind, at, reason, source } = said
  if (at > now) {
    throw new AppError(
      'BAD_REQUEST',
      `A decision about trust holds from now on, or from an earlier time on; ${at.toISOString()} is ahead.`,
    )
  }
  await tx.trustDecision.create({
    data: { ...said, decidedAt: now, actor: actorRef(actor), actorName: actor.name || actorRef(actor) },
  })
  await judgeEverything(tx)
  await recordAudit(tx, actor, {
    act: `trust.${kind}`,
    objectType: 'trust-domain',
    objectId: trustDomain,
    detail: { ...detail, at: at.toISOString(), reason, source, sequence: said.sequence ?? null },
  })
}
