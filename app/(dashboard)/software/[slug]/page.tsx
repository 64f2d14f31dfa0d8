import type { Metadata } from 'next'
import { SoftwareDetailPage } from '#components/software/software-detail.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'

export const metadata: Metadata = { title: 'Software' }

export default async function Page({ params }: { params: Promise<{ slug: string }> }) {
  await requirePageActor()
  const { slug } = await params
  return <SoftwareDetailPage slug={decodeURIComponent(slug)} />
}
