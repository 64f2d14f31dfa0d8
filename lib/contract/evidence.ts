import { z } from 'zod'
import { pageOf, sha256Schema, timeSchema, uuidSchema } from './verdict.ts'
import { attentionSchema, verificationRowSchema } from './verifications.ts'

export const fateSchema = z.enum(['stored', 'known', 'quarantined', 'refused', 'listed'])
export type Fate = z.infer<typeof fateSchema>

export const importFileSchema = z.object({
  index: z.number().int(),
  path: z.string(),
  size: z.number().int(),
  sha256: sha256Schema.nullable(),
  kind: z.enum([
    'link',
    'layout',
    'statement',
    'policy',
    'public-key',
    'certificate',
    'trust-bundle',
    'not-metadata',
    'private-key',
    'archive',
    'unknown',
  ]),
  fate: fateSchema,
  code: z.string().nullable(),
  message: z.string().nullable(),
  place: z.string().nullable(),
})
export type ImportFile = z.infer<typeof importFileSchema>

export const importSchema = z.object({
  id: uuidSchema,
  at: timeSchema,
  actorName: z.string(),
  via: z.enum(['page', 'cli', 'api', 'demo', 'source']),
  title: z.string(),
  demo: z.boolean(),
  files: z.array(importFileSchema),
  counts: z.object({
    stored: z.number().int(),
    known: z.number().int(),
    quarantined: z.number().int(),
    refused: z.number().int(),
    listed: z.number().int(),
  }),
  /** software whose builds this touched */
  software: z.array(z.object({ slug: z.string(), name: z.string() })),
})
export type Import = z.infer<typeof importSchema>
export const importPageSchema = pageOf(importSchema.omit({ files: true, software: true }))

/** POST /api/v1/attestations, one document: 201 stored, 200 already known, 202 quarantined. */
export const attestationAnswerSchema = z.object({
  sha256: sha256Schema,
  fate: fateSchema,
  kind: importFileSchema.shape.kind,
  code: z.string().nullable(),
  message: z.string().nullable(),
  place: z.string().nullable(),
})
/** Several documents: 200 with the fate of each. */
export const attestationBatchSchema = z.object({
  import: uuidSchema,
  rows: z.array(attestationAnswerSchema.extend({ path: z.string(), sha256: sha256Schema.nullable() })),
})
export type AttestationAnswer = z.infer<typeof attestationAnswerSchema>

export const envelopeDetailSchema = z.object({
  sha256: sha256Schema,
  size: z.number().int(),
  form: z.string(),
  kind: z.string(),
  predicateType: z.string().nullable(),
  name: z.string().nullable(),
  status: z.enum(['parsed', 'quarantined']),
  code: z.string().nullable(),
  message: z.string().nullable(),
  place: z.string().nullable(),
  firstSeenAt: timeSchema,
  demo: z.boolean(),
  signatures: z.array(z.object({ keyid: z.string(), certificate: z.boolean(), keyName: z.string().nullable() })),
  sightings: z.array(
    z.object({ path: z.string(), seenAt: timeSchema, by: z.string(), delivery: z.string().nullable() }),
  ),
  /** sources in which it lies, or lay */
  places: z.array(
    z.object({
      /** a removed one is not looked at any more */
      source: z.object({ id: uuidSchema, name: z.string(), removed: z.boolean() }),
      path: z.string(),
      firstSeenAt: timeSchema,
      lastSeenAt: timeSchema,
      /** a whole pass did not find it there any more */
      vanishedAt: timeSchema.nullable(),
    }),
  ),
  builds: z.array(z.object({ short: z.string(), software: z.string() })),
})
export type EnvelopeDetail = z.infer<typeof envelopeDetailSchema>

/** What is in a document, for people: decoded, set out in lines, with its signatures and main facts. */
export const envelopeContentSchema = z.object({
  /** `payload`: what a DSSE envelope carries, decoded; `document`: the file as it is */
  of: z.enum(['payload', 'document']),
  payloadType: z.string().nullable(),
  /** of what is shown, in bytes, whole */
  size: z.number().int(),
  text: z.string(),
  /** `text` is only the beginning */
  cut: z.boolean(),
  signatures: z.array(
    z.object({
      keyid: z.string(),
      keyName: z.string().nullable(),
      /** as written, the beginning */
      sig: z.string(),
      certificate: z
        .object({ subject: z.string(), spiffeId: z.string().nullable(), notBefore: timeSchema, notAfter: timeSchema })
        .nullable(),
    }),
  ),
  /** main facts as the document states them */
  parts: z.array(z.object({ title: z.string(), facts: z.array(z.object({ name: z.string(), value: z.string() })) })),
  /** why there are no facts, where there should be some */
  note: z.string().nullable(),
  verifications: z.array(verificationRowSchema),
})
export type EnvelopeContent = z.infer<typeof envelopeContentSchema>

export const envelopeRowSchema = envelopeDetailSchema.omit({
  signatures: true,
  sightings: true,
  places: true,
  builds: true,
})
export type EnvelopeRow = z.infer<typeof envelopeRowSchema>
export const envelopePageSchema = pageOf(
  envelopeRowSchema.extend({
    /** where it was seen first, and who brought it then */
    found: z.object({ path: z.string(), by: z.string() }).nullable(),
  }),
)

/** Everywhere a digest was seen. */
export const artifactDetailSchema = z.object({
  algo: z.string(),
  digest: z.string(),
  names: z.array(z.string()),
  uses: z.array(
    z.object({
      role: z.enum(['material', 'product', 'subject']),
      path: z.string(),
      envelope: sha256Schema,
      step: z.string().nullable(),
      seenAt: timeSchema,
    }),
  ),
  /** builds of which it is a final file */
  builds: z.array(z.object({ short: z.string(), software: z.string(), state: z.string() })),
  /** it failed a verification made elsewhere */
  attention: attentionSchema.nullable(),
  /** what others decided about it, at most 50 */
  verifications: z.array(verificationRowSchema),
})
export type ArtifactDetail = z.infer<typeof artifactDetailSchema>

/** A file as an envelope lists it. */
const listedFileSchema = z.object({ algo: z.string(), digest: z.string(), path: z.string() })
/** What a file came of, by what evidence says, whoever signed it: only a verdict says what of it counts. */
export const artifactOriginsSchema = z.object({
  algo: z.string(),
  digest: z.string(),
  /** the nearest first; each envelope once, where it is met first */
  levels: z.array(
    z.array(
      z.object({
        envelope: sha256Schema,
        step: z.string().nullable(),
        seenAt: timeSchema,
        /** files of the level before that it lists as made */
        made: z.array(listedFileSchema),
        /** what it lists as used */
        took: z.array(listedFileSchema),
      }),
    ),
  ),
  /** there is more than is answered: more envelopes, files or levels */
  truncated: z.boolean(),
})
export type ArtifactOrigins = z.infer<typeof artifactOriginsSchema>
export const artifactOriginsQuerySchema = z.object({ levels: z.coerce.number().int().min(1).max(20).default(6) })

// ---- what is asked --------------------------------------------------------------------------------

/** Under which run of which software something is pushed; a token of a software need not name it. */
const runSchema = {
  software: z.string().min(1).max(200).nullable().default(null),
  run: z.string().min(1).max(200).nullable().default(null),
  attempt: z.coerce.number().int().min(1).max(1_000).nullable().default(null),
}
export const importQuerySchema = z.object({ ...runSchema, title: z.string().max(200).default('Files brought in') })
/** `path`: where the document lies in its chain, such as `build.1a2b3c4d/compile.5e6f7a8b.link` of a sublayout */
export const attestationQuerySchema = z.object({
  ...runSchema,
  path: z.string().min(1).max(1_024).nullable().default(null),
})

const pageQuery = { after: z.string().max(100).optional(), limit: z.coerce.number().int().min(1).max(500).default(50) }
export const importListQuerySchema = z.object(pageQuery)
export type ImportListQuery = z.infer<typeof importListQuerySchema>
export const envelopeListQuerySchema = z.object({
  ...pageQuery,
  status: z.enum(['parsed', 'quarantined']).optional(),
  kind: z.enum(['link', 'layout', 'statement', 'policy', 'unknown']).optional(),
  /** step or predicate name, or the beginning of a sha256 */
  q: z.string().max(200).optional(),
})
export type EnvelopeListQuery = z.infer<typeof envelopeListQuerySchema>
