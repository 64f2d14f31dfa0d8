import type { Metadata } from 'next'
import { z } from 'zod'
import { SourcePage } from '#components/sources/source-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { sourceQuery } from '#lib/client/sources.ts'
import { notFound } from '#lib/errors.ts'
import { getSource } from '#lib/services/sources/get.ts'
import { Hydrated, orNotFound } from '../../../hydrated.tsx'

export const metadata: Metadata = { title: 'Source' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const actor = await requirePageActor()
  const { id } = await params
  const isId = z.uuid().safeParse(id).success
  const found = await orNotFound(isId ? getSource(actor, id) : Promise.reject(notFound('source with this id')))
  return (
    <Hydrated load={(client) => [client.prefetchQuery({ queryKey: sourceQuery(id).queryKey, queryFn: () => found })]}>
      <SourcePage id={id} />
    </Hydrated>
  )
}
