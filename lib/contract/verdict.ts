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
