import { auditFilterSchema, auditPageSchema } from '#lib/contract/access.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { listAudit } from '#lib/services/audit/list.ts'

export const GET = defineRoute({
  right: 'audit:read',
  query: auditFilterSchema,
  answer: auditPageSchema,
  run: ({ actor, query }) => listAudit(actor, query),
})
