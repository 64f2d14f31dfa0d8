import { z } from 'zod'
import { sampleRunSchema } from '#lib/contract/layouts.ts'
import { uuidSchema } from '#lib/contract/verdict.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { getSampleRun } from '#lib/services/layouts/sample-runs.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ id: uuidSchema }),
  answer: sampleRunSchema,
  run: ({ actor, params: { id } }) => getSampleRun(actor, id),
})
