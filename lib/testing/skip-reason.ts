/**
 * Why a test was skipped: what it said when it skipped itself, or what its name says in words such as `(skipped
 * without openssl)` or `needs in-toto-run`. null: nobody says.
 */
export function skipReason(fullName: string, note: string | undefined): string | null {
  if (note !== undefined && note.trim() !== '') return note.trim()
  const named = /\((skipped[^()]*)\)|\b(needs [^()>]+)/.exec(fullName)
  return named?.[1] ?? named?.[2]?.trim() ?? null
}

/** What a suite hands to `npm test`. */
export type SuiteResult = {
  passed: number
  failed: number
  skipped: { name: string; reason: string | null }[]
}
