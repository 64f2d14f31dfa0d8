import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { BuildDetail } from '#lib/contract/builds.ts'
import { HEAVY_BYTES, isHeavy, runHeavy } from '../heavy/run-heavy.ts'
import { documentBytes, judgedBuild } from './judged-build.ts'
import { buildOf } from './read-build.ts'

/** A build by id or short id: verdict, why, files, evidence, and the verdicts before. */
export async function getBuild(actor: Actor, id: string): Promise<BuildDetail> {
  requireRight(actor, 'read')
  const judged = await judgedBuild(id)
  const heavy = isHeavy(await documentBytes(judged.report?.steps ?? []), HEAVY_BYTES)
  return heavy ? runHeavy('read-build', { id }) : buildOf(judged)
}
