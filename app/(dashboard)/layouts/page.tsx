import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { LayoutList } from '#components/layouts/layout-list.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { layoutsQuery } from '#lib/client/layouts.ts'
import { getQueryClient } from '#lib/client/query.ts'
import { listLayouts } from '#lib/services/layouts/list.ts'

export const metadata: Metadata = { title: 'Layouts' }

export default async function Page() {
  const actor = await requirePageActor()
  const client = getQueryClient()
  void client.prefetchQuery({ queryKey: layoutsQuery().queryKey, queryFn: () => listLayouts(actor) })
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <LayoutList now={Date.now()} />
    </HydrationBoundary>
  )
}
