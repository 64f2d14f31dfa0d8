import { verdictAnswerSchema, verdictQuerySchema } from '#lib/contract/verdict.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { verdictByDigest } from '#lib/services/verdicts/by-digest.ts'

/** `?digest=sha256:...`, and `&software=slug` where the place that asks knows whose layout must pass. */
export const GET = defineRoute({
  right: 'read',
  query: verdictQuerySchema,
  answer: verdictAnswerSchema,
  run: ({ actor, query }) => verdictByDigest(actor, query),
})
