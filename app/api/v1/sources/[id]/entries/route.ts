import { sourceEntryPageSchema, sourceEntryQuerySchema, sourceIdSchema } from '#lib/contract/sources.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { listEntries } from '#lib/services/sources/list-entries.ts'

export const GET = defineRoute({
  right: 'read',
  params: sourceIdSchema,
  query: sourceEntryQuerySchema,
  answer: sourceEntryPageSchema,
  run: ({ actor, params, query }) => listEntries(actor, params.id, query),
})
