import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { gitoidOf } from './gitoid.ts'

test.each([0, 1, 64 * 1024, 64 * 1024 + 1, 300_000])('the sha256 of git’s blob of %d bytes', (size) => {
  const bytes = new Uint8Array(size).map((_, at) => at % 251)
  const blob = Buffer.concat([Buffer.from(`blob ${size}\0`), bytes])
  expect(gitoidOf(bytes)).toBe(createHash('sha256').update(blob).digest('hex'))
})

test('of the empty blob is what git says', () => {
  expect(gitoidOf(new Uint8Array())).toBe('473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813')
})
