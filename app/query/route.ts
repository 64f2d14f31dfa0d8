import { graphqlRequestSchema } from '#lib/contract/archivista.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { answerQuery } from '#lib/services/archivista/answer-query.ts'

/** The search of `witness verify`; a GraphQL request, of which only this one is answered. */
export const POST = defineRoute({
  right: 'read',
  body: graphqlRequestSchema,
  answer: null,
  run: async ({ actor, body }) => {
    const { status, body: answer } = await answerQuery(actor, body)
    return Response.json(answer, { status })
  },
})
