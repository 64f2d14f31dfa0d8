import { importListQuerySchema, importPageSchema, importQuerySchema, importSchema } from '#lib/contract/evidence.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { readForm } from '#lib/http/upload/read-upload.ts'
import { bringIn } from '#lib/services/imports/bring-in.ts'
import { deliveryOf } from '#lib/services/imports/check-delivery.ts'
import { listImports } from '#lib/services/imports/list.ts'

export const GET = defineRoute({
  right: 'read',
  query: importListQuerySchema,
  answer: importPageSchema,
  run: ({ actor, query }) => listImports(actor, query),
})

/** Files with their paths, archives among them: multipart/form-data, the file name of each part is its path. */
export const POST = defineRoute({
  right: 'evidence:bring',
  query: importQuerySchema,
  answer: importSchema,
  status: 201,
  run: async ({ actor, query, request }) => {
    const { software, run, attempt, title } = query
    return bringIn(actor, {
      via: actor.kind === 'user' ? 'page' : 'cli',
      title,
      at: new Date(),
      delivery: await deliveryOf(actor, { software, run, attempt }, 'handed-over'),
      files: readForm(request),
    })
  },
})
