import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { createLoader } from 'nuqs/server'
import { buildsFilter } from '#components/builds/builds-filter.ts'
import { BuildsPage } from '#components/builds/builds-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { BUILDS_PER_PAGE, buildsQuery } from '#lib/client/builds.ts'
import { firstPage } from '#lib/client/first-page.ts'
import { softwareListQuery } from '#lib/client/software.ts'
import { listBuilds } from '#lib/services/builds/list.ts'
import { listSoftware } from '#lib/services/software/list.ts'
import { Hydrated } from '../hydrated.tsx'

export const metadata: Metadata = { title: 'Builds' }

const loadFilter = createLoader(buildsFilter)

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const actor = await requirePageActor()
  const filter = await loadFilter(searchParams)
  const { state, software, elsewhere, q } = filter
  const asked = {
    ...(state.length > 0 ? { state } : {}),
    ...(software === null ? {} : { software }),
    ...(elsewhere === null ? {} : { elsewhere }),
    ...(q === '' ? {} : { q: q.slice(0, 200) }),
    limit: BUILDS_PER_PAGE,
  }
  return (
    <Hydrated
      load={(client) => [
        client.prefetchInfiniteQuery({
          queryKey: buildsQuery(filter).queryKey,
          queryFn: () => listBuilds(actor, asked),
          initialPageParam: firstPage(),
        }),
        client.prefetchQuery({ queryKey: softwareListQuery().queryKey, queryFn: () => listSoftware(actor) }),
      ]}
    >
      <BuildsPage />
    </Hydrated>
  )
}
