import type { Metadata } from 'next'
import { SoftwareDetailPage } from '#components/software/software-detail.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { softwareQuery } from '#lib/client/software.ts'
import { getSoftware } from '#lib/services/software/get.ts'
import { Hydrated, orNotFound } from '../../hydrated.tsx'

export const metadata: Metadata = { title: 'Software' }

export default async function Page({ params }: { params: Promise<{ slug: string }> }) {
  const actor = await requirePageActor()
  const slug = decodeURIComponent((await params).slug)
  const found = await orNotFound(getSoftware(actor, slug))
  return (
    <Hydrated
      load={(client) => [client.prefetchQuery({ queryKey: softwareQuery(slug).queryKey, queryFn: () => found })]}
    >
      <SoftwareDetailPage slug={slug} />
    </Hydrated>
  )
}
