import { z } from 'zod'
import { sha256Schema, timeSchema } from './verdict.ts'

/** Takes a document out of consideration for the builds of a software, or puts it back. */
export const takeOutSchema = z.strictObject({
  act: z.enum(['take-out', 'put-back']),
  /** of the envelope; everything around the same signed bytes goes with it */
  sha256: sha256Schema,
  reason: z.string().trim().min(3, 'say why, for whoever reads the audit log').max(1000),
})

export const takenOutSchema = z.object({ by: z.string(), at: timeSchema, reason: z.string() })
export const takenOutListSchema = z.array(takenOutSchema.extend({ sha256: sha256Schema }))
