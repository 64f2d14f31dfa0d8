import type { Metadata } from 'next'
import { SoftwarePage } from '#components/software/software-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { softwareListQuery } from '#lib/client/software.ts'
import { listSoftware } from '#lib/services/software/list.ts'
import { Hydrated } from '../hydrated.tsx'

export const metadata: Metadata = { title: 'Software' }

export default async function Page() {
  const actor = await requirePageActor()
  return (
    <Hydrated
      load={(client) => [
        client.prefetchQuery({ queryKey: softwareListQuery().queryKey, queryFn: () => listSoftware(actor) }),
      ]}
    >
      <SoftwarePage />
    </Hydrated>
  )
}
