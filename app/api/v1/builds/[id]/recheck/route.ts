import { z } from 'zod'
import { uuidSchema } from '#lib/contract/verdict.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { recheckBuild } from '#lib/services/builds/recheck.ts'

export const POST = defineRoute({
  right: 'evidence:recheck',
  params: z.object({ id: z.string().max(100) }),
  answer: z.object({ id: uuidSchema, short: z.string() }),
  status: 202,
  run: ({ actor, params }) => recheckBuild(actor, params.id),
})
