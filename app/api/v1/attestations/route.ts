import { attestationQuerySchema } from '#lib/contract/evidence.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { readUpload } from '#lib/http/upload/read-upload.ts'
import { answerAttestations } from '#lib/services/imports/answer-attestations.ts'
import { bringIn } from '#lib/services/imports/bring-in.ts'
import { deliveryOf } from '#lib/services/imports/check-delivery.ts'
import { runHeaders } from '#lib/services/imports/run-headers.ts'

/**
 * Programs push evidence: one document, JSON lines, or a form of files; optionally under a run of their software. One
 * document: 201 stored, 200 known, 202 quarantined. Several: 200 with a row for each.
 */
export const POST = defineRoute({
  right: 'evidence:bring',
  query: attestationQuerySchema,
  answer: null,
  run: async ({ actor, query, request }) => {
    const said = runHeaders(query, request.headers)
    const { single, files } = readUpload(request, query.path)
    const delivery = await deliveryOf(actor, said, 'loose')
    const title = said.run === null ? 'Pushed' : `Run ${said.run}`
    return answerAttestations(
      single,
      await bringIn(actor, { via: 'api', title, at: new Date(), delivery, files, meant: true }),
    )
  },
})
