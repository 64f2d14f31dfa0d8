import { demoSchema, removedDemoSchema } from '#lib/contract/demo.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { loadDemo } from '#lib/services/demo/load-demo.ts'
import { removeDemo } from '#lib/services/demo/remove-demo.ts'

export const POST = defineRoute({
  right: 'demo:manage',
  answer: demoSchema,
  status: 201,
  run: ({ actor }) => loadDemo(actor),
})

export const DELETE = defineRoute({
  right: 'demo:manage',
  answer: removedDemoSchema,
  run: ({ actor }) => removeDemo(actor),
})
