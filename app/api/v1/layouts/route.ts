import { layoutListSchema } from '#lib/contract/layouts.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { listLayouts } from '#lib/services/layouts/list.ts'

export const GET = defineRoute({
  right: 'read',
  answer: layoutListSchema,
  run: ({ actor }) => listLayouts(actor),
})
