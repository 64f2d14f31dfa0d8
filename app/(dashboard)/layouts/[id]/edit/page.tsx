import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'
import { DraftPage } from '#components/layouts/draft-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { draftQuery } from '#lib/client/layouts.ts'
import { getQueryClient } from '#lib/client/query.ts'
import { uuidSchema } from '#lib/contract/verdict.ts'
import { findLayout } from '#lib/services/layouts/find.ts'

export const metadata: Metadata = { title: 'Draw a layout' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const actor = await requirePageActor()
  const { id } = await params
  if (!uuidSchema.safeParse(id).success) notFound()
  const found = await findLayout(actor, id)
  if (found === null) notFound()
  if (found.kind === 'version') redirect(`/layouts/${id}`)
  const client = getQueryClient()
  client.setQueryData(draftQuery(id).queryKey, found.draft)
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <DraftPage id={id} />
    </HydrationBoundary>
  )
}
