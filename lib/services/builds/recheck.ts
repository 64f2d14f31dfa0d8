import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { inTransaction } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { buildWhere } from './find-build.ts'

/** Asks for a new verdict with what is known now; the worker makes it. */
export async function recheckBuild(actor: Actor, id: string): Promise<{ id: string; short: string }> {
  requireRight(actor, 'evidence:recheck')
  return inTransaction(async (tx) => {
    const build = await tx.build.findUnique({ where: buildWhere(id), select: { id: true, short: true } })
    if (build === null) throw notFound(`build ${id.slice(0, 80)}`)
    await enqueue(tx, 'judge-build', { buildId: build.id }, { dedupeKey: `judge-build:${build.id}` })
    await recordAudit(tx, actor, { act: 'build.recheck', objectType: 'build', objectId: build.id })
    return build
  })
}
