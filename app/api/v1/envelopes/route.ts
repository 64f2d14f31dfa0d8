import { envelopeListQuerySchema, envelopePageSchema } from '#lib/contract/evidence.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { listEnvelopes } from '#lib/services/envelopes/list.ts'

export const GET = defineRoute({
  right: 'read',
  query: envelopeListQuerySchema,
  answer: envelopePageSchema,
  run: ({ actor, query }) => listEnvelopes(actor, query),
})
