import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changedParts, diffLines } from './index.ts'

const text = fc.array(fc.constantFrom('a', 'b', 'c', '{', '}'), { maxLength: 12 }).map((lines) => lines.join('\n'))

test('the lines that stay and those removed make the old text; those that stay and those added make the new one', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after) ?? []
      const without = (kind: string) => lines.filter((line) => line.kind !== kind).map((line) => line.text)
      expect(without('added').join('\n')).toBe(before)
      expect(without('removed').join('\n')).toBe(after)
    }),
  )
})

test('one changed line is one line removed and one added', () => {
  expect(diffLines('a\nb\nc', 'a\nx\nc')?.map(({ kind }) => kind)).toEqual(['same', 'removed', 'added', 'same'])
})

test('far from changes lines are left out', () => {
  const before = Array.from({ length: 40 }, (_, n) => `line ${n}`)
  const parts = changedParts(diffLines(before.join('\n'), before.with(20, 'new').join('\n')) ?? [])
  expect(parts).toHaveLength(10)
  expect(parts.filter((part) => part === null)).toHaveLength(2)
})
