import { askAnswerSchema, askSourcesSchema } from '#lib/contract/sources.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { askSources } from '#lib/services/sources/ask/ask-sources.ts'

/** Asks every connected source what it has about a digest, and brings that in. */
export const POST = defineRoute({
  right: 'source:ask',
  body: askSourcesSchema,
  answer: askAnswerSchema,
  run: ({ actor, body }) => askSources(actor, body.digest),
})
