import type { z } from 'zod'
import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { takenOutListSchema, takeOutSchema } from '#lib/contract/taken-out.ts'
import { inTransaction } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { findSoftware } from '../software/find-software.ts'
import { listTakenOut, takenOutOf } from './list-taken-out.ts'

/**
 * Takes a document out of consideration for the builds of a software, by its digest and with a reason, or puts it back
 * (builds-and-evidence: "taking a link out is an act by name"). The document itself stays, and every verdict that is
 * given without it says so.
 */
export async function takeOut(
  actor: Actor,
  id: string,
  input: z.output<typeof takeOutSchema>,
  now = new Date(),
): Promise<z.input<typeof takenOutListSchema>> {
  requireRight(actor, 'evidence:take-out')
  const out = input.act === 'take-out'
  const softwareId = await inTransaction(async (tx) => {
    const software = await findSoftware(id, tx)
    await tx.$queryRaw`SELECT 1 FROM "Software" WHERE "id" = ${software.id}::uuid FOR UPDATE`
    const sha256 = Uint8Array.from(Buffer.from(input.sha256, 'hex'))
    const envelope = await tx.envelope.findUnique({ where: { sha256 } })
    if (envelope === null) throw notFound(`evidence with the digest ${input.sha256.slice(0, 12)}`)
    const signedSha256 = envelope.signedSha256 ?? sha256
    const { rows } = await takenOutOf(tx, software.id)
    const isOut = rows.some((row) => row.signedSha256 === Buffer.from(signedSha256).toString('hex'))
    if (isOut === out) {
      throw new AppError(
        'CONFLICT',
        out ? 'This document is out of consideration already.' : 'This document is not out of consideration.',
      )
    }
    const { reason } = input
    const by = { actor: actorRef(actor), actorName: actor.name || actorRef(actor) }
    await tx.takenOut.create({ data: { softwareId: software.id, sha256, signedSha256, out, reason, at: now, ...by } })
    await enqueue(tx, 'judge-software', { softwareId: software.id }, { dedupeKey: `judge-software:${software.id}` })
    await recordAudit(tx, actor, {
      act: out ? 'evidence.take-out' : 'evidence.put-back',
      objectType: 'software',
      objectId: software.id,
      detail: { sha256: input.sha256, signed: Buffer.from(signedSha256).toString('hex'), reason },
    })
    return software.id
  })
  return listTakenOut(actor, softwareId)
}
