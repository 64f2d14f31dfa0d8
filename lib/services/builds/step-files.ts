import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { notFound } from '#lib/errors.ts'
import type { Report } from '#lib/in-toto/index.ts'
import { HEAVY_BYTES, isHeavy, runHeavy } from '../heavy/run-heavy.ts'
import { documentBytes, judgedBuild } from './judged-build.ts'
import { readStepFiles, type StepFiles, type StepFilesQuery } from './read-step-files.ts'

/** What the link of a step recorded, a page of each list; `q` is a part of a path or the beginning of a digest. */
export async function stepFiles(actor: Actor, id: string, name: string, query: StepFilesQuery): Promise<StepFiles> {
  requireRight(actor, 'read')
  const { report } = await judgedBuild(id)
  const step = report === null ? undefined : within(report, query.path).steps.find((one) => one.name === name)
  if (step === undefined) throw notFound(`step ${name.slice(0, 200)} in this build`)
  const heavy = isHeavy(await documentBytes([step]), HEAVY_BYTES)
  return heavy ? runHeavy('read-step-files', { step, query }) : readStepFiles({ step, query })
}

function within(report: Report, path: readonly string[]): Report {
  let inner = report
  for (const name of path) {
    const next = inner.steps.find((step) => step.name === name)?.sublayout
    if (next === undefined) throw notFound(`sublayout ${name.slice(0, 200)} in this build`)
    inner = next
  }
  return inner
}
