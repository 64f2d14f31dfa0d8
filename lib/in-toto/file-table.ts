// Longer than most: a list's entries, what they share with lists before, and their canonical form are one loop.
import { ArtifactList } from './artifact-list.ts'
import { LIMITS } from './limits.ts'
import type { Artifacts } from './link.ts'
import type { Digests } from './report.ts'
import { type Scan, sticky } from './scan.ts'

/** A file list as it was written. Entry `i` begins at `text[starts[i]]`. */
export interface FileTable {
  readonly text: string
  readonly artifacts: Artifacts
  /** canonical JSON of the list; entry `i` begins at `canonicalStarts[i]` and is followed by a comma or the end */
  readonly canonical: Uint8Array
  readonly paths: readonly string[]
  readonly digests: readonly Digests[]
  readonly starts: readonly number[]
  readonly canonicalStarts: readonly number[]
}

/** How much text of lists read before is kept to be found again. */
const KEPT_CHARACTERS = 32 * 1024 * 1024
const KEPT_TABLES = 4

/**
 * File lists that were read before. A step's materials are often the last one's products, to the letter, and its
 * products mostly the same files again: these share names and digests, so that rules compare them at no cost.
 */
export class ArtifactTables {
  private known: FileTable[] = []

  findAt(text: string, at: number): FileTable | null {
    // a slice is compared as a whole, startsWith character by character
    return this.known.find(({ text: known }) => text.slice(at, at + known.length) === known) ?? null
  }

  /** the list read last, which the next one probably resembles */
  get latest(): FileTable | null {
    return this.known.at(-1) ?? null
  }

  keep(table: FileTable): void {
    if (table.text.length < 200) return
    const known = [...this.known.filter((one) => one !== table), table].slice(-KEPT_TABLES)
    let characters = known.reduce((sum, one) => sum + one.text.length, 0)
    while (known.length > 2 && characters > KEPT_CHARACTERS) characters -= known.shift()?.text.length ?? 0
    this.known = known
  }
}

const OPEN = sticky('{ ')
const FILE = sticky('"(TEXT)" : { "sha256" : "([0-9a-f]{64})" }')
const COMMA = 0x2c
const CLOSE = 0x7d

/**
 * `path: {sha256: hex}`, sorted and without repetition: then its canonical form is the same without blanks. Null where
 * it is anything else.
 * @param like a list that this one probably resembles
 */
export function readFileTable(scan: Scan, like: FileTable | null): FileTable | null {
  const begin = scan.at
  if (!scan.skip(OPEN)) return null
  const left = scan.text.length - begin + 1
  const draft = new Draft(like === null ? left : Math.min(like.canonical.length + (like.canonical.length >> 3), left))
  let next = 0
  for (;;) {
    if (like !== null) {
      const run = sameEntries(scan, like, next)
      if (run > 0) {
        const first = like.paths[next] ?? ''
        if (draft.size > 0 && !(draft.last < first)) return null
        draft.addRun(like, next, run, scan.at - begin)
        scan.at += (like.starts[next + run] ?? 0) - (like.starts[next] ?? 0)
        next += run
      }
    }
    const start = scan.at
    const found = scan.match(FILE)
    if (found === null) return null
    const [, name = '', hex = ''] = found
    if (draft.size > 0 && !(draft.last < name)) return null
    if (like !== null) while ((like.paths[next] ?? '\uffff') < name) next++
    const known = like !== null && like.paths[next] === name ? like.digests[next] : undefined
    const path = known === undefined ? scan.copy(name, start) : (like?.paths[next] ?? '')
    const digests = known !== undefined && known.sha256 === hex ? known : { sha256: scan.copy(hex, start) }
    draft.add(path, digests, hex, start - begin)
    if (draft.size > LIMITS.artifacts) return null
    scan.blanks()
    const separator = scan.text.charCodeAt(scan.at++)
    if (separator === CLOSE) return draft.finish(scan.text.slice(begin, scan.at))
    if (separator !== COMMA) return null
    scan.blanks()
    if (known !== undefined) next++
  }
}

const LONGEST_RUN = 4_096

/**
 * How many entries from `next` on stand here to the letter, each with the comma and the blanks behind it: in strides
 * that grow as long as all is the same, and shrink to where it ends.
 */
function sameEntries({ text, at }: Scan, like: FileTable, next: number): number {
  const last = like.starts.length - 1
  const from = like.starts[next] ?? 0
  let count = 0
  let stride = 1
  let grows = true
  while (stride >= 1) {
    const end = next + count + stride
    if (end <= last && sameText(text, at, like, next + count, end, from)) {
      count += stride
      stride = grows ? Math.min(stride * 2, LONGEST_RUN) : stride >> 1
    } else {
      grows = false
      stride >>= 1
    }
  }
  return count
}

/** Two slices that are compared as a whole: many times faster than character by character. */
function sameText(text: string, at: number, like: FileTable, first: number, end: number, from: number): boolean {
  const start = like.starts[first] ?? 0
  const stop = like.starts[end] ?? 0
  return text.slice(at + start - from, at + stop - from) === like.text.slice(start, stop)
}

const PREFIX = new TextEncoder().encode('":{"sha256":"')
const QUOTE = 0x22
/** what an entry has in canonical form besides its path, the separator included */
const AROUND = PREFIX.length + 64 + 4

/**
 * What small lists are written into, several of them: making an array of bytes takes longer than filling a small one. A
 * list keeps no more than this alive.
 */
const SLAB = 16 * 1024
const SMALL = SLAB / 4
let slab = new Uint8Array(SLAB)
let used = 0

function smallBytes(length: number): Uint8Array {
  if (used + length > SLAB) {
    slab = new Uint8Array(SLAB)
    used = 0
  }
  const bytes = slab.subarray(used, used + length)
  used += length
  return bytes
}

/** A table while it is being read. */
class Draft {
  private readonly paths: string[] = []
  private readonly digests: Digests[] = []
  private readonly starts: number[] = []
  private readonly canonicalStarts: number[] = []
  private bytes: Uint8Array
  private at = 1

  constructor(expected: number) {
    this.bytes = expected <= SMALL ? smallBytes(expected) : new Uint8Array(expected)
    this.bytes[0] = 0x7b
  }

  get size(): number {
    return this.paths.length
  }

  get last(): string {
    return this.paths[this.paths.length - 1] ?? ''
  }

  add(path: string, digests: Digests, hex: string, start: number): void {
    this.entry(path, digests, start, this.at)
    this.reserve(path.length + AROUND)
    const { bytes } = this
    let at = this.at
    bytes[at++] = QUOTE
    for (let i = 0; i < path.length; i++) bytes[at++] = path.charCodeAt(i)
    bytes.set(PREFIX, at)
    at += PREFIX.length
    for (let i = 0; i < hex.length; i++) bytes[at++] = hex.charCodeAt(i)
    bytes[at++] = QUOTE
    bytes[at++] = CLOSE
    bytes[at++] = COMMA
    this.at = at
  }

  /** `count` entries of another table from `first` on, which stand here too; not its last one. */
  addRun(like: FileTable, first: number, count: number, start: number): void {
    const moved = start - (like.starts[first] ?? 0)
    const from = like.canonicalStarts[first] ?? 0
    const canonicalMoved = this.at - from
    for (let i = first; i < first + count; i++) {
      const canonical = (like.canonicalStarts[i] ?? 0) + canonicalMoved
      this.entry(like.paths[i] ?? '', like.digests[i] ?? {}, (like.starts[i] ?? 0) + moved, canonical)
    }
    const copied = like.canonical.subarray(from, like.canonicalStarts[first + count])
    this.reserve(copied.length)
    this.bytes.set(copied, this.at)
    this.at += copied.length
  }

  finish(text: string): FileTable {
    this.bytes[this.at - 1] = CLOSE
    const artifacts = new ArtifactList(this.paths, this.digests)
    const { paths, digests, starts, canonicalStarts } = this
    return {
      text,
      artifacts,
      canonical: this.bytes.subarray(0, this.at),
      paths,
      digests,
      starts,
      canonicalStarts,
    }
  }

  private entry(path: string, digests: Digests, start: number, canonicalStart: number): void {
    this.paths.push(path)
    this.digests.push(digests)
    this.starts.push(start)
    this.canonicalStarts.push(canonicalStart)
  }

  private reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + more))
    larger.set(this.bytes)
    this.bytes = larger
  }
}
