import type { Metadata } from 'next'
import { BuildsPage } from '#components/builds/builds-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'

export const metadata: Metadata = { title: 'Builds' }

export default async function Page() {
  await requirePageActor()
  return <BuildsPage />
}
