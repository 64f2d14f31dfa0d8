import { z } from 'zod'
import { envelopeDetailSchema } from '#lib/contract/evidence.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { getEnvelope } from '#lib/services/envelopes/get.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ sha256: z.string().max(200) }),
  answer: envelopeDetailSchema,
  run: ({ actor, params }) => getEnvelope(actor, params.sha256),
})
