import { addressOf } from '#lib/auth/sign-in-limits.ts'
import { changePasswordSchema } from '#lib/contract/access.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { changePassword } from '#lib/services/access/change-password.ts'

export const PUT = defineRoute({
  right: 'signed-in',
  body: changePasswordSchema,
  answer: null,
  run: async ({ actor, body, request }) => {
    await changePassword(actor, body, addressOf(request.headers))
    return new Response(null, { status: 204 })
  },
})
