import type { Metadata } from 'next'
import { SoftwarePage } from '#components/software/software-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'

export const metadata: Metadata = { title: 'Software' }

export default async function Page() {
  await requirePageActor()
  return <SoftwarePage />
}
