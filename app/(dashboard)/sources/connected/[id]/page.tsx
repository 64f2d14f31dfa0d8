import type { Metadata } from 'next'
import { z } from 'zod'
import { SourcePage } from '#components/sources/source-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { firstPage } from '#lib/client/first-page.ts'
import { ENTRIES_PER_PAGE, sourceEntriesQuery, sourceQuery } from '#lib/client/sources.ts'
import { sourceEntryQuerySchema } from '#lib/contract/sources.ts'
import { notFound } from '#lib/errors.ts'
import { getSource } from '#lib/services/sources/get.ts'
import { listEntries } from '#lib/services/sources/list-entries.ts'
import { Hydrated, orNotFound } from '../../../hydrated.tsx'

export const metadata: Metadata = { title: 'Source' }

interface Props {
  readonly params: Promise<{ id: string }>
  readonly searchParams: Promise<{ show?: string | string[] }>
}

export default async function Page({ params, searchParams }: Props) {
  const actor = await requirePageActor()
  const { id } = await params
  const isId = z.uuid().safeParse(id).success
  const found = await orNotFound(isId ? getSource(actor, id) : Promise.reject(notFound('source with this id')))
  // as the page itself reads its address
  const show = sourceEntryQuerySchema.shape.show.safeParse((await searchParams).show ?? 'problems').data ?? 'problems'
  return (
    <Hydrated
      load={(client) => [
        client.prefetchQuery({ queryKey: sourceQuery(id).queryKey, queryFn: () => found }),
        client.prefetchInfiniteQuery({
          queryKey: sourceEntriesQuery(id, show).queryKey,
          queryFn: () => listEntries(actor, id, { show, limit: ENTRIES_PER_PAGE }),
          initialPageParam: firstPage(),
        }),
      ]}
    >
      <SourcePage id={id} />
    </Hydrated>
  )
}
