import { z } from 'zod'
import { pool } from '#lib/db/client.ts'
import { defineRoute } from '#lib/http/define-route.ts'

/** Whether the server can do its work: 200, or 503 while the database does not answer. */
export const GET = defineRoute({
  right: 'public',
  answer: z.object({ status: z.literal('ok') }),
  run: async () => {
    await pool.query('SELECT 1')
    return { status: 'ok' as const }
  },
})
