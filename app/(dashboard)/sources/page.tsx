import type { Metadata } from 'next'
import { SourcesPage } from '#components/sources/sources-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { IMPORTS_PER_PAGE, importsQuery } from '#lib/client/evidence.ts'
import { firstPage } from '#lib/client/first-page.ts'
import { listImports } from '#lib/services/imports/list.ts'
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
      ]}
    >
      <SourcesPage />
    </Hydrated>
  )
}
