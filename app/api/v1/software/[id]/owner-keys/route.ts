import { z } from 'zod'
import { setOwnerKeysSchema, softwareDetailSchema } from '#lib/contract/software.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { setOwnerKeys } from '#lib/services/software/set-owner-keys.ts'

export const PUT = defineRoute({
  right: 'owner-keys:set',
  params: z.object({ id: z.string().max(100) }),
  body: setOwnerKeysSchema,
  answer: softwareDetailSchema,
  run: ({ actor, params, body }) => setOwnerKeys(actor, params.id, body),
})
