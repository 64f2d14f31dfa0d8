const TIMESTAMP = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})Z$/

/**
 * Milliseconds of a timestamp in in-toto's one form, `2030-01-31T12:00:00Z`; null for anything else: offsets,
 * fractions, lower case, days that do not exist. (Date.parse would take 2030-02-31 for the third of March.)
 */
export function parseTimestamp(text: string): number | null {
  if (text !== last.text) last = { text, time: readTimestamp(text) }
  return last.time
}

/** Each who looks at a layout asks for its expiry again. */
let last: { readonly text: string; readonly time: number | null } = { text: '', time: null }

function readTimestamp(text: string): number | null {
  if (!TIMESTAMP.test(text)) return null
  const time = Date.parse(text)
  return Number.isNaN(time) || formatTimestamp(time) !== text || text.startsWith('0000') ? null : time
}

/** The form above, without a fraction. */
export function formatTimestamp(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}
