import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sharedPath } from '#lib/testing/shared-data.ts'
import { FormatError, parseJson, parseSpiffeBundle } from './index.ts'

describe('SPIFFE bundles of go-spiffe', () => {
  const folder = sharedPath('corpus/spiffe/bundle')
  if (folder === null) {
    test.skip('needs ../shared/corpus/spiffe/bundle, which is not here', () => undefined)
    return
  }
  const read = (name: string) => parseSpiffeBundle(parseJson(readFileSync(`${folder}/${name}`)))

  test.each([
    ['spiffebundle_valid_1.json', 1, null],
    ['spiffebundle_valid_2.json', 1, 1n],
    ['spiffebundle_valid_with_wit.json', 1, 1n],
  ])('%s has %i root', (name, roots, sequence) => {
    expect([read(name).roots.length, read(name).sequence]).toEqual([roots, sequence])
  })

  test.each([
    ['spiffebundle_missing_kid.json', 'kid'],
    ['spiffebundle_multiple_x509.json', 'x5c'],
    ['spiffebundle_no_keys.json', 'keys'],
  ])('%s is refused, naming %s', (name, place) => {
    expect(() => read(name)).toThrowError(FormatError)
    expect(() => read(name)).toThrowError(place)
  })
})

describe('a SPIFFE bundle', () => {
  const parse = (text: string) => parseSpiffeBundle(parseJson(new TextEncoder().encode(text)))

  test('may have no key at all', () => {
    expect(parse('{"keys": []}')).toEqual({ roots: [], sequence: null })
  })

  test.each([
    '[]',
    '{"keys": {}}',
    '{"keys": [1]}',
    '{"keys": [{"use": "x509-svid"}]}',
    '{"keys": [{"kty": "EC", "use": "x509-svid"}]}',
    '{"keys": [{"kty": "EC", "use": "x509-svid", "x5c": ["AAAA"]}]}',
    '{"keys": [], "spiffe_sequence": "1"}',
  ])('%s is none', (text) => {
    expect(() => parse(text)).toThrowError(expect.objectContaining({ code: 'SPIFFE_BUNDLE' }))
  })
})
