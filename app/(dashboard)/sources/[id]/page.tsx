import type { Metadata } from 'next'
import { ImportPage } from '#components/sources/import-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'

export const metadata: Metadata = { title: 'Import' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  await requirePageActor()
  return <ImportPage id={(await params).id} />
}
