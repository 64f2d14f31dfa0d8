import { z } from 'zod'
import { trustDomainRowSchema, trustDomainSchema } from '#lib/contract/trust.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { getTrustDomain } from '#lib/services/trust/list.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ name: trustDomainSchema }),
  answer: trustDomainRowSchema,
  run: ({ actor, params }) => getTrustDomain(actor, params.name),
})
