import { z } from 'zod'
import { defineRoute } from '#lib/http/define-route.ts'
import { downloadResponse, rawEnvelope } from '#lib/services/envelopes/raw.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ sha256: z.string().max(200) }),
  answer: null,
  run: async ({ actor, params }) => downloadResponse(await rawEnvelope(actor, params.sha256)),
})
