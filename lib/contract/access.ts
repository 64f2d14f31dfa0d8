import { z } from 'zod'
import { pageOf, timeSchema, uuidSchema } from './verdict.ts'

export const roleSchema = z.enum(['viewer', 'developer', 'engineer', 'admin'])
export type Role = z.infer<typeof roleSchema>
export const emailSchema = z
  .email('expected an address such as ines@bank.example')
  .max(254)
  .transform((s) => s.toLowerCase())
export const passwordSchema = z
  .string()
  .min(15, 'at least 15 characters; a sentence is easiest to remember')
  .max(256, 'at most 256 characters')

export const userSchema = z.object({
  id: uuidSchema,
  email: z.string(),
  name: z.string(),
  role: roleSchema,
  createdAt: timeSchema,
  disabledAt: timeSchema.nullable(),
  lastSeenAt: timeSchema.nullable(),
})
export const createUserSchema = z.strictObject({
  email: emailSchema,
  name: z.string().trim().min(1).max(120),
  role: roleSchema,
  password: passwordSchema,
})
export const changeUserSchema = z.strictObject({
  role: roleSchema.optional(),
  disabled: z.boolean().optional(),
  name: z.string().trim().min(1).max(120).optional(),
})
export const setupSchema = z.strictObject({
  token: z.string().max(200),
  email: emailSchema,
  name: z.string().trim().min(1).max(120),
  password: passwordSchema,
})
export const changePasswordSchema = z.strictObject({ current: z.string().max(256), next: passwordSchema })

export const scopeSchema = z.enum(['read', 'ingest'])
export const tokenSchema = z.object({
  id: uuidSchema,
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(scopeSchema),
  software: z.object({ slug: z.string(), name: z.string() }).nullable(),
  createdBy: z.string(),
  createdAt: timeSchema,
  expiresAt: timeSchema,
  lastUsedAt: timeSchema.nullable(),
  revokedAt: timeSchema.nullable(),
})
export const createTokenSchema = z.strictObject({
  name: z.string().trim().min(1).max(80),
  scopes: z.array(scopeSchema).min(1),
  software: z.string().nullable().default(null),
  days: z.number().int().min(1).max(365),
})
/** The only time the token itself is shown. */
export const createdTokenSchema = tokenSchema.extend({ token: z.string() })

export const sessionSchema = z.object({
  id: uuidSchema,
  createdAt: timeSchema,
  lastSeenAt: timeSchema,
  expiresAt: timeSchema,
  userAgent: z.string(),
  current: z.boolean(),
})

export const auditEntrySchema = z.object({
  seq: z.string(),
  at: timeSchema,
  actor: z.string(),
  actorName: z.string(),
  act: z.string(),
  objectType: z.string(),
  objectId: z.string(),
  /** what people call it; null where it has no name but its id */
  objectName: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
})
export const auditPageSchema = pageOf(auditEntrySchema)

export const auditFilterSchema = z.object({
  /** the act or how it begins, such as `layout.` */
  act: z.string().max(80).optional(),
  actor: z.string().max(200).optional(),
  objectType: z.string().max(80).optional(),
  objectId: z.string().max(200).optional(),
  after: z
    .string()
    .regex(/^\d{1,18}$/, 'expected the `next` of the page before')
    .optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

/** The signed-in person. `rights` are the names of lib/auth/rights.ts. */
export const meSchema = z.object({
  id: uuidSchema,
  email: z.string(),
  name: z.string(),
  role: roleSchema,
  rights: z.array(z.string()),
})
