import { replayedSchema, sourceIdSchema } from '#lib/contract/sources.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { replaySource } from '#lib/services/sources/replay.ts'

/** Fetches again what did not come in. */
export const POST = defineRoute({
  right: 'source:manage',
  params: sourceIdSchema,
  answer: replayedSchema,
  status: 202,
  run: ({ actor, params }) => replaySource(actor, params.id),
})
