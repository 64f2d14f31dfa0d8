import { z } from 'zod'
import { addSignatureSchema, versionSchema } from '#lib/contract/layouts.ts'
import { uuidSchema } from '#lib/contract/verdict.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { addSignature } from '#lib/services/layouts/add-signature.ts'

export const POST = defineRoute({
  right: 'layout:sign',
  params: z.object({ id: uuidSchema }),
  body: addSignatureSchema,
  answer: versionSchema,
  status: 201,
  run: ({ actor, params: { id }, body }) => addSignature(actor, id, body),
})
