import { z } from 'zod'

export const verdictSchema = z.enum(['allow', 'deny', 'cannot-tell'])

/** What people see. `expired` is a deny whose root cause is an expiry; `running` has no verdict yet. */
export const stateSchema = z.enum(['verified', 'blocked', 'expired', 'not-verified', 'running'])
export type State = z.infer<typeof stateSchema>

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits')
export const timeSchema = z.iso.datetime({ offset: false })
export const uuidSchema = z.uuid()

/** One page of a list, newest first. `next` is handed back as `?after=`; null on the last page. */
export const pageOf = <T extends z.ZodType>(row: T) =>
  z.object({ rows: z.array(row), next: z.string().nullable(), total: z.number().int() })

/** Asked by digest: only what a software ships has a verdict. */
export const verdictAnswerSchema = z.object({
  digest: z.string(),
  verdict: verdictSchema,
  /** NOT_FINAL, DIGEST_UNKNOWN, or the root cause of the build that decides */
  code: z.string().nullable(),
  message: z.string(),
  /** builds that ship the digest; one that is allowed by the layout in force suffices */
  builds: z.array(
    z.object({ short: z.string(), software: z.string(), verdict: verdictSchema.nullable(), receivedAt: timeSchema }),
  ),
  /**
   * it failed a verification made elsewhere: `failed` as a declared verifier signed, `claimed` as others say. It is told
   * beside the verdict and changes nothing about it.
   */
  elsewhere: z.enum(['failed', 'claimed']).nullable(),
  /** not final: builds in which it occurs */
  occursIn: z.array(z.object({ short: z.string(), software: z.string(), step: z.string() })),
})
export type VerdictAnswer = z.infer<typeof verdictAnswerSchema>

export const verdictQuerySchema = z.object({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 lower-case hex digits'),
  /** slug: the software whose layout must pass; without it every software that ships the digest is looked at */
  software: z.string().max(100).optional(),
})
