import type { Metadata } from 'next'
import { IdentitiesPage } from '#components/identities/identities-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'

export const metadata: Metadata = { title: 'Identities' }

export default async function Page() {
  await requirePageActor()
  return <IdentitiesPage />
}
