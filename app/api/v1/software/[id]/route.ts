import { z } from 'zod'
import { setSettingsSchema, softwareDetailSchema } from '#lib/contract/software.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { getSoftware } from '#lib/services/software/get.ts'
import { setSettings } from '#lib/services/software/set-settings.ts'

/** By id or slug. */
const params = z.object({ id: z.string().max(100) })

export const GET = defineRoute({
  right: 'read',
  params,
  answer: softwareDetailSchema,
  run: ({ actor, params: { id } }) => getSoftware(actor, id),
})

export const PATCH = defineRoute({
  right: 'layout:enforce',
  params,
  body: z.strictObject({ settings: setSettingsSchema }),
  answer: softwareDetailSchema,
  run: ({ actor, params: { id }, body }) => setSettings(actor, id, body.settings),
})
