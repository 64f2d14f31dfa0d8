import type { Metadata } from 'next'
import { PosturePage } from '#components/posture/posture-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { postureQuery } from '#lib/client/posture.ts'
import { getPosture } from '#lib/services/posture/get.ts'
import { Hydrated } from './hydrated.tsx'

export const metadata: Metadata = { title: 'Posture' }

export default async function Page() {
  const actor = await requirePageActor()
  return (
    <Hydrated
      load={(client) => [client.prefetchQuery({ queryKey: postureQuery().queryKey, queryFn: () => getPosture(actor) })]}
    >
      <PosturePage />
    </Hydrated>
  )
}
