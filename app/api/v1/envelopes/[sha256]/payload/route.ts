import { z } from 'zod'
import { defineRoute } from '#lib/http/define-route.ts'
import { envelopePayload } from '#lib/services/envelopes/payload.ts'
import { downloadResponse } from '#lib/services/envelopes/raw.ts'

/** What a DSSE envelope carries, decoded and whole. */
export const GET = defineRoute({
  right: 'read',
  params: z.object({ sha256: z.string().max(200) }),
  answer: null,
  run: async ({ actor, params }) => downloadResponse(await envelopePayload(actor, params.sha256)),
})
