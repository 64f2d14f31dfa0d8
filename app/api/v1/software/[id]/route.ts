import { z } from 'zod'
import { softwareDetailSchema } from '#lib/contract/software.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { getSoftware } from '#lib/services/software/get.ts'

/** By id or slug. */
export const GET = defineRoute({
  right: 'read',
  params: z.object({ id: z.string().max(100) }),
  answer: softwareDetailSchema,
  run: ({ actor, params }) => getSoftware(actor, params.id),
})
