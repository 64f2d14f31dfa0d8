import { z } from 'zod'
import { graphSchema } from '#lib/contract/builds.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { buildGraph } from '#lib/services/builds/graph.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ id: z.string().max(100) }),
  answer: graphSchema,
  run: ({ actor, params }) => buildGraph(actor, params.id),
})
