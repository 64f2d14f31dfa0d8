import { probeSchema, sourceIdSchema } from '#lib/contract/sources.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { testAddedSource } from '#lib/services/sources/test.ts'

export const POST = defineRoute({
  right: 'source:manage',
  params: sourceIdSchema,
  answer: probeSchema,
  run: ({ actor, params }) => testAddedSource(actor, params.id),
})
