import { declareVerifierSchema, verifierListSchema, verifierSchema } from '#lib/contract/verifications.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { declareVerifier } from '#lib/services/verifiers/declare.ts'
import { listVerifiers } from '#lib/services/verifiers/list.ts'

export const GET = defineRoute({
  right: 'read',
  answer: verifierListSchema,
  run: async ({ actor }) => ({ rows: await listVerifiers(actor) }),
})

export const POST = defineRoute({
  right: 'verifier:manage',
  body: declareVerifierSchema,
  answer: verifierSchema,
  status: 201,
  run: ({ actor, body }) => declareVerifier(actor, body),
})
