import { z } from 'zod'
import type { Report } from '#lib/in-toto/report.ts'
import { takenOutSchema } from './taken-out.ts'
import { pageOf, sha256Schema, stateSchema, timeSchema, uuidSchema, verdictSchema } from './verdict.ts'
import { attentionSchema, verificationRowSchema } from './verifications.ts'

export const buildRowSchema = z.object({
  id: uuidSchema,
  short: z.string(),
  state: stateSchema,
  verdict: verdictSchema.nullable(),
  software: z.object({ slug: z.string(), name: z.string() }),
  /** run label or directory of the delivery */
  label: z.string(),
  /** code and sentence of the root cause; null while running or verified */
  code: z.string().nullable(),
  headline: z.string(),
  step: z.string().nullable(),
  layout: z.object({ versionId: uuidSchema, name: z.string(), number: z.number().int() }).nullable(),
  /** keyids that signed the final step */
  signers: z.array(z.string()),
  receivedAt: timeSchema,
  judgedAt: timeSchema.nullable(),
  demo: z.boolean(),
  /** a final file failed a verification made elsewhere; the verdict does not know of it */
  attention: attentionSchema.nullable(),
})
export type BuildRow = z.infer<typeof buildRowSchema>
export const buildPageSchema = pageOf(buildRowSchema)

export const buildFilterSchema = z.object({
  state: z.array(stateSchema).optional(),
  software: z.string().optional(),
  /** substring of label, short id, headline, or the beginning of a final file's sha256 */
  q: z.string().max(200).optional(),
  /** a final file failed a verification made elsewhere: as a declared verifier signed, as others claim, or either */
  elsewhere: z.enum(['any', 'failed', 'claimed']).optional(),
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export type BuildFilter = z.infer<typeof buildFilterSchema>

const digestsSchema = z.record(z.string(), z.string())

/** One row of the why page's file table. */
export const fileComparisonSchema = z.object({
  path: z.string(),
  /** path on the other side, where a prefix changes it */
  otherPath: z.string().nullable(),
  expected: digestsSchema.nullable(),
  found: digestsSchema.nullable(),
  result: z.enum(['same', 'changed', 'not-made', 'missing', 'not-allowed']),
  /** other builds or steps in which the found digest was seen */
  seen: z.array(z.object({ buildShort: z.string().nullable(), step: z.string(), at: timeSchema })),
})
export type FileComparison = z.infer<typeof fileComparisonSchema>

export const fixSchema = z.object({
  id: z.string(),
  title: z.string(),
  text: z.string(),
  /** a command or snippet to copy */
  snippet: z.string().nullable(),
  href: z.string().nullable(),
})

/** What the why page shows, derived from the report by a pure function (lib/provenance/explain). */
export const explanationSchema = z.object({
  /** one template per failure class */
  kind: z.string(),
  /** the sentence: `package used a dist/server.js that build did not make` */
  heading: z.string(),
  /** what the layout demands, one sentence or two */
  demand: z.string(),
  code: z.string().nullable(),
  step: z.string().nullable(),
  counterpart: z.string().nullable(),
  rule: z
    .object({
      text: z.string(),
      list: z.enum(['materials', 'products']),
      index: z.number().int(),
      of: z.number().int(),
      /** all rules of that list in order, so that the rule is shown in its place */
      all: z.array(z.string()),
    })
    .nullable(),
  files: z.array(fileComparisonSchema),
  fixes: z.array(fixSchema),
  /** other root causes and consequences */
  more: z.array(z.object({ code: z.string(), message: z.string(), step: z.string().nullable(), follows: z.boolean() })),
  /** per step in layout order */
  timeline: z.array(
    z.object({
      step: z.string(),
      outcome: z.enum(['passed', 'failed', 'warning', 'missing', 'not-judged']),
      text: z.string(),
      receivedAt: timeSchema.nullable(),
    }),
  ),
})
export type Explanation = z.infer<typeof explanationSchema>

export const evidenceSchema = z.object({
  sha256: sha256Schema,
  kind: z.string(),
  name: z.string().nullable(),
  path: z.string(),
  keyids: z.array(z.string()),
  receivedAt: timeSchema,
  by: z.string(),
  delivery: z.string(),
  role: z.enum(['selected', 'considered']),
  reason: z.string().nullable(),
  /** who took it out of consideration; null: nobody */
  takenOut: takenOutSchema.nullable(),
  size: z.number().int(),
})

export const buildDetailSchema = buildRowSchema.extend({
  files: z.array(z.object({ path: z.string(), algo: z.string(), digest: z.string() })),
  explanation: explanationSchema,
  report: z.custom<Report>((v) => typeof v === 'object' && v !== null).nullable(),
  referenceVerdict: z.enum(['allow', 'deny']).nullable(),
  engine: z.string().nullable(),
  /** what others decided about its final files, at most 50 */
  verifications: z.array(verificationRowSchema),
  evidence: z.array(evidenceSchema),
  history: z.array(
    z.object({
      id: uuidSchema,
      verdict: verdictSchema,
      headline: z.string(),
      judgedAt: timeSchema,
      layout: z.string(),
    }),
  ),
})
export type BuildDetail = z.infer<typeof buildDetailSchema>

// ---- provenance graph -----------------------------------------------------------------------------

export const graphStateSchema = z.enum(['pass', 'fail', 'warn', 'expired', 'unverified', 'running'])

export const graphNodeSchema = z.object({
  id: z.string(),
  kind: z.enum(['step', 'inspection', 'artifact', 'source', 'fold']),
  label: z.string(),
  detail: z.string(),
  state: graphStateSchema,
  /** fold: what it stands for */
  members: z
    .array(z.object({ id: z.string(), label: z.string(), detail: z.string(), state: graphStateSchema }))
    .optional(),
  /** position by ELK, centre-free: left and top, px */
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
})
export const graphEdgeSchema = z.object({
  id: z.string(),
  source: z.string(),
  target: z.string(),
  state: graphStateSchema,
  /** `17 match, 1 differs` */
  label: z.string(),
  /** ELK's route: start, bends, end */
  points: z.array(z.object({ x: z.number(), y: z.number() })),
  labelAt: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }).nullable(),
})
export const graphSchema = z.object({
  nodes: z.array(graphNodeSchema),
  edges: z.array(graphEdgeSchema),
  width: z.number(),
  height: z.number(),
  /** ids in the order in which problems are walked; the failing edge first */
  problems: z.array(z.string()),
  /** node ids in flow order, for the list view and the keyboard */
  order: z.array(z.string()),
})
export type ProvenanceGraph = z.infer<typeof graphSchema>

/** Side panel of a step. Names and digests are capped; totals say how many there are. */
export const stepFilesSchema = z.object({
  materials: z.array(z.object({ path: z.string(), digests: digestsSchema })),
  products: z.array(z.object({ path: z.string(), digests: digestsSchema })),
  materialsTotal: z.number().int(),
  productsTotal: z.number().int(),
})

/** `path`: names of the sublayout steps that lead to the step; `materialsFrom`, `productsFrom`: how many to pass over. */
export const stepFilesQuerySchema = z.object({
  q: z.string().max(200).default(''),
  path: z.array(z.string()).default([]),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  materialsFrom: z.coerce.number().int().min(0).default(0),
  productsFrom: z.coerce.number().int().min(0).default(0),
})
export type StepFiles = z.infer<typeof stepFilesSchema>
