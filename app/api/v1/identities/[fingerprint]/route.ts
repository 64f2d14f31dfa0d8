import { z } from 'zod'
import { renamedKeySchema, renameKeySchema } from '#lib/contract/identities.ts'
import { sha256Schema } from '#lib/contract/verdict.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { renameKey } from '#lib/services/identities/rename.ts'

export const PATCH = defineRoute({
  right: 'layout:draft',
  params: z.object({ fingerprint: sha256Schema }),
  body: renameKeySchema,
  answer: renamedKeySchema,
  run: ({ actor, params, body }) => renameKey(actor, params.fingerprint, body.name),
})
