import { z } from 'zod'
import { envelopeContentSchema } from '#lib/contract/evidence.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { envelopeContent } from '#lib/services/envelopes/content.ts'

/** What is in a document, for people: decoded, with its signatures and main facts; large ones cut. */
export const GET = defineRoute({
  right: 'read',
  params: z.object({ sha256: z.string().max(200) }),
  answer: envelopeContentSchema,
  run: ({ actor, params }) => envelopeContent(actor, params.sha256),
})
