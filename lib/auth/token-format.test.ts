import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeLocalToken } from '../cli/local-token.mjs'
import { looksLikeToken, makeToken, tokenHash } from './token-format.ts'

test('a new token has its shape, and its hash is what is stored', () => {
  const { token, prefix, sha256 } = makeToken()
  expect(token).toMatch(/^wbl_[0-9a-f]{6}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/)
  expect(token.startsWith(prefix)).toBe(true)
  expect(looksLikeToken(token)).toBe(true)
  expect(tokenHash(token)).toEqual(sha256)
})

test('the token of the command line has the same format', () => {
  expect(looksLikeToken(makeLocalToken())).toBe(true)
})

test('no two tokens are alike', () => {
  expect(new Set(Array.from({ length: 500 }, () => makeToken().token)).size).toBe(500)
})

test('a token with a changed character is recognised without asking the database', () => {
  const { token } = makeToken()
  const change = fc.tuple(fc.integer({ min: 0, max: token.length - 1 }), fc.constantFrom(...'0Aaz9Z_-'))
  fc.assert(
    fc.property(change, ([at, to]) => {
      fc.pre(token[at] !== to)
      expect(looksLikeToken(token.slice(0, at) + to + token.slice(at + 1))).toBe(false)
    }),
  )
})

test('other text is no token', () => {
  fc.assert(fc.property(fc.string(), (text) => !looksLikeToken(text)))
})
