import { uploadAnswerSchema } from '#lib/contract/archivista.ts'
import { attestationQuerySchema } from '#lib/contract/evidence.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { readUpload } from '#lib/http/upload/read-upload.ts'
import { pushDocument } from '#lib/services/archivista/push.ts'
import { deliveryOf } from '#lib/services/imports/check-delivery.ts'
import { runHeaders } from '#lib/services/imports/run-headers.ts'

/**
 * What `witness run --enable-archivista` and other clients of Archivista send, with a token in the header Authorization;
 * optionally under a run of its software, as POST /api/v1/attestations. 200 with the gitoid; anything else is told as a
 * failure by those clients.
 */
export const POST = defineRoute({
  right: 'evidence:bring',
  query: attestationQuerySchema,
  answer: null,
  run: async ({ actor, query, request }) => {
    const said = runHeaders(query, request.headers)
    const [file] = await Array.fromAsync(readUpload(request, query.path).files)
    const delivery = await deliveryOf(actor, said, 'loose')
    const title = said.run === null ? 'Pushed by a client of Archivista' : `Run ${said.run}`
    const { status, answer } = await pushDocument(actor, file, { delivery, title })
    return Response.json(uploadAnswerSchema.parse(answer), { status })
  },
})
