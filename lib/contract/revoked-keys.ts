import { z } from 'zod'
import { givenKeySchema, lineSchema } from './given.ts'
import { sha256Schema, timeSchema, uuidSchema } from './verdict.ts'

/** A key whose signatures count for nothing from a moment on; what is proven to be signed before stays. */
export const revokedKeySchema = z.object({
  id: uuidSchema,
  fingerprint: sha256Schema,
  name: z.string(),
  keytype: z.string(),
  /** from when on */
  at: timeSchema,
  reason: z.string(),
  createdAt: timeSchema,
  createdBy: z.string(),
})
export type RevokedKey = z.infer<typeof revokedKeySchema>
export const revokedKeyListSchema = z.object({ rows: z.array(revokedKeySchema) })

export const revokeKeysSchema = z.strictObject({
  keys: z.array(givenKeySchema).min(1, 'give a key').max(20),
  /** from when on; absent: from now on */
  at: timeSchema.optional(),
  reason: lineSchema('why, for whoever reads the audit log', 1000),
})
export type RevokeKeys = z.output<typeof revokeKeysSchema>
export const restoredKeySchema = z.object({ restored: z.string() })
