import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { GraphPage } from '#components/why/graph-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { buildQuery } from '#lib/client/builds.ts'
import { graphQuery } from '#lib/client/provenance.ts'
import { getQueryClient } from '#lib/client/query.ts'
import { buildGraph } from '#lib/services/builds/graph.ts'
import { getBuildOrNotFound, stateWord } from '../get-build.ts'

interface Props {
  params: Promise<{ id: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const build = await getBuildOrNotFound(await requirePageActor(), (await params).id)
  return { title: `${stateWord(build.state)}: graph of ${build.software.name}, ${build.label}` }
}

export default async function Page({ params }: Props) {
  const actor = await requirePageActor()
  const { id } = await params
  const build = await getBuildOrNotFound(actor, id)
  const graph = await buildGraph(actor, id)
  const client = getQueryClient()
  client.setQueryData(buildQuery(id).queryKey, build)
  client.setQueryData(graphQuery(id).queryKey, graph)
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <GraphPage id={id} />
    </HydrationBoundary>
  )
}
