import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { ProvenanceGraph } from '#lib/contract/builds.ts'
import { AppError } from '#lib/errors.ts'
import { arrange } from '#lib/provenance/arrange.ts'
import { drawGraph, placeGraph, toArrange } from '#lib/provenance/graph.ts'
import { judgedBuild, judgedLayout } from './judged-build.ts'

const EMPTY: ProvenanceGraph = { nodes: [], edges: [], width: 0, height: 0, problems: [], order: [] }

/** The provenance graph of a build by its current verdict, arranged; without nodes while it waits to be judged. */
export async function buildGraph(actor: Actor, id: string): Promise<ProvenanceGraph> {
  requireRight(actor, 'read')
  const judged = await judgedBuild(id)
  if (judged.report === null) return EMPTY
  const files = judged.build.files.map((file) => ({
    path: file.path,
    algo: file.algo,
    digest: Buffer.from(file.digest).toString('hex'),
  }))
  const drawing = drawGraph(judged.report, {
    layout: await judgedLayout(judged),
    files,
    finalStep: judged.build.finalStep,
  })
  try {
    return placeGraph(drawing, await arrange(toArrange(drawing)))
  } catch (cause) {
    throw new AppError(
      'UNAVAILABLE',
      'The graph could not be arranged. The summary and the evidence are complete; try again.',
      {
        cause,
      },
    )
  }
}
