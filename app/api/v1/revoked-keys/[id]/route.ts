import { z } from 'zod'
import { restoredKeySchema } from '#lib/contract/revoked-keys.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { restoreKey } from '#lib/services/revoked-keys/restore.ts'

export const DELETE = defineRoute({
  right: 'key:restore',
  params: z.object({ id: z.uuid() }),
  answer: restoredKeySchema,
  run: ({ actor, params }) => restoreKey(actor, params.id),
})
