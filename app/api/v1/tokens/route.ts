import { z } from 'zod'
import { createdTokenSchema, createTokenSchema, tokenSchema } from '#lib/contract/access.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { createToken } from '#lib/services/access/create-token.ts'
import { listTokens } from '#lib/services/access/list-tokens.ts'

export const GET = defineRoute({
  right: 'tokens:manage',
  answer: z.array(tokenSchema),
  run: ({ actor }) => listTokens(actor),
})

export const POST = defineRoute({
  right: 'tokens:manage',
  body: createTokenSchema,
  answer: createdTokenSchema,
  status: 201,
  run: ({ actor, body }) => createToken(actor, body),
})
