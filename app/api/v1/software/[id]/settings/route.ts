import { z } from 'zod'
import { setSettingsSchema, softwareDetailSchema } from '#lib/contract/software.ts'
import { defineRoute } from '#lib/http/define-route.ts'
import { setSettings } from '#lib/services/software/set-settings.ts'

export const PATCH = defineRoute({
  right: 'layout:enforce',
  params: z.object({ id: z.string().max(100) }),
  body: setSettingsSchema,
  answer: softwareDetailSchema,
  run: ({ actor, params, body }) => setSettings(actor, params.id, body),
})
