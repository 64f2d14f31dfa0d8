import type { Metadata } from 'next'
import { EnvelopePage } from '#components/sources/envelope-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { envelopeContentQuery, envelopeQuery } from '#lib/client/evidence.ts'
import { envelopeContent } from '#lib/services/envelopes/content.ts'
import { getEnvelope } from '#lib/services/envelopes/get.ts'
import { Hydrated, orNotFound } from '../../../hydrated.tsx'

export const metadata: Metadata = { title: 'Document' }

export default async function Page({ params }: { params: Promise<{ sha256: string }> }) {
  const actor = await requirePageActor()
  const sha256 = decodeURIComponent((await params).sha256)
  const found = await orNotFound(getEnvelope(actor, sha256))
  return (
    <Hydrated
      load={(client) => [
        client.prefetchQuery({ queryKey: envelopeQuery(sha256).queryKey, queryFn: () => found }),
        client.prefetchQuery({
          queryKey: envelopeContentQuery(sha256).queryKey,
          queryFn: () => envelopeContent(actor, sha256),
        }),
      ]}
    >
      <EnvelopePage sha256={sha256} />
    </Hydrated>
  )
}
