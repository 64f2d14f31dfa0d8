import { acceptedSchema, sourceIdSchema } from '#lib/contract/sources.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { requestSync } from '#lib/services/sources/request-sync.ts'

/** Asks the worker to sync now; how it goes is read from the source. */
export const POST = defineRoute({
  right: 'source:manage',
  params: sourceIdSchema,
  answer: acceptedSchema,
  status: 202,
  run: ({ actor, params }) => requestSync(actor, params.id),
})
