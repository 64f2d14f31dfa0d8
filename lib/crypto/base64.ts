import { FormatError } from './format-error.ts'

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function valuesOf(alphabet: string): Int8Array {
  const values = new Int8Array(128).fill(-1)
  for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i
  return values
}

const standardValues = valuesOf(STANDARD)
const urlValues = valuesOf(STANDARD.replace('+/', '-_'))

/** Standard alphabet, padded. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  // btoa takes one character per byte; pieces keep the argument list short
  for (let i = 0; i < bytes.length; i += 0x6000) text += btoa(String.fromCharCode(...bytes.subarray(i, i + 0x6000)))
  return text
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
  let bits = 0
  let held = 0
  let at = 0
  for (let i = 0; i < end; i++) {
    const unit = text.charCodeAt(i)
    const value = unit < 128 ? (values[unit] ?? -1) : -1
    if (value < 0) fail(`character ${i + 1} does not belong to its alphabet`)
    bits = ((bits << 6) | value) & 0xffff
    held += 6
    if (held >= 8) {
      held -= 8
      bytes[at++] = (bits >> held) & 0xff
    }
  }
  if ((bits & ((1 << held) - 1)) !== 0) fail('it has bits set beyond its last byte')
  return bytes
}

function fail(why: string): never {
  throw new FormatError('BASE64', `The text is not strict base64: ${why}.`)
}
