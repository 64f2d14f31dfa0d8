import { postureSchema } from '#lib/contract/posture.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { getPosture } from '#lib/services/posture/get.ts'

export const GET = defineRoute({
  right: 'read',
  answer: postureSchema,
  run: ({ actor }) => getPosture(actor),
})
