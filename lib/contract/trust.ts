import { z } from 'zod'
import { sha256Schema, timeSchema } from './verdict.ts'

export const trustDomainSchema = z
  .string()
  .regex(/^[a-z0-9._-]{1,255}$/, 'the name of a trust domain: lower-case letters, digits, dots, hyphens, underscores')

const reasonSchema = z.string().trim().min(3, 'say why, for whoever reads the audit log').max(1000)

/**
 * `in-force`; `expiring`: within 30 days, and a third of its life; `expired`: its certificate has ended; `ended`: by a later bundle or by a
 * person; `compromised`: its key may be somebody else's; `not-yet`: its certificate begins later
 */
export const rootStateSchema = z.enum(['in-force', 'expiring', 'expired', 'ended', 'compromised', 'not-yet'])
export type RootState = z.infer<typeof rootStateSchema>

export const trustedRootSchema = z.object({
  sha256: sha256Schema,
  subject: z.string(),
  pem: z.string(),
  /** validity of the certificate */
  notBefore: timeSchema,
  notAfter: timeSchema,
  /** when it speaks for the domain; several where it was taken out and put back */
  spans: z.array(z.object({ from: timeSchema, until: timeSchema.nullable() })),
  taintedAt: timeSchema.nullable(),
  state: rootStateSchema,
})
export type TrustedRootRow = z.infer<typeof trustedRootSchema>

export const trustDecisionSchema = z.object({
  id: z.string(),
  kind: z.enum(['bundle', 'roots', 'end', 'compromised', 'restore']),
  /** from when on it holds */
  at: timeSchema,
  /** roots that it gives, or the one that it is about */
  roots: z.array(sha256Schema),
  sequence: z.string().nullable(),
  reason: z.string(),
  source: z.string(),
  decidedAt: timeSchema,
  by: z.string(),
})

export const trustDomainRowSchema = z.object({
  trustDomain: trustDomainSchema,
  roots: z.array(trustedRootSchema),
  /** newest first */
  decisions: z.array(trustDecisionSchema),
  /** software whose layout in force names the domain, or any */
  software: z.array(z.object({ slug: z.string(), name: z.string() })),
})
export type TrustDomainRow = z.infer<typeof trustDomainRowSchema>

/** A bundle that was brought in with evidence or as a file: it carries no trust until an administrator says so. */
export const offeredBundleSchema = z.object({
  sha256: sha256Schema,
  name: z.string(),
  /** that its roots name; a bundle itself names none */
  trustDomains: z.array(z.string()),
  roots: z.number().int(),
  sequence: z.string().nullable(),
  firstSeenAt: timeSchema,
  broughtBy: z.string(),
})
export type OfferedBundle = z.infer<typeof offeredBundleSchema>

export const trustListSchema = z.object({
  domains: z.array(trustDomainRowSchema),
  offered: z.array(offeredBundleSchema),
})
export type TrustList = z.infer<typeof trustListSchema>

/** A SPIFFE bundle (the whole of the domain from then on) or root certificates in PEM (besides what is there). */
export const addTrustSchema = z.strictObject({
  trustDomain: trustDomainSchema,
  content: z.union([
    z.strictObject({
      text: z.string().min(1).max(1_000_000),
      name: z.string().max(200).default(''),
    }),
    /** one that was brought in before */
    z.strictObject({ offered: sha256Schema }),
  ]),
  /** since when these roots speak for the domain; absent: from now on */
  from: timeSchema.optional(),
  reason: reasonSchema,
  /** roots in force that may end because the bundle leaves them out, each by name */
  ending: z.array(sha256Schema).max(1000).default([]),
})

export const sayOfRootSchema = z.strictObject({
  act: z.enum(['end', 'compromised', 'restore']),
  /** since when; absent: from now on */
  at: timeSchema.optional(),
  reason: reasonSchema,
})
