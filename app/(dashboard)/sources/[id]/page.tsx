import type { Metadata } from 'next'
import { ImportPage } from '#components/sources/import-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { importQuery } from '#lib/client/evidence.ts'
import { getImport } from '#lib/services/imports/get.ts'
import { Hydrated, orNotFound } from '../../hydrated.tsx'

export const metadata: Metadata = { title: 'Import' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const actor = await requirePageActor()
  const id = decodeURIComponent((await params).id)
  const found = await orNotFound(getImport(actor, id))
  return (
    <Hydrated load={(client) => [client.prefetchQuery({ queryKey: importQuery(id).queryKey, queryFn: () => found })]}>
      <ImportPage id={id} />
    </Hydrated>
  )
}
