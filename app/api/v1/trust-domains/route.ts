import { addTrustSchema, trustDomainRowSchema, trustListSchema } from '#lib/contract/trust.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { addTrust } from '#lib/services/trust/add.ts'
import { listTrust } from '#lib/services/trust/list.ts'

export const GET = defineRoute({
  right: 'read',
  answer: trustListSchema,
  run: ({ actor }) => listTrust(actor),
})

export const POST = defineRoute({
  right: 'trust:set',
  body: addTrustSchema,
  answer: trustDomainRowSchema,
  status: 201,
  bodyLimit: 2_000_000,
  run: ({ actor, body }) => addTrust(actor, body),
})
