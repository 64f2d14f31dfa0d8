import type { Import, ImportFile } from '#lib/contract/evidence.ts'

/** How many files had which fate. */
export function countsOf(files: readonly Pick<ImportFile, 'fate'>[]): Import['counts'] {
  const counts = { stored: 0, known: 0, quarantined: 0, refused: 0, listed: 0 }
  for (const { fate } of files) counts[fate]++
  return counts
}
