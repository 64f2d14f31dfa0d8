/** The characters of a text from `start` up to but without `end`. */
export type Cut = (start: number, end: number) => string

/**
 * A slice of a long string is a view that keeps the whole text alive and is slow to hash and compare. Where the
 * runtime can copy ASCII out of bytes, strings are cut from there; positions are the same when all of it is ASCII.
 * Null where it is not, or the runtime cannot.
 */
export function asciiCutter(bytes: Uint8Array, text: string): Cut | null {
  // through globalThis: a bundler would ship a substitute for a plain `Buffer`
  if (bytes.length !== text.length || !('Buffer' in globalThis)) return null
  const buffer = globalThis.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  // a third faster than toString('latin1', start, end)
  return canCopy(buffer) ? (start, end) => buffer.latin1Slice(start, end) : null
}

function canCopy(buffer: object): buffer is { latin1Slice(start: number, end: number): string } {
  return 'latin1Slice' in buffer && typeof buffer.latin1Slice === 'function'
}
