import { identitiesSchema } from '#lib/contract/identities.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { listIdentities } from '#lib/services/identities/list.ts'

export const GET = defineRoute({
  right: 'read',
  answer: identitiesSchema,
  run: ({ actor }) => listIdentities(actor),
})
