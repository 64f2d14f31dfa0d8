import { z } from 'zod'
import { givenKeySchema, lineSchema } from './given.ts'
import { pageOf, sha256Schema, timeSchema, uuidSchema } from './verdict.ts'

/**
 * Whose signature is on a verification. `declared` alone says that whoever is named in it said it:
 * `other-key` a known key signed that nobody declared for this verifier; `not-valid` a known key is named and did not
 * sign these bytes; `unknown-key` nobody knows the key, or it is a certificate; `unsigned` there is no signature.
 */
export const verificationSignerSchema = z.enum(['declared', 'other-key', 'not-valid', 'unknown-key', 'unsigned'])
export type VerificationSigner = z.infer<typeof verificationSignerSchema>

/** What somebody else decided. It is shown beside our verdicts and never becomes one. */
export const verificationRowSchema = z.object({
  /** sha256 of the document, and which verification of it */
  envelope: sha256Schema,
  index: z.number().int(),
  kind: z.string(),
  result: z.enum(['passed', 'failed', 'unknown']),
  /** a failure that no later answer of the same verifier took back: the artifact wants attention */
  standing: z.boolean(),
  /** the PASSED that took its place */
  supersededBy: z.object({ envelope: sha256Schema, statedAt: timeSchema }).nullable(),
  /** who decided, as written */
  verifier: z.string().nullable(),
  policy: z.object({ uri: z.string().nullable(), digest: z.string().nullable() }).nullable(),
  resource: z.string().nullable(),
  levels: z.array(z.string()),
  /** when it was decided, as written */
  statedAt: timeSchema.nullable(),
  receivedAt: timeSchema,
  signature: z.object({
    signer: verificationSignerSchema,
    /** name under which the verifier was declared */
    verifier: z.string().nullable(),
    /** name and fingerprint of the key that signed, or is named and did not */
    key: z.object({ name: z.string(), fingerprint: sha256Schema }).nullable(),
    keyids: z.array(z.string()),
  }),
  /** sentences: what it should say and does not */
  gaps: z.array(z.string()),
  /** what it is about, at most 20 */
  subjects: z.array(z.object({ algo: z.string(), digest: z.string(), name: z.string() })),
  subjectsTotal: z.number().int(),
  /** builds of which a subject is a final file, at most 20 */
  builds: z.array(z.object({ short: z.string(), software: z.string() })),
})
export type VerificationRow = z.infer<typeof verificationRowSchema>
export const verificationPageSchema = pageOf(verificationRowSchema)

export const verificationQuerySchema = z.object({
  /** `standing`: failures that want attention; `failed`, `passed`: all with that result */
  show: z.enum(['standing', 'failed', 'passed', 'all']).default('all'),
  /** only what the declared verifier signed, or only what nobody can be named for */
  signature: z.enum(['declared', 'unverified']).optional(),
  /** `sha256:<hex>`: about this artifact */
  digest: z
    .string()
    .regex(/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}|gitCommit:[0-9a-f]{40,64})$/, 'expected sha256:<hex>')
    .optional(),
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type VerificationQuery = z.output<typeof verificationQuerySchema>

/**
 * Why an artifact, or a build for its final files, wants attention although our verdict does not say so: `failed`, the
 * signature of a declared verifier stands under a failure; `claimed`, only others say so.
 */
export const attentionSchema = z.enum(['failed', 'claimed'])
export type Attention = z.infer<typeof attentionSchema>

// ---- who may be named as a verifier ---------------------------------------------------------------

export const verifierSchema = z.object({
  id: uuidSchema,
  name: z.string(),
  verifierId: z.string(),
  keys: z.array(z.object({ fingerprint: sha256Schema, name: z.string(), keytype: z.string() })),
  createdAt: timeSchema,
  createdBy: z.string(),
  demo: z.boolean(),
  /** verifications that carry its signature, and the last of them */
  verifications: z.number().int(),
  lastAt: timeSchema.nullable(),
})
export type Verifier = z.infer<typeof verifierSchema>
export const verifierListSchema = z.object({ rows: z.array(verifierSchema) })

export const declareVerifierSchema = z.strictObject({
  name: lineSchema('the verifier a name', 200),
  verifierId: lineSchema('the id that its verifications carry (verifier.id)', 300),
  keys: z.array(givenKeySchema).min(1, 'give at least one public key').max(20),
})
export type DeclareVerifier = z.output<typeof declareVerifierSchema>
export const removedVerifierSchema = z.object({ removed: z.string() })
