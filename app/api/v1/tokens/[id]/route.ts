import { z } from 'zod'
import { tokenSchema } from '#lib/contract/access.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { revokeToken } from '#lib/services/access/revoke-token.ts'

export const DELETE = defineRoute({
  right: 'tokens:manage',
  params: z.object({ id: z.uuid() }),
  answer: tokenSchema,
  run: ({ actor, params }) => revokeToken(actor, params.id),
})
