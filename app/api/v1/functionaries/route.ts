import { declareFunctionarySchema, functionaryListSchema, functionarySchema } from '#lib/contract/functionaries.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { declareFunctionary } from '#lib/services/functionaries/declare.ts'
import { listFunctionaries } from '#lib/services/functionaries/list.ts'

export const GET = defineRoute({
  right: 'read',
  answer: functionaryListSchema,
  run: async ({ actor }) => ({ rows: await listFunctionaries(actor) }),
})

export const POST = defineRoute({
  right: 'functionary:declare',
  body: declareFunctionarySchema,
  answer: functionarySchema,
  status: 201,
  run: ({ actor, body }) => declareFunctionary(actor, body),
})
