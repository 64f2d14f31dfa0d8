import { expect, test } from 'vitest'
import { lockChanges } from './install.mjs'

const lock = (packages: Record<string, { version: string; integrity?: string }>): string => JSON.stringify({ packages })
const one = { version: '1.0.0', integrity: 'sha512-a' }

test('an install that follows the lock changes nothing', () => {
  expect(lockChanges(lock({ a: one }), lock({ a: one }))).toEqual({ changed: [], added: [] })
})

test.each([
  ['another version', { a: { ...one, version: '1.0.1' } }],
  ['other bytes of the same version', { a: { ...one, integrity: 'sha512-b' } }],
  ['nothing at all', {}],
])('%s in place of a locked package is found', (_what, after) => {
  expect(lockChanges(lock({ a: one }), lock(after)).changed).toEqual(['a'])
})

test("another platform's binaries, which the lock does not know, are told apart", () => {
  expect(lockChanges(lock({ a: one }), lock({ a: one, 'node_modules/x-darwin': one }))).toEqual({
    changed: [],
    added: ['node_modules/x-darwin'],
  })
})
