import { z } from 'zod'
import { sha256Schema } from './verdict.ts'

/** One line of text; `what` completes "give ...". */
export const lineSchema = (what: string, most: number) =>
  z
    .string()
    .trim()
    .min(1, `give ${what}`)
    .max(most)
    .regex(/^\P{Cc}+$/u, 'expected no control characters')

/** A key is named by fingerprint (already known) or brought as text. */
export const givenKeySchema = z.union([
  z.strictObject({ fingerprint: sha256Schema }),
  z.strictObject({ text: z.string().max(65_536), name: z.string().max(200) }),
])
