import { z } from 'zod'
import { versionSchema } from '#lib/contract/layouts.ts'
import { uuidSchema } from '#lib/contract/verdict.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { getVersion } from '#lib/services/layouts/get-version.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ id: uuidSchema }),
  answer: versionSchema,
  run: ({ actor, params: { id } }) => getVersion(actor, id),
})
