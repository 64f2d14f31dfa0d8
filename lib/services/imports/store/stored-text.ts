import { IMPORT_LIMITS } from '../limits.ts'

/**
 * Text from outside as PostgreSQL takes it: no NUL, and short enough for an index. Signed bytes keep it whole; this is
 * for finding and showing.
 */
export function storedText(text: string, limit: number = IMPORT_LIMITS.nameBytes): string {
  const clean = text.includes('\0') ? text.replaceAll('\0', '\\u0000') : text
  if (clean.length * 3 <= limit || Buffer.byteLength(clean) <= limit) return clean
  const bytes = Buffer.from(clean).subarray(0, limit - 3)
  // a character that was cut in two becomes U+FFFD at the end
  return `${bytes.toString('utf8').replace(/\uFFFD$/, '')}…`
}

export function storedTextOrNull(text: string | null, limit?: number): string | null {
  return text === null ? null : storedText(text, limit)
}
