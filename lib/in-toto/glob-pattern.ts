/** One character of a pattern: a code point, `?`, or a class. */
export type Atom = number | 'any' | CharacterClass

export interface CharacterClass {
  readonly negated: boolean
  /** first and last code point of each range */
  readonly ranges: readonly (readonly [number, number])[]
}

const STAR = 0x2a
const QUESTION = 0x3f
const OPEN = 0x5b
const CLOSE = 0x5d
const BANG = 0x21
const HYPHEN = 0x2d

/** A glob as the runs of characters between its stars; one run where it has no star. */
export function parseGlob(pattern: string): Atom[][] {
  const points = Array.from(pattern, (character) => character.codePointAt(0) ?? 0)
  let run: Atom[] = []
  const runs = [run]
  for (let at = 0; at < points.length; at++) {
    const point = points[at] ?? 0
    const close = point === OPEN ? closingBracket(points, at + 1) : -1
    if (point === STAR) {
      run = []
      runs.push(run)
    } else if (close >= 0) {
      run.push(parseClass(points.slice(at + 1, close)))
      at = close
    } else {
      run.push(point === QUESTION ? 'any' : point)
    }
  }
  return runs
}

/** Where the class that begins at `start` ends; its first character belongs to it, also a `]`. -1: it never ends. */
function closingBracket(points: readonly number[], start: number): number {
  return points.indexOf(CLOSE, start + (points[start] === BANG ? 2 : 1))
}

/**
 * The inside of a class, in the steps of CPython's `fnmatch.translate`: cut at the hyphens that make ranges, ranges
 * that run backwards removed, and only then asked whether it begins with `!`.
 */
function parseClass(inside: readonly number[]): CharacterClass {
  const chunks = cutAtRanges(inside)
  dropEmptyRanges(chunks)
  const first = chunks[0] ?? []
  const negated = first[0] === BANG
  if (negated) chunks[0] = first.slice(1)
  return { negated, ranges: rangesOf(chunks) }
}

function cutAtRanges(inside: readonly number[]): number[][] {
  const chunks: number[][] = []
  let start = 0
  let hyphen = inside.indexOf(HYPHEN, inside[0] === BANG ? 2 : 1)
  while (hyphen >= 0) {
    chunks.push(inside.slice(start, hyphen))
    start = hyphen + 1
    hyphen = inside.indexOf(HYPHEN, hyphen + 3)
  }
  const rest = inside.slice(start)
  const last = chunks.at(-1)
  if (rest.length === 0 && last !== undefined) last.push(HYPHEN)
  else chunks.push(rest)
  return chunks
}

/** `c-a` holds nothing; what stands around it is joined. */
function dropEmptyRanges(chunks: number[][]): void {
  for (let k = chunks.length - 1; k > 0; k--) {
    const before = chunks[k - 1] ?? []
    const after = chunks[k] ?? []
    if ((before.at(-1) ?? 0) > (after[0] ?? 0)) chunks.splice(k - 1, 2, [...before.slice(0, -1), ...after.slice(1)])
  }
}

/** Characters stand for themselves; from the last of one chunk to the first of the next runs a range. */
function rangesOf(chunks: readonly (readonly number[])[]): [number, number][] {
  const ranges: [number, number][] = []
  for (const [index, chunk] of chunks.entries()) {
    for (const point of chunk) ranges.push([point, point])
    const next = chunks[index + 1]?.[0]
    if (next === undefined) continue
    const last = chunk.at(-1)
    // nothing before the hyphen: it stands for itself
    ranges.push(last === undefined ? [HYPHEN, HYPHEN] : [last, next])
  }
  return ranges
}
