import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { createLoader } from 'nuqs/server'
import { verificationsFilter } from '#components/verifications/verifications-filter.ts'
import { VerificationsPage } from '#components/verifications/verifications-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { firstPage } from '#lib/client/first-page.ts'
import { VERIFICATIONS_PER_PAGE, verificationsQuery } from '#lib/client/verifications.ts'
import { listVerifications } from '#lib/services/verifications/list.ts'
import { Hydrated } from '../hydrated.tsx'

export const metadata: Metadata = { title: 'Verifications made elsewhere' }

const loadFilter = createLoader(verificationsFilter)

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const actor = await requirePageActor()
  const filter = await loadFilter(searchParams)
  const { show, signature } = filter
  const asked = { show, limit: VERIFICATIONS_PER_PAGE, ...(signature === null ? {} : { signature }) }
  return (
    <Hydrated
      load={(client) => [
        client.prefetchInfiniteQuery({
          queryKey: verificationsQuery(filter).queryKey,
          queryFn: () => listVerifications(actor, asked),
          initialPageParam: firstPage(),
        }),
      ]}
    >
      <VerificationsPage />
    </Hydrated>
  )
}
