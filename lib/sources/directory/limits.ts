import { LIMITS } from '#lib/in-toto/index.ts'

/** What is read of a folder. Each refusal names its limit and the value that was found. */
export const DIRECTORY_LIMITS = {
  /** folders below one another */
  depth: 32,
  /** names in one folder */
  names: 200_000,
  fileBytes: LIMITS.envelopeBytes,
  /** of a name from the source's folder on, as text is counted in JavaScript */
  keyLength: 1_024,
  /** files that the probe counts before it says "at least" */
  counted: 10_000,
  /** a file that was written less long ago may still be growing */
  settleMs: 2_000,
  /** a file that was written less long ago is left alone while it reads like the beginning of one */
  unfinishedMs: 60_000,
} as const
