import type { Metadata } from 'next'
import { IdentitiesPage } from '#components/identities/identities-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { identitiesQuery } from '#lib/client/identities.ts'
import { listIdentities } from '#lib/services/identities/list.ts'
import { Hydrated } from '../hydrated.tsx'

export const metadata: Metadata = { title: 'Identities' }

export default async function Page() {
  const actor = await requirePageActor()
  return (
    <Hydrated
      load={(client) => [
        client.prefetchQuery({ queryKey: identitiesQuery().queryKey, queryFn: () => listIdentities(actor) }),
      ]}
    >
      <IdentitiesPage />
    </Hydrated>
  )
}
