import { z } from 'zod'
import { importSchema } from '#lib/contract/evidence.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { getImport } from '#lib/services/imports/get.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ id: z.uuid() }),
  answer: importSchema,
  run: ({ actor, params }) => getImport(actor, params.id),
})
