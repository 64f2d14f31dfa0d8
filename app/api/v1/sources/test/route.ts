import { probeSchema, testSourceSchema } from '#lib/contract/sources.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { testSource } from '#lib/services/sources/test.ts'

/** Tries settings before they are added. */
export const POST = defineRoute({
  right: 'source:manage',
  body: testSourceSchema,
  answer: probeSchema,
  run: ({ actor, body }) => testSource(actor, body.settings),
})
