import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { FormatError } from './format-error.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Text to UTF-8. Lone surrogates must have been refused before: TextEncoder would replace them. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text)
}

/** UTF-8 to text. Refuses anything that is not well-formed UTF-8; a byte order mark is kept, not swallowed. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new FormatError('UTF8', `The text is not valid UTF-8 (byte ${firstInvalidByte(bytes)}).`)
  }
}

/** Offset of the first byte that starts no well-formed sequence, found by halving the good prefix. */
function firstInvalidByte(bytes: Uint8Array): number {
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (startsWell(bytes.subarray(0, middle))) good = middle
    else bad = middle
  }
  return good
}

function startsWell(prefix: Uint8Array): boolean {
  try {
    // stream: an incomplete last sequence is no fault yet
    new TextDecoder('utf-8', { fatal: true }).decode(prefix, { stream: true })
    return true
  } catch {
    return false
  }
}

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += hexOf[byte]
  return hex
}

/** Hex of either case to bytes; refuses an odd length and every other character. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 2 !== 0) throw new FormatError('HEX', `Hex text has an odd number of digits (${text.length}).`)
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = hexDigit(text, 2 * i) * 16 + hexDigit(text, 2 * i + 1)
  }
  return bytes
}

function hexDigit(text: string, at: number): number {
  const c = text.charCodeAt(at)
  if (c >= 48 && c <= 57) return c - 48
  if (c >= 97 && c <= 102) return c - 87
  if (c >= 65 && c <= 70) return c - 55
  throw new FormatError('HEX', `Hex text has a character at position ${at} that is no hex digit.`)
}

/** Same length and content. Not for secrets: it stops at the first difference. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Bytes above which memory is given back at once. */
const LARGE = 1024 * 1024

/**
 * Gives back the memory of large bytes, where the collector would do it some time later: whoever looks at them, or at
 * anything else of their buffer, sees nothing from now on.
 */
export function giveBack({ length, buffer }: Uint8Array): void {
  if (length > LARGE && buffer instanceof ArrayBuffer && 'transfer' in buffer) buffer.transfer(0)
}

/** SHA-256, synchronous and portable. On Node, `lib/crypto/node` has a faster one for large inputs. */
export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(nobleSha256(bytes))
}

/**
 * Orders text by code point, which is the order of its UTF-8 bytes. JavaScript's own order is by UTF-16 unit
 * and puts U+10000 and above before U+E000..U+FFFF.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** Lifts surrogates above every other unit, so that units compare as the code points they stand for. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x2800 : unit
}
