import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'
import { SignView } from '#components/layouts/sign-view.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { versionQuery } from '#lib/client/layouts.ts'
import { getQueryClient } from '#lib/client/query.ts'
import { uuidSchema } from '#lib/contract/verdict.ts'
import { findLayout } from '#lib/services/layouts/find.ts'

export const metadata: Metadata = { title: 'Sign a layout' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const actor = await requirePageActor()
  const { id } = await params
  if (!uuidSchema.safeParse(id).success) notFound()
  const found = await findLayout(actor, id)
  // a draft is signed from its editor, which makes the version first
  if (found?.kind === 'draft') redirect(`/layouts/${id}/edit`)
  if (found?.kind !== 'version') notFound()
  const client = getQueryClient()
  client.setQueryData(versionQuery(id).queryKey, found.version)
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <SignView id={id} now={Date.now()} />
    </HydrationBoundary>
  )
}
