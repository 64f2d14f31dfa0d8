import { db } from '#lib/db/client.ts'
import { takenOutOf } from '../evidence/list-taken-out.ts'
import { loadTrust } from '../trust/load.ts'
import { noLayoutVerdict } from './broken-report.ts'
import { contextOf, type JudgingContext, loadSoftware, type SoftwareRow, takesCertificates } from './context.ts'
import { judgeOne } from './judge-build.ts'
import { judgeTarget } from './judge-target.ts'
import { alone } from './lock.ts'
import { passBounds, readProgress, saveProgress } from './progress.ts'
import { DocumentCache } from './stored-documents.ts'
import { allTargets, certifiedInside, type Touched, touchedSince, waitingForAuthorities } from './touched.ts'

/**
 * Job: finds and judges the builds of a software that evidence since the last pass can have changed; all of them after
 * another layout, other owner keys or other settings. May run twice, and goes on where it was cut off.
 */
export async function judgeSoftwareJob({ softwareId }: { softwareId: string }, given?: Date): Promise<void> {
  await alone(softwareId, async () => {
    const software = await loadSoftware(softwareId)
    if (software === null) return
    const context = contextOf(software, await loadTrust(), await takenOutOf(db, software.id))
    if (context === null) await sayNoLayout(software, given ?? new Date())
    else await judgeAll(context, given)
  })
}

async function judgeAll(context: JudgingContext, given: Date | undefined): Promise<void> {
  const { software, mark } = context
  const before = await readProgress(software.id)
  const known = before?.mark === mark ? before : null
  const bounds = await passBounds(known)
  // after the bounds: what they say was looked at came before this time
  const now = given ?? new Date()
  const touched = known === null ? await allTargets(context) : await touchedSince(context, known.done)
  await judgeTouched(context, touched, now)
  if (known !== null && known.authorities !== bounds.authorities) {
    await judgeTouched(context, await waitingForAuthorities(context), now)
  }
  if (known !== null && known.trust !== context.trust.mark && !takesCertificates(context.layout)) {
    await judgeTouched(context, await certifiedInside(context), now)
  }
  await saveProgress(software.id, { mark, trust: context.trust.mark, ...bounds })
}

async function judgeTouched(context: JudgingContext, touched: Touched, now: Date): Promise<void> {
  const cache = new DocumentCache()
  const judged = new Set<string>()
  for (const id of touched.deliveries) {
    for (const build of await judgeTarget(context, { kind: 'delivery', id }, now, cache)) judged.add(build)
  }
  for (const envelopeIds of touched.loose) {
    for (const build of await judgeTarget(context, { kind: 'loose', envelopeIds }, now, cache)) judged.add(build)
  }
  for (const id of touched.builds) if (!judged.has(id)) await judgeOne(id, now, cache)
}

/** What was allowed by a layout that is no longer in force is not allowed any more. */
async function sayNoLayout(software: SoftwareRow, now: Date): Promise<void> {
  const cache = new DocumentCache()
  const builds = await db.build.findMany({
    where: {
      softwareId: software.id,
      current: { code: { not: noLayoutVerdict(software.name, 0).report.reasons[0]?.code ?? '' } },
    },
    select: { id: true },
  })
  const allowed = await db.build.findMany({
    where: { softwareId: software.id, current: { code: null } },
    select: { id: true },
  })
  for (const id of new Set([...builds, ...allowed].map((one) => one.id))) await judgeOne(id, now, cache)
  await db.setting.deleteMany({ where: { key: `judged:${software.id}` } })
}
