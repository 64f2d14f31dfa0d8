import type { Evidence, SignedLink, Unusable } from './evidence.ts'

/** Links that count for a step; none for one that the layout does not have. */
export function linksOf({ links }: Evidence, step: string): readonly SignedLink[] {
  return links.get(step) ?? []
}

export function unusableOf({ unusable }: Evidence, step: string): readonly Unusable[] {
  return unusable.get(step) ?? []
}

export function unprovenOf({ unproven }: Evidence, step: string): readonly SignedLink[] {
  return unproven.get(step) ?? []
}
