import { z } from 'zod'
import { timeSchema } from './verdict.ts'

/** POST /api/v1/demo: 201 with what there is now; the builds are judged in the background. */
export const demoSchema = z.object({
  loadedAt: timeSchema,
  software: z.array(z.object({ slug: z.string(), name: z.string() })),
})
export type Demo = z.infer<typeof demoSchema>

/** DELETE /api/v1/demo: what went. Zeros where no demo was loaded. */
export const removedDemoSchema = z.object({
  software: z.number().int(),
  builds: z.number().int(),
  imports: z.number().int(),
  envelopes: z.number().int(),
  keys: z.number().int(),
})
export type RemovedDemo = z.infer<typeof removedDemoSchema>
