import { z } from 'zod'
import { artifactDetailSchema } from '#lib/contract/evidence.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { getArtifact } from '#lib/services/artifacts/get.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ digest: z.string().max(200) }),
  answer: artifactDetailSchema,
  run: ({ actor, params }) => getArtifact(actor, params.digest.replace(/%3a/i, ':')),
})
