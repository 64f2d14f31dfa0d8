import { z } from 'zod'
import { removedVerifierSchema } from '#lib/contract/verifications.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { removeVerifier } from '#lib/services/verifiers/remove.ts'

export const DELETE = defineRoute({
  right: 'verifier:manage',
  params: z.object({ id: z.uuid() }),
  answer: removedVerifierSchema,
  run: ({ actor, params }) => removeVerifier(actor, params.id),
})
