import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import type { Actor } from './actor.ts'
import { sessionActor } from './session-actor.ts'

/** The signed-in user of the page being rendered, or null. Asked once per request. */
export const pageActor: () => Promise<Actor | null> = cache(async () => sessionActor((await headers()).get('cookie')))

/** The signed-in user; anybody else is sent to the sign-in page, which leads back here. */
export async function requirePageActor(): Promise<Actor> {
  const actor = await pageActor()
  if (actor !== null) return actor
  const path = (await headers()).get('x-waybill-path') ?? '/'
  redirect(`/signin?callbackUrl=${encodeURIComponent(path)}`)
}
