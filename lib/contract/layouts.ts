import { z } from 'zod'
import { sha256Schema, timeSchema, uuidSchema } from './verdict.ts'

export const positionsSchema = z.record(z.string(), z.object({ x: z.number(), y: z.number() }))

export const draftSchema = z.object({
  id: uuidSchema,
  name: z.string(),
  software: z.object({ slug: z.string(), name: z.string() }).nullable(),
  /** the layout's JSON text; unknown members are kept */
  document: z.string(),
  positions: positionsSchema,
  revision: z.number().int(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  updatedBy: z.string(),
})
export type Draft = z.infer<typeof draftSchema>

export const createDraftSchema = z.strictObject({
  name: z.string().trim().min(1).max(80),
  software: z.string().nullable().default(null),
  /** layout JSON text, or a whole signed envelope (Metablock or DSSE), whose signatures are left behind; absent: empty */
  document: z.string().max(4_000_000).optional(),
})

/** Saves only on top of the revision it was drawn on; otherwise 409 with the current draft. */
export const saveDraftSchema = z.strictObject({
  revision: z.number().int(),
  name: z.string().trim().min(1).max(80).optional(),
  document: z.string().max(4_000_000).optional(),
  positions: positionsSchema.optional(),
})

/** Freezes a draft: from here on the bytes are fixed and can be signed. */
export const createVersionSchema = z.strictObject({ draftId: uuidSchema, revision: z.number().int() })

export const versionSchema = z.object({
  id: uuidSchema,
  name: z.string(),
  number: z.number().int(),
  software: z.object({ slug: z.string(), name: z.string() }).nullable(),
  draftId: uuidSchema.nullable(),
  /** the layout document, JSON text */
  signedJson: z.string(),
  /** base64 of the exact bytes that Metablock signatures cover (canonical JSON) */
  metablockBytes: z.string(),
  /** base64 of the DSSE payload; signatures cover its PAE */
  dssePayload: z.string(),
  /** sha256 of the Metablock bytes */
  sha256: sha256Schema,
  expires: timeSchema,
  createdAt: timeSchema,
  createdBy: z.string(),
  signatures: z.array(
    z.object({
      fingerprint: sha256Schema,
      keyid: z.string(),
      name: z.string(),
      metablock: z.boolean(),
      dsse: z.boolean(),
      at: timeSchema,
      by: z.string(),
    }),
  ),
  /** owner keys of its software; all must have signed before it can be put in force or exported */
  needed: z.array(z.object({ fingerprint: sha256Schema, name: z.string(), signed: z.boolean() })),
  state: z.enum(['in-force', 'ready', 'waiting', 'retired']),
})
export type LayoutVersion = z.infer<typeof versionSchema>

/** One signing act by one key. Each signature is verified before it is stored. */
export const addSignatureSchema = z.strictObject({
  /** the public key, PEM SPKI */
  publicKey: z.string().max(65536),
  /** sha256 of the Metablock bytes the signer saw: refused where it is not this version's */
  sha256: sha256Schema,
  /** hex, over the canonical JSON */
  metablockSig: z.string().max(4096),
  /** base64, over the PAE of the payload */
  dsseSig: z.string().max(4096),
})

export const layoutListSchema = z.object({
  drafts: z.array(draftSchema.omit({ document: true, positions: true }).extend({ steps: z.number().int() })),
  versions: z.array(
    versionSchema
      .omit({ signedJson: true, metablockBytes: true, dssePayload: true })
      .extend({ steps: z.number().int() }),
  ),
})

/** Where each node goes and how each edge runs; made by ELK on the server. */
export const arrangeRequestSchema = z.strictObject({
  nodes: z
    .array(z.strictObject({ id: z.string(), width: z.number().positive(), height: z.number().positive() }))
    .max(300),
  edges: z
    .array(
      z.strictObject({
        id: z.string(),
        source: z.string(),
        target: z.string(),
        label: z.strictObject({ width: z.number(), height: z.number() }).nullable(),
      }),
    )
    .max(2000),
  aspectRatio: z.number().min(0.2).max(10),
})
export const arrangementSchema = z.object({
  nodes: z.record(z.string(), z.object({ x: z.number(), y: z.number() })),
  edges: z.record(
    z.string(),
    z.object({
      points: z.array(z.object({ x: z.number(), y: z.number() })),
      labelAt: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }).nullable(),
    }),
  ),
  width: z.number(),
  height: z.number(),
})
export type Arrangement = z.infer<typeof arrangementSchema>

/** A run whose links the editor can preview rules with. */
export const sampleRunHeadSchema = z.object({
  id: uuidSchema,
  label: z.string(),
  at: timeSchema,
  software: z.string().nullable(),
  verdict: z.string().nullable(),
  /** of the draft's own software */
  own: z.boolean(),
})
export type SampleRunHead = z.infer<typeof sampleRunHeadSchema>
export const sampleRunListSchema = z.object({ runs: z.array(sampleRunHeadSchema) })

/** Links of a build or an import for the live rule preview in the editor. */
export const sampleRunSchema = z.object({
  id: z.string(),
  label: z.string(),
  links: z.array(
    z.object({
      name: z.string(),
      keyids: z.array(z.string()),
      materials: z.record(z.string(), z.record(z.string(), z.string())),
      products: z.record(z.string(), z.record(z.string(), z.string())),
      command: z.array(z.string()),
    }),
  ),
})
export type SampleRun = z.infer<typeof sampleRunSchema>
