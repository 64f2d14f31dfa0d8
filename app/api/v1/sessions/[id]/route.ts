import { z } from 'zod'
import { defineRoute } from '#lib/http/define-route.ts'
import { revokeSession } from '#lib/services/access/revoke-session.ts'

export const DELETE = defineRoute({
  right: 'signed-in',
  params: z.object({ id: z.uuid() }),
  answer: null,
  run: async ({ actor, params }) => {
    await revokeSession(actor, params.id)
    return new Response(null, { status: 204 })
  },
})
