import { toHex } from './bytes.ts'
import { FormatError } from './format-error.ts'

const P = 2n ** 255n - 19n
/** y of a point of order 8; its negative is the other one. */
const ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n

/**
 * The y coordinates of the eight points of small order (libsodium keeps the same list).
 * Under such a key one signature verifies for many or all messages.
 */
const smallOrder: ReadonlySet<bigint> = new Set([0n, 1n, P - 1n, ORDER_8, P - ORDER_8])

/** What the encodings of those points begin with, the two that are not reduced included: for a quick look. */
const firstBytes: ReadonlySet<number> = new Set([...smallOrder, P, P + 1n].map((y) => Number(y & 0xffn)))

/** Refuses keys that are not 32 bytes, not reduced, or of small order. */
export function assertEd25519Key(key: Uint8Array): void {
  if (key.length !== 32) throw new FormatError('KEY_INVALID', `An Ed25519 key has 32 bytes, this one ${key.length}.`)
  const y = yCoordinate(key)
  if (y >= P) throw new FormatError('KEY_INVALID', 'The Ed25519 key is not in its canonical encoding.')
  if (smallOrder.has(y)) {
    throw new FormatError('WEAK_KEY', 'The Ed25519 key is a point of small order: anyone can sign for it.')
  }
}

/** True for encodings of points of small order, reduced or not; used for R of a signature too. */
export function hasSmallOrder(point: Uint8Array): boolean {
  return point.length === 32 && firstBytes.has(point[0] ?? 0) && smallOrder.has(yCoordinate(point) % P)
}

function yCoordinate(point: Uint8Array): bigint {
  const bigEndian = Uint8Array.from(point).reverse()
  bigEndian[0] = (bigEndian[0] ?? 0) & 0x7f
  return BigInt(`0x${toHex(bigEndian)}`)
}
