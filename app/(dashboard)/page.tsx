import type { Metadata } from 'next'
import { PosturePage } from '#components/posture/posture-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'

export const metadata: Metadata = { title: 'Posture' }

export default async function Page() {
  await requirePageActor()
  return <PosturePage />
}
