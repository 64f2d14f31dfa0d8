import { z } from 'zod'
import { putInForceSchema, softwareDetailSchema } from '#lib/contract/software.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { putInForce } from '#lib/services/software/put-in-force.ts'
import { withdraw } from '#lib/services/software/withdraw.ts'

const params = z.object({ id: z.string().max(100) })

export const POST = defineRoute({
  right: 'layout:enforce',
  params,
  body: putInForceSchema,
  answer: softwareDetailSchema,
  run: ({ actor, params: { id }, body }) => putInForce(actor, id, body),
})

export const DELETE = defineRoute({
  right: 'layout:enforce',
  params,
  answer: softwareDetailSchema,
  run: ({ actor, params: { id } }) => withdraw(actor, id),
})
