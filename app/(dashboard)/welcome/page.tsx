import type { Metadata } from 'next'
import { WelcomePage } from '#components/welcome/welcome-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'

export const metadata: Metadata = { title: 'Welcome' }

export default async function Page() {
  await requirePageActor()
  return <WelcomePage />
}
