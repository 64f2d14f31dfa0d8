import { verificationPageSchema, verificationQuerySchema } from '#lib/contract/verifications.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { listVerifications } from '#lib/services/verifications/list.ts'

/** What others decided about artifacts, the last received first. */
export const GET = defineRoute({
  right: 'read',
  query: verificationQuerySchema,
  answer: verificationPageSchema,
  run: ({ actor, query }) => listVerifications(actor, query),
})
