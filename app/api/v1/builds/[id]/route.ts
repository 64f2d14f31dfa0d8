import { z } from 'zod'
import { buildDetailSchema } from '#lib/contract/builds.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { getBuild } from '#lib/services/builds/get.ts'

/** By id or short id. */
export const GET = defineRoute({
  right: 'read',
  params: z.object({ id: z.string().max(100) }),
  answer: buildDetailSchema,
  run: ({ actor, params }) => getBuild(actor, params.id),
})
