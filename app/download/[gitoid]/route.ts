import { gitoidParamsSchema } from '#lib/contract/archivista.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { findByGitoid } from '#lib/services/archivista/find-by-gitoid.ts'
import { downloadResponse } from '#lib/services/envelopes/raw.ts'

/** The original bytes of a document, by the name that Archivista's clients know it under. */
export const GET = defineRoute({
  right: 'read',
  params: gitoidParamsSchema,
  answer: null,
  run: async ({ actor, params }) => downloadResponse(await findByGitoid(actor, params.gitoid)),
})
