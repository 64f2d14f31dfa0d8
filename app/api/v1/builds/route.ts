import { buildFilterSchema, buildPageSchema } from '#lib/contract/builds.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { listBuilds } from '#lib/services/builds/list.ts'

export const GET = defineRoute({
  right: 'read',
  query: buildFilterSchema,
  answer: buildPageSchema,
  run: ({ actor, query }) => listBuilds(actor, query),
})
