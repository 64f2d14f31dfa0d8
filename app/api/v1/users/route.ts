import { z } from 'zod'
import { createUserSchema, userSchema } from '#lib/contract/access.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { createUser } from '#lib/services/access/create-user.ts'
import { listUsers } from '#lib/services/access/list-users.ts'

export const GET = defineRoute({
  right: 'users:manage',
  answer: z.array(userSchema),
  run: ({ actor }) => listUsers(actor),
})

export const POST = defineRoute({
  right: 'users:manage',
  body: createUserSchema,
  answer: userSchema,
  status: 201,
  run: ({ actor, body }) => createUser(actor, body),
})
