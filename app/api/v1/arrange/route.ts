import { arrangementSchema, arrangeRequestSchema } from '#lib/contract/layouts.ts'
import { AppError } from '#lib/errors.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { arrange } from '#lib/provenance/arrange.ts'

export const POST = defineRoute({
  right: 'read',
  body: arrangeRequestSchema,
  answer: arrangementSchema,
  run: async ({ body }) => {
    try {
      return await arrange(body)
    } catch (cause) {
      throw new AppError('UNAVAILABLE', 'The drawing could not be arranged. Nothing is lost; try again.', { cause })
    }
  },
})
