import { db, inTransaction } from '#lib/db/client.ts'
import { databaseFault } from '#lib/db/database-fault.ts'
import { type FinalGroup, findBuilds, type Store } from '#lib/in-toto/select/builds.ts'
import { type Judged, judgeBuild, judgeLost } from '#lib/in-toto/select/judge-build.ts'
import { PostponeJob } from '#lib/jobs/postpone-job.ts'
import { brokenVerdict } from './broken-report.ts'
import type { JudgingContext } from './context.ts'
import { gather, type Target } from './gather.ts'
import { findOrCreateBuild, saveVerdict } from './save.ts'
import type { DocumentCache } from './stored-documents.ts'

/** Finds and judges every build of a delivery, or of a final link without one. Answers the builds' ids. */
export async function judgeTarget(
  context: JudgingContext,
  target: Target,
  now: Date,
  cache: DocumentCache,
): Promise<string[]> {
  let store: Store
  try {
    store = await gather(context, target, now.getTime(), cache)
  } catch (error) {
    return judgeBroken(context, target, refusal(error, now), now)
  }
  const judged: string[] = []
  for (const build of buildsOf(store, target)) {
    const facts = await inTransaction((tx) => findOrCreateBuild(tx, context, build))
    await saveVerdict(context.software, context.binding, facts, judgeSafely(store, build, now), now)
    judged.push(facts.id)
  }
  return judged
}

/** Evidence of one run that cannot be gathered must not keep the other runs from their verdicts. */
async function judgeBroken(context: JudgingContext, target: Target, judged: Judged, now: Date): Promise<string[]> {
  if (target.kind !== 'delivery') return []
  const where = { softwareId: context.software.id, deliveryId: target.id }
  const builds = await db.build.findMany({ where, include: { files: true } })
  for (const build of builds) await saveVerdict(context.software, context.binding, build, judged, now)
  return builds.map(({ id }) => id)
}

export function buildsOf(store: Store, target: Target): FinalGroup[] {
  return findBuilds(store).filter(({ deliveryId }) =>
    target.kind === 'delivery' ? deliveryId === target.id : deliveryId === null,
  )
}

/** A build that is there, whatever the layout in force makes of its final link now. */
export async function judgeKnown(
  context: JudgingContext,
  target: Target,
  lost: FinalGroup,
  now: Date,
  cache: DocumentCache,
  isIt: (build: FinalGroup) => boolean,
): Promise<Judged> {
  try {
    const store = await gather(context, target, now.getTime(), cache)
    const build = buildsOf(store, target).find(isIt)
    return build === undefined ? judgeLost(store, lost) : judgeBuild(store, build)
  } catch (error) {
    return refusal(error, now)
  }
}

function judgeSafely(store: Store, build: FinalGroup, now: Date): Judged {
  try {
    return judgeBuild(store, build)
  } catch (error) {
    return refusal(error, now)
  }
}

/** Our fault or the evidence's: not a pass. A database that is away is neither; the job is done again. */
function refusal(error: unknown, now: Date): Judged {
  if (error instanceof PostponeJob || databaseFault(error) !== null) throw error
  console.error('a build could not be judged:', error)
  return brokenVerdict(error, now.getTime())
}
