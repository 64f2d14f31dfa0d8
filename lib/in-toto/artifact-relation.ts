import { ArtifactList, type ComparedList, columnsOf, numberOf } from './artifact-list.ts'
import { type Artifacts, equalDigests } from './link.ts'
import type { Digests } from './report.ts'
import { compareDigestSets } from './statements/digest-set.ts'

/** What another list says about a file of this one. */
export type Relation = 'absent' | 'same' | 'different' | 'unknown'

const RELATIONS = ['absent', 'same', 'different', 'unknown'] as const satisfies Relation[]
const [ABSENT, SAME, DIFFERENT, UNKNOWN] = [0, 1, 2, 3]

/** Links compare digest sets to the letter; two statements by what they share, which may prove nothing. */
export type Comparison = 'links' | 'statements'

/** Of lists that are maps. Rules ask the same again and again, about lists that never change. */
const known = new WeakMap<Artifacts, readonly ComparedList[]>()

/** With how many others the answers are kept: the steps of a chain look at a few, a list that is kept for long at many. */
const KEPT = 16

function keep(list: Artifacts, compared: readonly ComparedList[]): void {
  if (list instanceof ArtifactList) list.compared = compared
  else known.set(list, compared)
}

/**
 * What `others` says about entry `i` of `list`, under the same path. Lists in order are gone through once, side by side,
 * and the answers are kept; else each is looked up.
 */
export function relationTo(list: Artifacts, others: Artifacts, comparison: Comparison): (i: number) => Relation {
  const { paths, digests, sorted } = columnsOf(list)
  if (!sorted || !columnsOf(others).sorted) {
    return (i) => RELATIONS[relate(digests[i], others.get(paths[i] ?? ''), comparison)] ?? 'unknown'
  }
  let codes: Uint8Array | null = null
  return (i) => {
    codes ??= codesOf(list, others, comparison)
    return RELATIONS[codes[i] ?? UNKNOWN] ?? 'unknown'
  }
}

function codesOf(list: Artifacts, others: Artifacts, comparison: Comparison): Uint8Array {
  const compared = (list instanceof ArtifactList ? list.compared : known.get(list)) ?? []
  const number = numberOf(others)
  const kept = compared.find((one) => one.with === number && one.comparison === comparison)
  if (kept !== undefined) return kept.codes
  const codes = join(list, others, comparison)
  keep(list, [...compared.slice(1 - KEPT), { with: number, comparison, codes }])
  return codes
}

function join(list: Artifacts, others: Artifacts, comparison: Comparison): Uint8Array {
  const { paths, digests } = columnsOf(list)
  const other = columnsOf(others)
  const codes = new Uint8Array(paths.length)
  let at = 0
  for (let i = 0; i < paths.length; i++) {
    const path = paths[i] ?? ''
    // lists of one chain share their names: mostly this is a comparison of pointers
    while (at < other.paths.length && other.paths[at] !== path && (other.paths[at] ?? '') < path) at++
    codes[i] = other.paths[at] === path ? relate(digests[i], other.digests[at], comparison) : ABSENT
  }
  return codes
}

function relate(own: Digests | undefined, other: Digests | undefined, comparison: Comparison): number {
  if (own === undefined || other === undefined) return ABSENT
  if (comparison === 'links') return equalDigests(own, other) ? SAME : DIFFERENT
  const compared = compareDigestSets(own, other)
  return compared === 'same' ? SAME : compared === 'different' ? DIFFERENT : UNKNOWN
}
