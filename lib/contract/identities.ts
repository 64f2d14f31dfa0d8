import { z } from 'zod'
import { sha256Schema, timeSchema } from './verdict.ts'

export const publicKeySchema = z.object({
  /** sha256 of the SPKI DER: the same whatever keyid a tool computes */
  fingerprint: sha256Schema,
  keytype: z.string(),
  scheme: z.string(),
  bits: z.number().int().nullable(),
  keyids: z.array(z.string()),
  name: z.string(),
  pem: z.string().nullable(),
  firstSeenAt: timeSchema,
  demo: z.boolean(),
  /** software whose layouts need it */
  ownerOf: z.array(z.object({ slug: z.string(), name: z.string() })),
  /** layouts in force that let it sign a step */
  functionaryOf: z.array(z.object({ software: z.string(), step: z.string() })),
  lastSignatureAt: timeSchema.nullable(),
  /** from when on it counts for nothing; null: it does */
  revokedAt: timeSchema.nullable(),
})
export type PublicKey = z.infer<typeof publicKeySchema>

export const certificateSchema = z.object({
  sha256: sha256Schema,
  subject: z.string(),
  issuer: z.string(),
  spiffeId: z.string().nullable(),
  notBefore: timeSchema,
  notAfter: timeSchema,
  isCa: z.boolean(),
  name: z.string(),
  firstSeenAt: timeSchema,
  demo: z.boolean(),
})
export const identitiesSchema = z.object({ keys: z.array(publicKeySchema), certificates: z.array(certificateSchema) })

export const renameKeySchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^\P{Cc}+$/u, 'expected a name without control characters'),
})
export const renamedKeySchema = z.object({ fingerprint: sha256Schema, name: z.string() })
