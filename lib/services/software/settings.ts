import { z } from 'zod'

export const softwareSettingsSchema = z.object({
  /** how long evidence may take after the final link was first seen */
  waitingMinutes: z.number().int().min(0).max(43_200).default(60),
  /** empty: all that the last step of the layout made */
  finalFiles: z.array(z.object({ step: z.string(), pattern: z.string() })).default([]),
  /** JSON pointers to where a signed document says which run it belongs to; the first found counts */
  runIdPaths: z.array(z.string()).default([]),
})
export type SoftwareSettings = z.output<typeof softwareSettingsSchema>

/** Member names of a JSON pointer (RFC 6901), from the outermost. */
export function membersOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Settings as stored; a row without any has the defaults. */
export function readSettings(stored: unknown): SoftwareSettings {
  return softwareSettingsSchema.parse(stored ?? {})
}

/** Layout parameters as stored with a binding; null where it has none. */
export function readParameters(stored: unknown): Record<string, string> | null {
  return z.record(z.string(), z.string()).nullable().parse(stored)
}

/** Pinned sublayouts as stored with a binding: step -> sha256. */
export function readSublayouts(stored: unknown): Record<string, string> {
  return z.record(z.string(), z.string()).parse(stored ?? {})
}

/** Forms of evidence as stored with a binding: step -> text. */
export function readForms(stored: unknown): Record<string, string> {
  return z.record(z.string(), z.string()).parse(stored ?? {})
}
