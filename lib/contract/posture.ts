import { z } from 'zod'
import { buildRowSchema } from './builds.ts'
import { timeSchema } from './verdict.ts'
import { verificationRowSchema } from './verifications.ts'

/** The first page: is production covered, and what is wrong? */
export const postureSchema = z.object({
  /** a sentence made from the data: `2 software are blocked, 1 layout has expired` */
  headline: z.string(),
  subline: z.string(),
  software: z.object({ total: z.number().int(), covered: z.number().int(), uncovered: z.number().int() }),
  /** latest build of each software */
  now: z.object({
    verified: z.number().int(),
    blocked: z.number().int(),
    expired: z.number().int(),
    notVerified: z.number().int(),
    none: z.number().int(),
  }),
  /** builds of the last 30 days by current verdict */
  builds: z.object({
    total: z.number().int(),
    verified: z.number().int(),
    blocked: z.number().int(),
    expired: z.number().int(),
    notVerified: z.number().int(),
    running: z.number().int(),
  }),
  /** software whose latest build does not verify, oldest failure first */
  failing: z.array(z.object({ build: buildRowSchema, since: timeSchema })),
  /** software without a layout in force that every owner key signed and that has not expired */
  uncovered: z.array(z.object({ slug: z.string(), name: z.string(), reason: z.string() })),
  expiring: z.array(
    z.object({
      kind: z.enum(['layout', 'key', 'certificate', 'token', 'trust domain']),
      name: z.string(),
      href: z.string(),
      at: timeSchema,
      days: z.number().int(),
      /** what stops working */
      consequence: z.string(),
    }),
  ),
  /** failures decided elsewhere that stand; `claimed`: only others than a declared verifier say so */
  elsewhere: z.object({
    artifacts: z.object({ failed: z.number().int(), claimed: z.number().int() }),
    builds: z.object({ failed: z.number().int(), claimed: z.number().int() }),
    latest: z.array(verificationRowSchema),
  }),
  demo: z.boolean(),
  empty: z.boolean(),
})
export type Posture = z.infer<typeof postureSchema>
