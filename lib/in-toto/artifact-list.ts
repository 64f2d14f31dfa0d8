import type { Artifacts } from './link.ts'
import type { Digests } from './report.ts'

/** A file list as two columns: entry `i` is `paths[i]` with `digests[i]`. */
export interface ArtifactColumns {
  readonly paths: readonly string[]
  readonly digests: readonly Digests[]
  /** in the order of their code points, as in-toto writes them, which then is JavaScript's own order too */
  readonly sorted: boolean
}

/** Where the paths that begin with `prefix` are in a list in order: from the first up to but without the last. */
export function rangeOf({ paths }: ArtifactColumns, prefix: string): readonly [number, number] {
  const from = firstEntry(paths, 0, (path) => path >= prefix)
  return [from, firstEntry(paths, from, (path) => !path.startsWith(prefix))]
}

/** The first entry from `start` on for which `is` holds, as it then does for all that follow. */
function firstEntry(paths: readonly string[], start: number, is: (path: string) => boolean): number {
  let [low, high] = [start, paths.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (is(paths[middle] ?? '')) high = middle
    else low = middle + 1
  }
  return low
}

const simple = new WeakMap<ArtifactColumns, boolean>()

/** Whether no path has a backslash or an empty part: then a prefix can be cut off and put back. */
export function hasSimplePaths(columns: ArtifactColumns): boolean {
  const known = simple.get(columns)
  if (known !== undefined) return known
  const found = columns.paths.every((path) => !path.includes('\\') && !path.includes('//'))
  simple.set(columns, found)
  return found
}

/** A list that was compared with another: with which (see numberOf), how, and a code for each entry. */
export interface ComparedList {
  readonly with: number
  readonly comparison: string
  readonly codes: Uint8Array
}

/**
 * Files in the order of their paths, kept as columns: rules go through them in order. An index by path, as large as the
 * list, is made only when somebody asks for a single file.
 */
export class ArtifactList implements ReadonlyMap<string, Digests> {
  readonly columns: ArtifactColumns
  readonly number = ++lists
  /** what comparing it with others said; kept here, so that it goes when the list goes (see numberOf) */
  compared: readonly ComparedList[] = []
  private index: ReadonlyMap<string, Digests> | null = null

  /**
   * @param paths ASCII, in order, each once
   * @param digests of each a whole SHA-256 in lower-case hex
   */
  constructor(paths: readonly string[], digests: readonly Digests[]) {
    this.columns = { paths, digests, sorted: true }
  }

  get size(): number {
    return this.columns.paths.length
  }

  get(path: string): Digests | undefined {
    return this.byPath().get(path)
  }

  has(path: string): boolean {
    return this.byPath().has(path)
  }

  keys(): MapIterator<string> {
    return this.columns.paths.values()
  }

  values(): MapIterator<Digests> {
    return this.columns.digests.values()
  }

  entries(): MapIterator<[string, Digests]> {
    return this[Symbol.iterator]()
  }

  *[Symbol.iterator](): MapIterator<[string, Digests]> {
    const { paths, digests } = this.columns
    for (let i = 0; i < paths.length; i++) yield [paths[i] ?? '', digests[i] ?? {}]
  }

  forEach(call: (digests: Digests, path: string, all: ReadonlyMap<string, Digests>) => void): void {
    for (const [path, digests] of this) call(digests, path, this)
  }

  private byPath(): ReadonlyMap<string, Digests> {
    this.index ??= new Map(this)
    return this.index
  }
}

let lists = 0
const numbers = new WeakMap<Artifacts, number>()

/**
 * A number by which a list can be known again without being held. V8 takes the values of a WeakMap for alive at every
 * collection but the full ones: files kept in one for the length of a verification would outlive it by many others.
 */
export function numberOf(artifacts: Artifacts): number {
  if (artifacts instanceof ArtifactList) return artifacts.number
  const number = numbers.get(artifacts) ?? ++lists
  numbers.set(artifacts, number)
  return number
}

/** Columns of lists that are maps; a list never changes. */
const known = new WeakMap<Artifacts, ArtifactColumns>()

export function columnsOf(artifacts: Artifacts): ArtifactColumns {
  if (artifacts instanceof ArtifactList) return artifacts.columns
  const found = known.get(artifacts)
  if (found !== undefined) return found
  const paths = [...artifacts.keys()]
  const columns = { paths, digests: [...artifacts.values()], sorted: isSorted(paths) }
  known.set(artifacts, columns)
  return columns
}

const SURROGATE = /[\ud800-\udfff]/

function isSorted(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) {
    const before = names[i - 1] ?? ''
    // JavaScript's own comparison is the faster one, and orders by code point unless the lesser has a surrogate
    if (!(before < (names[i] ?? '')) || SURROGATE.test(before)) return false
  }
  return true
}
