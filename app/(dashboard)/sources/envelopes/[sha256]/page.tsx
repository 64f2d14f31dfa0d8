import type { Metadata } from 'next'
import { EnvelopePage } from '#components/sources/envelope-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'

export const metadata: Metadata = { title: 'Document' }

export default async function Page({ params }: { params: Promise<{ sha256: string }> }) {
  await requirePageActor()
  return <EnvelopePage sha256={(await params).sha256} />
}
