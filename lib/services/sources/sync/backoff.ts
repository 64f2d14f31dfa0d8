import { SYNC } from '../limits.ts'

/**
 * Milliseconds to wait after so many failures in a row (1 or more): 2, 4, 8 seconds and so on up to ten minutes, half of
 * it by chance, so that many sources that failed together do not come back together. What the source asks for counts.
 * @param chance from 0 to 1
 */
export function backoffMs(failures: number, chance: number, askedMs: number | null = null): number {
  const { first, last } = SYNC.backoffMs
  const full = Math.min(last, first * 2 ** Math.min(30, Math.max(0, failures - 1)))
  const wait = Math.round(full / 2 + (full / 2) * chance)
  return askedMs === null ? wait : Math.max(wait, Math.min(askedMs, 3_600_000))
}
