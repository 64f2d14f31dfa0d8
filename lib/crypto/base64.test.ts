import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromBase64, fromHex, toBase64, toHex } from './index.ts'

const bytes = fc.uint8Array({ maxLength: 70 })

describe('base64', () => {
  test('reads what Buffer writes, in both alphabets, padded or not where the URL alphabet allows it', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const standard = Buffer.from(value).toString('base64')
        expect(toBase64(value)).toBe(standard)
        expect([...fromBase64(standard)]).toEqual([...value])
        expect([...fromBase64(standard.replaceAll('+', '-').replaceAll('/', '_'))]).toEqual([...value])
        const url = Buffer.from(value).toString('base64url')
        expect([...fromBase64(url)]).toEqual([...value])
      }),
    )
  })

  test.each([
    ['a blank', 'aGVs bG8='],
    ['a line break', 'aGVsbG8=\n'],
    ['garbage', 'aGVsbG8=!!'],
    ['mixed alphabets', '-_+/'],
    ['bits beyond the last byte', 'aGVsbG9='],
    ['bits beyond the last byte, two signs of padding', 'aB=='],
    ['padding in the middle', 'aGVsbG8=aGVsbG8='],
    ['too much padding', 'aGVsbA==='],
    ['padding alone', '='],
    ['one character', 'a'],
    ['missing padding in the standard alphabet', '+/8'],
    ['a character beyond ASCII', 'aGVsbGÖ='],
  ])('refuses %s', (_, text) => {
    expect(() => fromBase64(text)).toThrowError(expect.objectContaining({ code: 'BASE64' }))
  })
})

describe('hex', () => {
  test('reads what it writes, in either case', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(toHex(value)).toBe(Buffer.from(value).toString('hex'))
        expect([...fromHex(toHex(value))]).toEqual([...value])
        expect([...fromHex(toHex(value).toUpperCase())]).toEqual([...value])
      }),
    )
  })

  test.each(['a', '0g', '0x', ' 0', '0\u0660'])('refuses %j', (text) => {
    expect(() => fromHex(text)).toThrowError(expect.objectContaining({ code: 'HEX' }))
  })
})
