import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { z } from 'zod'
import { BuildPage } from '#components/why/build-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { can } from '#lib/auth/rights.ts'
import { buildQuery } from '#lib/client/builds.ts'
import { getQueryClient } from '#lib/client/query.ts'
import { getBuildOrNotFound, stateWord } from './get-build.ts'

interface Props {
  params: Promise<{ id: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

const asked = z.object({
  tab: z.enum(['summary', 'files', 'evidence', 'history']).catch('summary'),
  f: z.string().max(4096).nullable().catch(null).default(null),
})

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const build = await getBuildOrNotFound(await requirePageActor(), (await params).id)
  return { title: `${stateWord(build.state)}: ${build.software.name}, ${build.label}` }
}

export default async function Page({ params, searchParams }: Props) {
  const actor = await requirePageActor()
  const { id } = await params
  const { tab, f } = asked.parse(await searchParams)
  const build = await getBuildOrNotFound(actor, id)
  const client = getQueryClient()
  client.setQueryData(buildQuery(id).queryKey, build)
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <BuildPage
        id={id}
        tab={tab}
        file={f}
        may={{ recheck: can(actor, 'evidence:recheck'), draft: can(actor, 'layout:draft') }}
      />
    </HydrationBoundary>
  )
}
