import { z } from 'zod'
import { changeUserSchema, userSchema } from '#lib/contract/access.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { changeUser } from '#lib/services/access/change-user.ts'

export const PATCH = defineRoute({
  right: 'users:manage',
  params: z.object({ id: z.uuid() }),
  body: changeUserSchema,
  answer: userSchema,
  run: ({ actor, params, body }) => changeUser(actor, params.id, body),
})
