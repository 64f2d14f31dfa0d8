import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeShared } from '#lib/testing/shared-data.ts'
import { compileGlob, matchGlob } from './glob.ts'

/** Milliseconds of computing in this thread: other work on the machine must not decide a test. */
const cpuTime = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

/** All words of these letters, the shorter first, of up to so many letters. */
function wordsOf(letters: string, most: number): string[] {
  if (most === 0) return []
  const shorter = wordsOf(letters, most - 1)
  const longest = shorter.filter((word) => word.length === most - 1)
  const begun = most === 1 ? [''] : longest
  return [...shorter, ...begun.flatMap((word) => [...letters].map((letter) => word + letter))]
}

describe('globs mean what Python means', () => {
  test.each([
    ['*', 'a/b/c', true],
    ['*', '.hidden', true],
    ['*', 'two\nlines', true],
    ['*', '', true],
    ['?', '/', true],
    ['?', '😀', true],
    ['?', 'e\u0301', false],
    ['foo/*', 'foo/', true],
    ['foo/*', 'foo', false],
    ['*.py', 'a/b.py', true],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'abbc', true],
    ['a*a', 'a', false],
    ['[!a]', 'b', true],
    ['[!a]', 'a', false],
    ['[^a]', '^', true],
    ['[^a]', 'b', false],
    ['[]a]', ']', true],
    ['[!]a]', ']', false],
    ['[c-a]', 'b', false],
    ['[!c-a]', 'b', true],
    ['[a-]', '-', true],
    ['[-a]', '-', true],
    ['[a-c-e]', '-', true],
    ['[a-c-e]', 'd', false],
    // a range that holds nothing is taken out, and what is left begins with `!`: anything but `-` and `z`
    ['[c-a!-z]', '-', false],
    ['[c-a!-z]', 'z', false],
    ['[c-a!-z]', 'y', true],
    ['[c-a!-z]', '!', true],
    ['[abc', '[abc', true],
    ['[abc', 'a', false],
    ['a\\*', 'a\\b', true],
    ['a\\*', 'a*', false],
    ['{a,b}', '{a,b}', true],
    ['{a,b}', 'a', false],
    ['**', 'a/b', true],
    ['EVIL', 'evil', false],
  ])('%j on %j: %s', (pattern, name, expected) => {
    expect(matchGlob(pattern, name)).toBe(expected)
  })

  test.each([
    ['a[bc]d', 'abd', true],
    ['a[bc]d', 'xbd', false],
    ['a[bc]d', 'abx', false],
    ['a[bc]d*', 'abde', true],
    ['[ab]*[ab]', 'a', false],
    ['[ab]*[ab]', 'ab', true],
    ['[ab]*c[de]*f', 'acdf', true],
    ['[ab]*c[de]*f', 'acf', false],
    ['aa*b*aa', 'aabaa', true],
    ['aa*b*aa', 'aaa', false],
  ])('letters beside classes and stars: %j on %j: %s', (pattern, name, expected) => {
    expect(matchGlob(pattern, name)).toBe(expected)
  })

  test.each([
    ['*', true, null],
    ['**', true, null],
    ['a', false, 'a'],
    ['a*', false, null],
    ['?', false, null],
    ['[ab]', false, null],
    ['*[ab]', false, null],
  ])('%j matches everything: %s; only the text: %s', (pattern, all, literal) => {
    // rules take these as short cuts: a class that said "everything" would let anything pass
    expect(compileGlob(pattern)).toMatchObject({ all, literal })
  })

  test('a pattern without special characters matches itself and nothing else', () => {
    const plain = fc.string({ unit: fc.constantFrom(...'abc./-_ é😀') })
    fc.assert(
      fc.property(plain, plain, (pattern, name) => {
        expect(matchGlob(pattern, pattern)).toBe(true)
        expect(matchGlob(pattern, name)).toBe(pattern === name)
      }),
    )
  })

  test('the quick way for patterns of stars agrees with the general one', () => {
    // `[x]` is a class of one: the same pattern, which only the general matcher takes
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '/'), maxLength: 12 })
    fc.assert(
      fc.property(text, fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 12 }), (pattern, name) => {
        const general = pattern.replaceAll(/[ab/]/g, (character) => `[${character}]`)
        expect(matchGlob(pattern, name)).toBe(matchGlob(general, name))
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['*', '', true],
    ['**', '', true],
    ['a', 'a', false],
    ['dist/*', 'dist/', true],
    ['dist/**', 'dist/', true],
    ['dist/*.js', 'dist/', false],
    ['a*b*', 'a', false],
    ['*a', '', false],
    ['a?', 'a', false],
    ['a[b]c*', 'a', false],
    ['[a]*', '', false],
    ['?', '', false],
    ['é😀*', 'é😀', true],
  ])('%j begins with %j and takes whatever begins so: %s', (pattern, prefix, prefixOnly) => {
    // a rule takes a whole folder by these two, without asking for each file
    expect(compileGlob(pattern)).toMatchObject({ pattern, prefix, prefixOnly })
  })

  test.each([
    ['[😀]', '😀', true],
    ['[😀]', '\ud83d', false],
    ['?*[b]', '😀b', true],
    ['??', '😀', false],
    ['?', '\ud83d', true],
    ['[a-😀]', 'é', true],
    ['[!😀]', '😁', true],
    ['*\ud83d', '\ud83d', true],
    ['*\ud83d', 'a', false],
    // half a character is no part of a whole one
    ['\ud83d?', '\ud83da', true],
    ['*\ude00', '😀', false],
    ['a*\ude00*b', 'a😀b', false],
  ])('characters beyond the first 65,536 are one each: %j on %j: %s', (pattern, name, expected) => {
    expect(matchGlob(pattern, name)).toBe(expected)
  })

  test('a pattern is compiled once, and answers the same after more patterns than are kept', () => {
    const used = compileGlob('used/[twice]/*')
    expect(compileGlob('used/[twice]/*')).toBe(used)
    for (let i = 0; i < 1_100; i++) expect(matchGlob(`dist/${i}.*`, `dist/${i + 1}.js`)).toBe(false)
    expect(compileGlob('used/[twice]/*')).not.toBe(used)
    expect(matchGlob('used/[twice]/*', 'used/t/a')).toBe(true)
  })

  // by line: a pattern, and those of the names that CPython's fnmatchcase says it matches
  test.each([
    ['classes', 680, [...'abcd!-]^[', 'a]', '-]']],
    ['stars', 346, wordsOf('ab', 4)],
  ])('%s take what CPython says, and nothing else', (group, count, names) => {
    const lines = readFileSync(join(import.meta.dirname, `vectors/glob-${group}.tsv`), 'utf8')
      .split('\n')
      .slice(0, -1)
    expect(lines.length).toBe(count)
    const found = lines.map((line) => {
      const [pattern = ''] = line.split('\t')
      return `${pattern}\t${names.filter((name) => matchGlob(pattern, name)).join('|')}`
    })
    expect(found).toEqual(lines)
  })

  test('no pattern takes long', () => {
    const name = 'a'.repeat(20_000)
    for (const pattern of [
      `${'*a'.repeat(2_000)}b`,
      `${'*?'.repeat(2_000)}b`,
      `${'*[a]'.repeat(2_000)}b`,
      `${'*a[!b]'.repeat(50)}b`,
    ]) {
      const start = cpuTime()
      expect(compileGlob(pattern).matches(name)).toBe(false)
      expect(cpuTime() - start).toBeLessThan(1_000)
    }
  })
})

const vectorSchema = z.object({
  cases: z.array(z.object({ pattern: z.string(), name: z.string(), python: z.boolean() })),
})

describeShared('fnmatch on CPython', 'vectors/functions/glob.json', (bytes) => {
  const { cases } = vectorSchema.parse(JSON.parse(bytes.toString()))
  test('all 1254 answers agree', () => {
    expect(cases.length).toBe(1254)
    const wrong = cases.filter(({ pattern, name, python }) => matchGlob(pattern, name) !== python)
    expect(wrong).toEqual([])
  })
})

const corpusSchema = z.object({
  cases: z.array(z.looseObject({ pattern: z.string(), name: z.string(), python: z.boolean() })),
  redos: z.array(z.object({ pattern: z.string(), name: z.string(), expect: z.boolean(), max_ms: z.number() })),
})

describeShared('glob corpus', 'corpus/glob/glob.json', (bytes) => {
  const { cases, redos } = corpusSchema.parse(JSON.parse(bytes.toString()))
  test('all 49 patterns and names agree with Python', () => {
    expect(cases.length).toBe(49)
    expect(cases.filter(({ pattern, name, python }) => matchGlob(pattern, name) !== python)).toEqual([])
  })

  test('the 5 hostile patterns are answered in their time', () => {
    expect(redos.length).toBe(5)
    for (const { pattern, name, expect: expected, max_ms } of redos) {
      const start = cpuTime()
      expect(matchGlob(pattern, name)).toBe(expected)
      expect(cpuTime() - start).toBeLessThan(max_ms)
    }
  })
})
