import { z } from 'zod'
import { addressOf } from '#lib/auth/sign-in-limits.ts'
import { setupSchema } from '#lib/contract/access.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { setUp } from '#lib/services/access/set-up.ts'

export const POST = defineRoute({
  right: 'public',
  body: setupSchema,
  answer: z.object({ id: z.uuid() }),
  status: 201,
  run: ({ body, request }) => setUp(body, addressOf(request.headers)),
})
