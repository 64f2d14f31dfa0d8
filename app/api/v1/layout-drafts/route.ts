import { createDraftSchema, draftSchema } from '#lib/contract/layouts.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { createDraft } from '#lib/services/layouts/create-draft.ts'

export const POST = defineRoute({
  right: 'layout:draft',
  body: createDraftSchema,
  answer: draftSchema,
  status: 201,
  run: ({ actor, body }) => createDraft(actor, body),
})
