import { z } from 'zod'
import { artifactOriginsQuerySchema, artifactOriginsSchema } from '#lib/contract/evidence.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { artifactOrigins } from '#lib/services/artifacts/origins.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ digest: z.string().max(200) }),
  query: artifactOriginsQuerySchema,
  answer: artifactOriginsSchema,
  run: ({ actor, params, query }) => artifactOrigins(actor, params.digest.replace(/%3a/i, ':'), query.levels),
})
