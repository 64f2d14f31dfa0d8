import { z } from 'zod'
import { buildRowSchema } from './builds.ts'
import { sha256Schema, stateSchema, timeSchema, uuidSchema } from './verdict.ts'

export const softwareNameSchema = z.string().trim().min(1, 'give the software a name').max(80)
export const createSoftwareSchema = z.strictObject({ name: softwareNameSchema })

export const ownerKeySchema = z.object({
  fingerprint: sha256Schema,
  name: z.string(),
  keytype: z.string(),
  keyids: z.array(z.string()),
  addedAt: timeSchema,
  addedBy: z.string(),
})

/** All owner keys, replaced as a whole. A key is named by fingerprint (already known) or brought as text. */
export const setOwnerKeysSchema = z.strictObject({
  keys: z
    .array(
      z.union([
        z.strictObject({ fingerprint: sha256Schema }),
        z.strictObject({ text: z.string().max(65536), name: z.string().max(200) }),
      ]),
    )
    .max(50),
})

export const softwareRowSchema = z.object({
  id: uuidSchema,
  slug: z.string(),
  name: z.string(),
  demo: z.boolean(),
  createdAt: timeSchema,
  ownerKeys: z.number().int(),
  /** the layout in force, null where there is none */
  inForce: z
    .object({
      versionId: uuidSchema,
      name: z.string(),
      number: z.number().int(),
      expires: timeSchema,
      since: timeSchema,
      enforceable: z.boolean(),
    })
    .nullable(),
  /** state of the latest build */
  state: stateSchema.nullable(),
  builds: z.object({
    total: z.number().int(),
    verified: z.number().int(),
    blocked: z.number().int(),
    notVerified: z.number().int(),
  }),
  /** last 50, oldest first */
  strip: z.array(z.object({ short: z.string(), state: stateSchema, receivedAt: timeSchema })),
  lastBuildAt: timeSchema.nullable(),
})
export type SoftwareRow = z.infer<typeof softwareRowSchema>

export const softwareDetailSchema = softwareRowSchema.extend({
  owners: z.array(ownerKeySchema),
  settings: z.object({
    waitingMinutes: z.number().int(),
    finalFiles: z.array(z.object({ step: z.string(), pattern: z.string() })),
    runIdPaths: z.array(z.string()),
  }),
  /** how the layout in force is bound to this software; null where none is */
  binding: z
    .object({
      parameters: z.record(z.string(), z.string()).nullable(),
      sharedSteps: z.array(z.string()),
      mixedRuns: z.boolean(),
      /** step -> sha256 of the sublayout that alone may stand for it */
      sublayouts: z.record(z.string(), sha256Schema),
      /** step -> form of its evidence; steps that are not named come as links */
      forms: z.record(z.string(), z.string()),
      /** PEM of the time stamp authorities' roots; empty: none is trusted */
      timestampRoots: z.string(),
    })
    .nullable(),
  versions: z.array(
    z.object({
      id: uuidSchema,
      name: z.string(),
      number: z.number().int(),
      expires: timeSchema,
      createdAt: timeSchema,
      createdBy: z.string(),
      signedBy: z.array(z.object({ fingerprint: sha256Schema, name: z.string() })),
      /** owner keys whose signature is missing */
      missing: z.array(z.object({ fingerprint: sha256Schema, name: z.string() })),
      state: z.enum(['in-force', 'ready', 'waiting', 'retired']),
    }),
  ),
  drafts: z.array(z.object({ id: uuidSchema, name: z.string(), updatedAt: timeSchema })),
  /** builds with a final file that failed a verification made elsewhere */
  elsewhere: z.object({ failed: z.number().int(), claimed: z.number().int() }),
  recent: z.array(buildRowSchema),
})
export type SoftwareDetail = z.infer<typeof softwareDetailSchema>

const parameterName = z.string().regex(/^[a-zA-Z0-9_-]{1,100}$/, 'letters, digits, _ and -')
/** A value stands for one name in a rule: it must not widen the rule, climb, or be a parameter again. */
const parameterValue = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^[^*?[\]{}]*$/, 'none of * ? [ ] { }, which would widen the rules that use it')
  .refine((value) => !value.split(/[/\\]/).includes('..'), 'no .. in it, which would lead to other folders')

export const putInForceSchema = z.strictObject({
  versionId: uuidSchema,
  parameters: z.record(parameterName, parameterValue).nullable().default(null),
  /** steps one link of which serves many builds, such as a clone or a base image */
  sharedSteps: z.array(z.string().min(1).max(1024)).max(200).default([]),
  /** whether links of other runs count where digests tie them */
  mixedRuns: z.boolean().default(false),
  /** step -> sha256 of the sublayout (its file, or what its signatures cover) that alone may stand for it */
  sublayouts: z.record(z.string().min(1).max(1024), sha256Schema).default({}),
  /**
   * Step -> form of its evidence where that is not links: `link-statement`, `witness-collection`, `test-result`,
   * `slsa-provenance BUILDER BUILDTYPE` or `vsa VERIFIER POLICY [LEVEL]`; of a sublayout's step: OUTER/STEP
   */
  forms: z.record(z.string().min(1).max(2048), z.string().max(4096)).default({}),
  /** roots (PEM) of authorities whose time stamps (RFC 3161) prove when something was signed */
  timestampRoots: z.string().max(200_000).default(''),
})

/** What is given replaces what was set. */
export const setSettingsSchema = z.strictObject({
  waitingMinutes: z.number().int().min(0).max(43_200).optional(),
  finalFiles: z
    .array(z.strictObject({ step: z.string().min(1).max(200), pattern: z.string().min(1).max(1000) }))
    .max(100)
    .optional(),
  /** JSON pointers (RFC 6901) into signed documents, e.g. `/predicate/runDetails/metadata/invocationId` */
  runIdPaths: z
    .array(
      z
        .string()
        .max(1000)
        .regex(/^(\/([^~/]|~[01])+)+$/, 'a JSON pointer, such as /predicate/runDetails/metadata/invocationId'),
    )
    .max(10)
    .optional(),
})

export const softwareListSchema = z.array(softwareRowSchema)
