import { FormatError } from './format-error.ts'

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function valuesOf(alphabet: string): Int8Array {
  const values = new Int8Array(128).fill(-1)
  for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i
  return values
}

const standardValues = valuesOf(STANDARD)
const urlValues = valuesOf(STANDARD.replace('+/', '-_'))

const letters = new TextEncoder().encode(STANDARD)
const PADDING = 0x3d

/** Standard alphabet, padded. */
export function toBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4)
  let at = 0
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text[at++] = letters[group >> 18] ?? 0
    text[at++] = letters[(group >> 12) & 63] ?? 0
    text[at++] = i + 1 < bytes.length ? (letters[(group >> 6) & 63] ?? 0) : PADDING
    text[at++] = i + 2 < bytes.length ? (letters[group & 63] ?? 0) : PADDING
  }
  return new TextDecoder().decode(text)
}

/**
 * Strict base64 (RFC 4648, section 4 or 5): one alphabet throughout, no blanks or line breaks, no bits set beyond
 * the last byte. Padding must be right; only the URL alphabet may leave it out.
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const end = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length
  const url = text.includes('-') || text.includes('_')
  const padded = end < text.length
  if (padded ? text.length % 4 !== 0 : end % 4 === 1) fail('its length is wrong')
  // without padding only the URL alphabet is in use; text that fits both alphabets is let through
  if (!padded && end % 4 !== 0 && !url && /[+/]/.test(text)) fail('its padding is missing')
  return decode(text, end, url ? urlValues : standardValues)
}

function decode(text: string, end: number, values: Int8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor((end * 3) / 4))
  let at = 0
  let i = 0
  for (; i + 4 <= end; i += 4) {
    const group =
      (valueAt(text, i, values) << 18) |
      (valueAt(text, i + 1, values) << 12) |
      (valueAt(text, i + 2, values) << 6) |
      valueAt(text, i + 3, values)
    bytes[at++] = group >> 16
    bytes[at++] = group >> 8
    bytes[at++] = group
  }
  let rest = 0
  for (let j = i; j < end; j++) rest = (rest << 6) | valueAt(text, j, values)
  const spare = ((end - i) * 6) % 8
  if ((rest & ((1 << spare) - 1)) !== 0) fail('it has bits set beyond its last byte')
  for (let shift = (end - i) * 6 - 8; shift >= 0; shift -= 8) bytes[at++] = rest >> shift
  return bytes
}

function valueAt(text: string, at: number, values: Int8Array): number {
  const unit = text.charCodeAt(at)
  const value = unit < 128 ? (values[unit] ?? -1) : -1
  if (value < 0) fail(`character ${at + 1} does not belong to its alphabet`)
  return value
}

function fail(why: string): never {
  throw new FormatError('BASE64', `The text is not strict base64: ${why}.`)
}
