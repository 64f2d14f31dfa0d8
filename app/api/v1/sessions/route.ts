import { z } from 'zod'
import { sessionSchema } from '#lib/contract/access.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { listSessions } from '#lib/services/access/list-sessions.ts'

export const GET = defineRoute({
  right: 'signed-in',
  answer: z.array(sessionSchema),
  run: ({ actor }) => listSessions(actor),
})
