import { z } from 'zod'
import { givenKeySchema, lineSchema } from './given.ts'
import { sha256Schema, timeSchema, uuidSchema } from './verdict.ts'

/** A person or workload with every key and SPIFFE ID by which it signs. A threshold counts it once. */
export const functionarySchema = z.object({
  id: uuidSchema,
  name: z.string(),
  keys: z.array(z.object({ fingerprint: sha256Schema, name: z.string(), keytype: z.string() })),
  spiffeIds: z.array(z.string()),
  reason: z.string(),
  createdAt: timeSchema,
  createdBy: z.string(),
})
export type Functionary = z.infer<typeof functionarySchema>
export const functionaryListSchema = z.object({ rows: z.array(functionarySchema) })

export const declareFunctionarySchema = z
  .strictObject({
    name: lineSchema('the functionary a name', 200),
    keys: z.array(givenKeySchema).max(20),
    spiffeIds: z.array(z.string().trim().max(2048)).max(20),
    reason: lineSchema('how you know that they belong together', 1000),
  })
  .refine(({ keys, spiffeIds }) => keys.length + spiffeIds.length > 1, {
    path: ['keys'],
    message: 'give at least two, a key and a SPIFFE ID, two keys or two SPIFFE IDs: one alone counts once anyway',
  })
export type DeclareFunctionary = z.output<typeof declareFunctionarySchema>
export const removedFunctionarySchema = z.object({ removed: z.string() })
