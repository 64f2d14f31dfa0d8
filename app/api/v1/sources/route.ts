import { createSourceSchema, sourceListSchema, sourceRowSchema } from '#lib/contract/sources.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { createSource } from '#lib/services/sources/create.ts'
import { listSources } from '#lib/services/sources/list.ts'

export const GET = defineRoute({
  right: 'read',
  answer: sourceListSchema,
  run: ({ actor }) => listSources(actor),
})

export const POST = defineRoute({
  right: 'source:manage',
  body: createSourceSchema,
  answer: sourceRowSchema,
  status: 201,
  run: ({ actor, body }) => createSource(actor, body),
})
