import { z } from 'zod'
import { sayOfRootSchema, trustDomainRowSchema, trustDomainSchema } from '#lib/contract/trust.ts'
import { sha256Schema } from '#lib/contract/verdict.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { sayOfRoot } from '#lib/services/trust/say-of-root.ts'

/** Ends a root, calls it compromised, or restores it (which needs the right trust:set). */
export const POST = defineRoute({
  right: 'trust:end',
  params: z.object({ name: trustDomainSchema, sha256: sha256Schema }),
  body: sayOfRootSchema,
  answer: trustDomainRowSchema,
  run: ({ actor, params, body }) => sayOfRoot(actor, params.name, params.sha256, body),
})
