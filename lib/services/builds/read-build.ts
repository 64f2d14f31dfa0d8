import type { BuildDetail } from '#lib/contract/builds.ts'
import { verdictSchema } from '#lib/contract/verdict.ts'
import { db } from '#lib/db/client.ts'
import { explain } from '#lib/provenance/explain.ts'
import { tellingRows } from '../verifications/telling.ts'
import { buildEvidence } from './evidence.ts'
import { explainContext } from './explain-context.ts'
import { type JudgedBuild, judgedBuild } from './judged-build.ts'
import { rowSelect, rowsOf } from './rows.ts'

const HISTORY = 50
const ELSEWHERE = 50

export interface BuildRequest {
  readonly id: string
}

/** The build with all that its page shows. Reads every link that counted: see `getBuild`. */
export async function readBuild({ id }: BuildRequest): Promise<BuildDetail> {
  return buildOf(await judgedBuild(id))
}

export async function buildOf(judged: JudgedBuild): Promise<BuildDetail> {
  const { build, report } = judged
  const [evidence, history, elsewhere, found] = await Promise.all([
    buildEvidence(judged),
    historyOf(judged),
    tellingRows({ about: build.files }, ELSEWHERE),
    db.build.findUniqueOrThrow({ where: { id: build.id }, select: rowSelect }),
  ])
  const [row] = await rowsOf([found])
  if (row === undefined) throw new Error('a build without a row')
  return {
    ...row,
    files: build.files.map(({ path, algo, digest }) => ({ path, algo, digest: Buffer.from(digest).toString('hex') })),
    explanation: explain(report, await explainContext(judged, evidence)),
    report,
    referenceVerdict: report?.referenceVerdict ?? null,
    engine: report?.engine ?? null,
    verifications: elsewhere,
    evidence,
    history,
  }
}

async function historyOf({ build }: JudgedBuild): Promise<BuildDetail['history']> {
  const verdicts = await db.verdict.findMany({
    where: { buildId: build.id },
    orderBy: [{ judgedAt: 'desc' }, { id: 'desc' }],
    take: HISTORY,
    select: {
      id: true,
      verdict: true,
      headline: true,
      judgedAt: true,
      binding: { select: { version: { select: { name: true, number: true } } } },
    },
  })
  return verdicts.map(({ id, verdict, headline, judgedAt, binding }) => ({
    id,
    verdict: verdictSchema.parse(verdict),
    headline,
    judgedAt: judgedAt.toISOString(),
    layout: `${binding.version.name} ${binding.version.number}`,
  }))
}
