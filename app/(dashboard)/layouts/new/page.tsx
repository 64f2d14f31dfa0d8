import type { Metadata } from 'next'
import { NewLayout } from '#components/layouts/new-layout.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { listSoftwareChoices } from '#lib/services/layouts/software-choices.ts'

export const metadata: Metadata = { title: 'New layout' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const actor = await requirePageActor()
  requireRight(actor, 'layout:draft')
  const { from } = await searchParams
  return <NewLayout software={await listSoftwareChoices(actor)} from={typeof from === 'string' ? from : null} />
}
