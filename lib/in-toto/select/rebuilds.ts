import { equalArtifacts, equalDigests } from '../link.ts'
import type { Digests } from '../report.ts'
import type { Case, Choice } from './choose.ts'
import { canTie } from './content.ts'
import type { SignedLink } from './evidence.ts'
import { linksOf } from './links-of.ts'

/** A link of another run that made something else from the very same files. */
export interface Rebuild {
  readonly link: SignedLink
  /** the first product that is not the same */
  readonly artifact: string
  /** null: the step did not make it there */
  readonly here: Digests | null
  readonly there: Digests | null
}

/**
 * What an allowed functionary recorded for the step outside the build's run, from equal materials and with other
 * products. It is shown and never changes a verdict: a build need not be reproducible. Where no material tells runs
 * apart (none, or empty files only) there is nothing to compare.
 */
export function rebuildsOf({ store, own }: Case, { step, groups }: Choice): Rebuild[] {
  const [selected] = groups[0] ?? []
  if (selected === undefined || selected.sublayout || groups.some((group) => !isOne(group, selected))) return []
  if (![...selected.record.materials.values()].some(canTie)) return []
  return linksOf(store.evidence, step.name).flatMap((link) => {
    if (link.sublayout || link.content === selected.content || groups.flat().includes(link)) return []
    if (!['elsewhere', 'copy'].includes(own.standingOf(link))) return []
    if (!equalArtifacts(link.record.materials, selected.record.materials)) return []
    const differing = firstDifference(selected.record.products, link.record.products)
    return differing === null ? [] : [{ link, ...differing }]
  })
}

function isOne(group: readonly SignedLink[], { content }: SignedLink): boolean {
  return group.every((link) => link.content === content)
}

type Products = SignedLink['record']['products']

function firstDifference(here: Products, there: Products): Omit<Rebuild, 'link'> | null {
  for (const artifact of [...new Set([...here.keys(), ...there.keys()])].sort()) {
    const [one, other] = [here.get(artifact) ?? null, there.get(artifact) ?? null]
    if (one === null || other === null || !equalDigests(one, other)) return { artifact, here: one, there: other }
  }
  return null
}
