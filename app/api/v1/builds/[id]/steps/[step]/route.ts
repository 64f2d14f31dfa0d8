import { z } from 'zod'
import { stepFilesQuerySchema, stepFilesSchema } from '#lib/contract/builds.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { stepFiles } from '#lib/services/builds/step-files.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ id: z.string().max(100), step: z.string().max(1000) }),
  query: stepFilesQuerySchema,
  answer: stepFilesSchema,
  run: ({ actor, params, query }) => stepFiles(actor, params.id, params.step, query),
})
