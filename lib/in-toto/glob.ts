import { type Atom, type CharacterClass, parseGlob } from './glob-pattern.ts'

/**
 * Python's `fnmatch.fnmatchcase`, which in-toto's rules are defined by, without its exponential time: `*` and `?`
 * match any character, also `/`, newline and a leading dot; `[...]` is a class, `[!...]` its complement; an unclosed
 * `[` and `\` are ordinary characters. Characters are code points.
 */
export interface Glob {
  readonly pattern: string
  /** nothing but `*`: matches everything */
  readonly all: boolean
  /** the only text that matches, where the pattern has no special character; else null */
  readonly literal: string | null
  /** what every text that matches begins with */
  readonly prefix: string
  /** nothing but that and a `*`: whatever begins so matches */
  readonly prefixOnly: boolean
  readonly matches: (text: string) => boolean
}

const cache = new Map<string, Glob>()

/** The matcher of a pattern; those in use are kept. */
export function compileGlob(pattern: string): Glob {
  const known = cache.get(pattern)
  if (known !== undefined) return known
  const glob = build(pattern)
  if (cache.size >= 1_000) cache.clear()
  cache.set(pattern, glob)
  return glob
}

export function matchGlob(pattern: string, text: string): boolean {
  return compileGlob(pattern).matches(text)
}

function build(pattern: string): Glob {
  const runs = parseGlob(pattern)
  const prefix = literalOf(runs[0] ?? [])
  const pieces = plainPieces(runs)
  const some = { pattern, all: false, literal: null, prefix, prefixOnly: false }
  if (pieces === null) return { ...some, matches: runMatcher(runs, prefix) }
  if (pieces.length === 1) return { ...some, literal: pattern, matches: (text) => text === pattern }
  if (pieces.every((piece) => piece === '')) return { ...some, all: true, prefixOnly: true, matches: () => true }
  return { ...some, prefixOnly: pieces.slice(1).every((piece) => piece === ''), matches: pieceMatcher(pieces) }
}

/** The ordinary characters at the beginning of a run. */
function literalOf(run: readonly Atom[]): string {
  let literal = ''
  for (const atom of run) {
    if (typeof atom !== 'number') break
    literal += String.fromCodePoint(atom)
  }
  return literal
}

/** Most texts do not begin as they should: that is seen without a look at their code points. */
function runMatcher(runs: readonly (readonly Atom[])[], prefix: string): (text: string) => boolean {
  return (text) => text.startsWith(prefix) && matchRuns(runs, text)
}

/** `dist/*`, `*.js` and `a*b` are nearly all there are; they need no loop. */
function pieceMatcher(pieces: readonly string[]): (text: string) => boolean {
  const [first = '', last = ''] = pieces
  if (pieces.length !== 2) return (text) => matchPieces(pieces, text)
  if (last === '') return (text) => text.startsWith(first)
  if (first === '') return (text) => text.endsWith(last)
  const least = first.length + last.length
  return (text) => text.length >= least && text.startsWith(first) && text.endsWith(last)
}

/** The runs between the stars as text, or null where one has a class, a `?` or half a character. */
function plainPieces(runs: readonly (readonly Atom[])[]): string[] | null {
  const pieces: string[] = []
  for (const run of runs) {
    let piece = ''
    for (const atom of run) {
      if (typeof atom !== 'number') return null
      piece += String.fromCodePoint(atom)
    }
    if (!piece.isWellFormed()) return null
    pieces.push(piece)
  }
  return pieces
}

/** `a*b*c`: the first piece begins the text, the last ends it, each between is taken where it first occurs. */
function matchPieces(pieces: readonly string[], text: string): boolean {
  const first = pieces[0] ?? ''
  const last = pieces[pieces.length - 1] ?? ''
  const end = text.length - last.length
  if (!text.startsWith(first) || !text.endsWith(last)) return false
  let at = first.length
  for (let i = 1; i < pieces.length - 1; i++) {
    const piece = pieces[i] ?? ''
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return at <= end
}

/** The same for runs with classes, over code points. Greedy from the left is enough: runs have a fixed length. */
function matchRuns(runs: readonly (readonly Atom[])[], text: string): boolean {
  const points = pointsOf(text)
  const first = runs[0] ?? []
  const last = runs[runs.length - 1] ?? []
  if (runs.length === 1) return points.length === first.length && fitsAt(first, points, 0)
  const end = points.length - last.length
  if (first.length > end || !fitsAt(first, points, 0) || !fitsAt(last, points, end)) return false
  let at = first.length
  for (const run of runs.slice(1, -1)) {
    while (at + run.length <= end && !fitsAt(run, points, at)) at++
    at += run.length
    if (at > end) return false
  }
  return true
}

/** A text by its code points. */
interface Points {
  readonly length: number
  readonly at: (i: number) => number
}

/** Where no two units make one code point, the text is taken as it is. */
function pointsOf(text: string): Points {
  if (!PAIR.test(text)) return { length: text.length, at: (i) => text.charCodeAt(i) }
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  return { length: points.length, at: (i) => points[i] ?? -1 }
}

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/

function fitsAt(run: readonly Atom[], points: Points, at: number): boolean {
  for (let i = 0; i < run.length; i++) {
    if (!fits(run[i] ?? 'any', points.at(at + i))) return false
  }
  return true
}

function fits(atom: Atom, point: number): boolean {
  if (atom === 'any') return true
  return typeof atom === 'number' ? atom === point : inClass(atom, point)
}

function inClass({ negated, ranges }: CharacterClass, point: number): boolean {
  for (const [first, last] of ranges) {
    if (point >= first && point <= last) return !negated
  }
  return negated
}
