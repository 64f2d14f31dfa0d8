import type { Metadata } from 'next'
import { ArtifactPage } from '#components/artifacts/artifact-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'

export const metadata: Metadata = { title: 'Artifact' }

export default async function Page({ params }: { params: Promise<{ sha256: string }> }) {
  await requirePageActor()
  return <ArtifactPage digest={(await params).sha256} />
}
