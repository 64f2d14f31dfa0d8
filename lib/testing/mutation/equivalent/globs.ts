import type { Equivalents } from '../equivalent.ts'

/** Patterns of rules. */
export const GLOBS: Equivalents = {
  'lib/in-toto/glob-pattern.ts': [
    {
      was: '} else if (close >= 0) {',
      changes: ['} else if (close > 0) {'],
      why: 'a class begins with a bracket, so that none ends at the very first character',
    },
    {
      was: 'const first = chunks[0] ?? []',
      changes: ['const first = chunks[0] ?? ["Stryker was here"]'],
      why: 'cutting gives one chunk at least',
    },
    {
      was: 'const before = chunks[k - 1] ?? []',
      changes: ['const before = chunks[k - 1] ?? ["Stryker was here"]'],
      why: 'both indexes are within the list',
    },
    {
      was: 'const after = chunks[k] ?? []',
      changes: ['const after = chunks[k] ?? ["Stryker was here"]'],
      why: 'both indexes are within the list',
    },
    {
      was: 'while (hyphen >= 0) {',
      changes: ['while (hyphen > 0) {'],
      why: 'hyphens are looked for behind the first character',
    },
    {
      was: 'if (rest.length === 0 && last !== undefined) last.push(HYPHEN)',
      changes: ['if (rest.length === 0 && true) last.push(HYPHEN)'],
      why: 'a class is never empty: with nothing left over there is a chunk',
    },
    {
      was: 'for (let k = chunks.length - 1; k > 0; k--) {',
      changes: ['for (let k = chunks.length - 1; k >= 0; k--) {'],
      why: 'before the first chunk there is none, and no character is less than nothing',
    },
    {
      was: 'const ranges: [number, number][] = []',
      changes: ['const ranges: [number, number][] = ["Stryker was here"]'],
      why: 'a range between two letters is a comparison with NaN: no character is in it',
    },
  ],
  'lib/in-toto/glob.ts': [
    {
      was: 'if (cache.size >= 1_000) cache.clear()',
      changes: [
        'if (true) cache.clear()',
        'if (cache.size > 1_000) cache.clear()',
        'if (cache.size < 1_000) cache.clear()',
      ],
      why: 'what is kept saves time alone: without it the same is computed again',
    },
    {
      was: 'const prefix = literalOf(runs[0] ?? [])',
      changes: ['const prefix = literalOf(runs[0] ?? ["Stryker was here"])'],
      why: 'a pattern has one run at least',
    },
    {
      was: 'const first = runs[0] ?? []',
      changes: ['const first = runs[0] ?? ["Stryker was here"]'],
      why: 'a pattern has one run at least',
    },
    {
      was: 'const last = runs[runs.length - 1] ?? []',
      changes: ['const last = runs[runs.length - 1] ?? ["Stryker was here"]'],
      why: 'a pattern has one run at least',
    },
    {
      was: 'if (pieces.length !== 2) return (text) => matchPieces(pieces, text)',
      changes: ['if (true) return (text) => matchPieces(pieces, text)'],
      why: 'a shorter way: the loop gives the same answer for two pieces',
    },
    {
      was: "if (last === '') return (text) => text.startsWith(first)",
      changes: ['if (false) return (text) => text.startsWith(first)'],
      why: 'a shorter way: every text ends with nothing',
    },
    {
      was: "if (first === '') return (text) => text.endsWith(last)",
      changes: ['if (false) return (text) => text.endsWith(last)'],
      why: 'a shorter way: every text begins with nothing',
    },
    {
      was: 'while (at + run.length <= end && !fitsAt(run, points, at)) at++',
      changes: ['while (at - run.length <= end && !fitsAt(run, points, at)) at++'],
      why: 'what fits behind the end is found too late, and the line below the next says no as before',
    },
    {
      was: 'if (!PAIR.test(text)) return { length: text.length, at: (i) => text.charCodeAt(i) }',
      changes: ['if (false) return { length: text.length, at: (i) => text.charCodeAt(i) }'],
      why: 'a shorter way: without pairs the code points are the units',
    },
    {
      was: 'return { length: points.length, at: (i) => points[i] ?? -1 }',
      changes: ['return { length: points.length, at: (i) => points[i] ?? +1 }'],
      why: 'nobody asks behind the end: lengths are compared before',
    },
    {
      was: 'for (let i = 0; i < run.length; i++) {',
      changes: ['for (let i = 0; i <= run.length; i++) {'],
      why: 'behind the run stands "any", which fits everything',
    },
  ],
}
