import { meSchema } from '#lib/contract/access.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { whoAmI } from '#lib/services/access/who-am-i.ts'

/** Who is signed in, with which role and rights. */
export const GET = defineRoute({ right: 'signed-in', answer: meSchema, run: ({ actor }) => whoAmI(actor) })
