import { expect, test } from 'vitest'
import { safeReturn } from './safe-return.ts'

test('a path of this site is kept with its query and hash', () => {
  expect(safeReturn('/b/4997?f=dist/server.js#files')).toBe('/b/4997?f=dist/server.js#files')
})

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '', '/\t/evil.example'])(
  'another site is never returned to: %j',
  (asked) => {
    expect(safeReturn(asked)).toMatch(/^\/(?![/\\])/)
    expect(new URL(safeReturn(asked), 'http://here.example').origin).toBe('http://here.example')
  },
)

test('signing in does not lead back to the sign-in page', () => {
  expect(safeReturn('/signin?callbackUrl=/signin')).toBe('/')
  expect(safeReturn(null)).toBe('/')
})
