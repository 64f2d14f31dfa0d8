import { z } from 'zod'

export const softwareSettingsSchema = z.object({
  /** how long evidence may take after the final link was first seen */
  waitingMinutes: z.number().int().min(0).max(43_200).default(60),
  /** empty: all that the last step of the layout made */
  finalFiles: z.array(z.object({ step: z.string(), pattern: z.string() })).default([]),
})
export type SoftwareSettings = z.output<typeof softwareSettingsSchema>

/** Settings as stored; a row without any has the defaults. */
export function readSettings(stored: unknown): SoftwareSettings {
  return softwareSettingsSchema.parse(stored ?? {})
}
