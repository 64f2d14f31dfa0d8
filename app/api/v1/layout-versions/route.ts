import { createVersionSchema, versionSchema } from '#lib/contract/layouts.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { createVersion } from '#lib/services/layouts/create-version.ts'

export const POST = defineRoute({
  right: 'layout:draft',
  body: createVersionSchema,
  answer: versionSchema,
  status: 201,
  run: ({ actor, body }) => createVersion(actor, body),
})
