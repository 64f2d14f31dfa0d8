import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasSmallOrder } from './ed25519-key.ts'

const P = 2n ** 255n - 19n
const ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n
/** every y below 2^255 that is one of the five modulo p */
const encodings = [0n, 1n, P - 1n, ORDER_8, P - ORDER_8, P, P + 1n]

function littleEndian(y: bigint, sign: boolean): Uint8Array {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => Number((y >> BigInt(8 * i)) & 0xffn))
  bytes[31] = (bytes[31] ?? 0) | (sign ? 0x80 : 0)
  return bytes
}

test.each(encodings)('%d is of small order with either sign, and not with another bit changed', (y) => {
  for (const sign of [false, true]) {
    const point = littleEndian(y, sign)
    expect(hasSmallOrder(point)).toBe(true)
    for (let bit = 0; bit < 255; bit++) {
      const other = point.with(bit >> 3, (point[bit >> 3] ?? 0) ^ (1 << (bit & 7)))
      expect(hasSmallOrder(other)).toBe(encodings.includes(y ^ (1n << BigInt(bit))))
    }
  }
})

test('any other point is not', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 255n - 1n }), fc.boolean(), (y, sign) => {
      expect(hasSmallOrder(littleEndian(y, sign))).toBe(encodings.includes(y))
    }),
  )
})
