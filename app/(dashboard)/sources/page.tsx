import type { Metadata } from 'next'
import { SourcesPage } from '#components/sources/sources-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { IMPORTS_PER_PAGE, importsQuery, QUARANTINE_PER_PAGE, quarantineQuery } from '#lib/client/evidence.ts'
import { firstPage } from '#lib/client/first-page.ts'
import { sourcesQuery } from '#lib/client/sources.ts'
import { listEnvelopes } from '#lib/services/envelopes/list.ts'
import { listImports } from '#lib/services/imports/list.ts'
import { listSources } from '#lib/services/sources/list.ts'
import { Hydrated } from '../hydrated.tsx'

export const metadata: Metadata = { title: 'Sources' }

export default async function Page() {
  const actor = await requirePageActor()
  return (
    <Hydrated
      load={(client) => [
        client.prefetchInfiniteQuery({
          queryKey: importsQuery().queryKey,
          queryFn: () => listImports(actor, { limit: IMPORTS_PER_PAGE }),
          initialPageParam: firstPage(),
        }),
        client.prefetchInfiniteQuery({
          queryKey: quarantineQuery().queryKey,
          queryFn: () => listEnvelopes(actor, { status: 'quarantined', limit: QUARANTINE_PER_PAGE }),
          initialPageParam: firstPage(),
        }),
        client.prefetchQuery({ queryKey: sourcesQuery().queryKey, queryFn: () => listSources(actor) }),
      ]}
    >
      <SourcesPage />
    </Hydrated>
  )
}
