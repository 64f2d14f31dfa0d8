import { z } from 'zod'
import { removedFunctionarySchema } from '#lib/contract/functionaries.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { removeFunctionary } from '#lib/services/functionaries/remove.ts'

export const DELETE = defineRoute({
  right: 'functionary:remove',
  params: z.object({ id: z.uuid() }),
  answer: removedFunctionarySchema,
  run: ({ actor, params }) => removeFunctionary(actor, params.id),
})
