import { toHex } from './bytes.ts'
import { FormatError } from './format-error.ts'
import type { Curve } from './key.ts'

/** Field prime and b of y² = x³ - 3x + b (FIPS 186-4, D.1.2). */
const domains: Readonly<Record<Curve, { bytes: number; p: bigint; b: bigint }>> = {
  'P-256': {
    bytes: 32,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  'P-384': {
    bytes: 48,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
  'P-521': {
    bytes: 66,
    p: 2n ** 521n - 1n,
    b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  },
}

/** Refuses points that are compressed, at infinity, out of range or not on the curve. */
export function assertPointOnCurve(curve: Curve, point: Uint8Array): void {
  const { bytes, p, b } = domains[curve]
  if (point.length !== 1 + 2 * bytes || point[0] !== 4) {
    throw new FormatError('KEY_INVALID', `The ${curve} key is not an uncompressed point of ${1 + 2 * bytes} bytes.`)
  }
  const x = BigInt(`0x${toHex(point.subarray(1, 1 + bytes))}`)
  const y = BigInt(`0x${toHex(point.subarray(1 + bytes))}`)
  if (x >= p || y >= p || (y * y - (x * x * x - 3n * x + b)) % p !== 0n) {
    throw new FormatError('KEY_INVALID', `The key's point does not lie on the curve ${curve}.`)
  }
}
