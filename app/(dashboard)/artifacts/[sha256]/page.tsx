import type { Metadata } from 'next'
import { ArtifactPage } from '#components/artifacts/artifact-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { artifactQuery } from '#lib/client/evidence.ts'
import { getArtifact } from '#lib/services/artifacts/get.ts'
import { Hydrated } from '../../hydrated.tsx'

export const metadata: Metadata = { title: 'Artifact' }

// a digest that nothing speaks of has a face of its own there
export default async function Page({ params }: { params: Promise<{ sha256: string }> }) {
  const actor = await requirePageActor()
  const digest = decodeURIComponent((await params).sha256)
  return (
    <Hydrated
      load={(client) => [
        client.prefetchQuery({ queryKey: artifactQuery(digest).queryKey, queryFn: () => getArtifact(actor, digest) }),
      ]}
    >
      <ArtifactPage digest={digest} />
    </Hydrated>
  )
}
