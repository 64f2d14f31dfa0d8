import type { Digests } from '../report.ts'
import type { Case } from './choose.ts'
import { canTie, madeFiles } from './content.ts'
import type { SignedLink } from './evidence.ts'

/**
 * Whether links of an earlier attempt took a file whose step was recorded anew since and then made another one: they
 * speak about what is no longer there. What they made in turn, often a constant (`result` = PASS), binds nothing then.
 */
export function tookReplaced({ store, own }: Case, links: readonly SignedLink[]): boolean {
  const gone = new Set<string>()
  const here = new Set<string>()
  for (const link of [...store.evidence.links.values()].flat()) {
    const standing = own.standingOf(link)
    if (standing === 'replaced') addMade(gone, link)
    else if (standing !== 'elsewhere') addMade(here, link)
  }
  return links.some(({ record }) =>
    [...record.materials.values()].some((file) => namesOf(file).some((name) => gone.has(name) && !here.has(name))),
  )
}

function addMade(names: Set<string>, { record }: SignedLink): void {
  for (const file of madeFiles(record).values()) if (canTie(file)) for (const name of namesOf(file)) names.add(name)
}

function namesOf(file: Digests): string[] {
  return Object.entries(file).map(([algorithm, hex]) => `${algorithm}:${hex.toLowerCase()}`)
}
