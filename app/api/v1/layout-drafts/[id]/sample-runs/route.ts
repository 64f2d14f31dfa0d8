import { z } from 'zod'
import { sampleRunListSchema } from '#lib/contract/layouts.ts'
import { uuidSchema } from '#lib/contract/verdict.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { listSampleRuns } from '#lib/services/layouts/sample-runs.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ id: uuidSchema }),
  answer: sampleRunListSchema,
  run: async ({ actor, params: { id } }) => ({ runs: await listSampleRuns(actor, id) }),
})
