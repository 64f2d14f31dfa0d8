import { z } from 'zod'
import { uuidSchema } from '#lib/contract/verdict.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { exportVersion } from '#lib/services/layouts/export-version.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ id: uuidSchema }),
  query: z.object({ form: z.enum(['metablock', 'dsse']).default('metablock') }),
  answer: null,
  run: async ({ actor, params: { id }, query: { form } }) => {
    const file = await exportVersion(actor, id, form)
    return new Response(file.bytes, {
      headers: {
        'content-type': 'application/json',
        'content-disposition': `attachment; filename="${file.fileName}"`,
        'x-sha256': file.sha256,
      },
    })
  },
})
