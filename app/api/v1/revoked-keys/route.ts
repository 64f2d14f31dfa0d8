import { revokedKeyListSchema, revokeKeysSchema } from '#lib/contract/revoked-keys.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { listRevokedKeys } from '#lib/services/revoked-keys/list.ts'
import { revokeKeys } from '#lib/services/revoked-keys/revoke.ts'

export const GET = defineRoute({
  right: 'read',
  answer: revokedKeyListSchema,
  run: async ({ actor }) => ({ rows: await listRevokedKeys(actor) }),
})

export const POST = defineRoute({
  right: 'key:revoke',
  body: revokeKeysSchema,
  answer: revokedKeyListSchema,
  status: 201,
  run: async ({ actor, body }) => ({ rows: await revokeKeys(actor, body) }),
})
