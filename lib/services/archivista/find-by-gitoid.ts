import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { db } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { rawEnvelope } from '../envelopes/raw.ts'
import { bytesOf, hex } from '../imports/store/envelopes.ts'

/** The bytes of a document as they were received. @throws AppError NOT_FOUND, or UNAVAILABLE where they were damaged */
export async function findByGitoid(
  actor: Actor,
  gitoid: string,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; name: string }> {
  requireRight(actor, 'read')
  const row = await db.envelope.findUnique({ where: { gitoid: bytesOf(gitoid) }, select: { sha256: true } })
  if (row === null) throw notFound(`document with the gitoid ${gitoid}`)
  return rawEnvelope(actor, hex(row.sha256))
}
