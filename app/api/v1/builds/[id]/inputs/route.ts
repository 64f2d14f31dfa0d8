import { z } from 'zod'
import { defineRoute } from '#lib/http/define-route.ts'
import { buildInputs } from '#lib/services/builds/inputs.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ id: z.string().max(100) }),
  answer: null,
  run: async ({ actor, params }) => {
    const { name, stream } = await buildInputs(actor, params.id)
    return new Response(stream, {
      headers: { 'content-type': 'application/gzip', 'content-disposition': `attachment; filename="${name}"` },
    })
  },
})
