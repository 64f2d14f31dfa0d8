import { acceptedSchema, changeSourceSchema, sourceIdSchema, sourceRowSchema } from '#lib/contract/sources.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { changeSource } from '#lib/services/sources/change.ts'
import { getSource } from '#lib/services/sources/get.ts'
import { removeSource } from '#lib/services/sources/remove.ts'

export const GET = defineRoute({
  right: 'read',
  params: sourceIdSchema,
  answer: sourceRowSchema,
  run: ({ actor, params }) => getSource(actor, params.id),
})

/** Another name or other settings, which are tried first; pauses and resumes. */
export const PATCH = defineRoute({
  right: 'source:manage',
  params: sourceIdSchema,
  body: changeSourceSchema,
  answer: sourceRowSchema,
  run: ({ actor, params, body }) => changeSource(actor, params.id, body),
})

/** Ends its syncing; what it brought stays. */
export const DELETE = defineRoute({
  right: 'source:manage',
  params: sourceIdSchema,
  answer: acceptedSchema,
  run: ({ actor, params }) => removeSource(actor, params.id),
})
