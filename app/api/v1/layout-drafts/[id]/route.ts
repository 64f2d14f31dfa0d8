import { z } from 'zod'
import { draftSchema, saveDraftSchema } from '#lib/contract/layouts.ts'
import { uuidSchema } from '#lib/contract/verdict.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { deleteDraft } from '#lib/services/layouts/delete-draft.ts'
import { getDraft } from '#lib/services/layouts/get-draft.ts'
import { saveDraft } from '#lib/services/layouts/save-draft.ts'

const params = z.object({ id: uuidSchema })

export const GET = defineRoute({
  right: 'read',
  params,
  answer: draftSchema,
  run: ({ actor, params: { id } }) => getDraft(actor, id),
})

export const PATCH = defineRoute({
  right: 'layout:draft',
  params,
  body: saveDraftSchema,
  answer: draftSchema,
  run: ({ actor, params: { id }, body }) => saveDraft(actor, id, body),
})

export const DELETE = defineRoute({
  right: 'layout:draft',
  params,
  answer: null,
  run: async ({ actor, params: { id } }) => {
    await deleteDraft(actor, id)
    return new Response(null, { status: 204 })
  },
})
