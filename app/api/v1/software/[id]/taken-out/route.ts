import { z } from 'zod'
import { takenOutListSchema, takeOutSchema } from '#lib/contract/taken-out.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { listTakenOut } from '#lib/services/evidence/list-taken-out.ts'
import { takeOut } from '#lib/services/evidence/take-out.ts'

const params = z.object({ id: z.string().max(200) })

export const GET = defineRoute({
  right: 'read',
  params,
  answer: takenOutListSchema,
  run: ({ actor, params: { id } }) => listTakenOut(actor, id),
})

export const POST = defineRoute({
  right: 'evidence:take-out',
  params,
  body: takeOutSchema,
  answer: takenOutListSchema,
  run: ({ actor, params: { id }, body }) => takeOut(actor, id, body),
})
