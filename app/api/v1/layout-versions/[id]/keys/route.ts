import { z } from 'zod'
import { sha256Schema, uuidSchema } from '#lib/contract/verdict.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { exportSignerKey } from '#lib/services/layouts/export-keys.ts'

export const GET = defineRoute({
  right: 'read',
  params: z.object({ id: uuidSchema }),
  query: z.object({ fingerprint: sha256Schema, flavour: z.enum(['legacy', 'modern']).default('legacy') }),
  answer: null,
  run: async ({ actor, params: { id }, query: { fingerprint, flavour } }) => {
    const file = await exportSignerKey(actor, id, fingerprint, flavour)
    return new Response(file.bytes, {
      headers: {
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${file.fileName}"`,
      },
    })
  },
})
