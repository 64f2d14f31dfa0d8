import { createSoftwareSchema, softwareDetailSchema, softwareListSchema } from '#lib/contract/software.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { createSoftware } from '#lib/services/software/create.ts'
import { listSoftware } from '#lib/services/software/list.ts'

export const GET = defineRoute({
  right: 'read',
  answer: softwareListSchema,
  run: ({ actor }) => listSoftware(actor),
})

export const POST = defineRoute({
  right: 'software:create',
  body: createSoftwareSchema,
  answer: softwareDetailSchema,
  status: 201,
  run: ({ actor, body }) => createSoftware(actor, body),
})
