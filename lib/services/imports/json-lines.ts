/** One document of a JSON-lines file. */
export interface Line {
  /** from 1 */
  readonly number: number
  readonly bytes: Uint8Array
}

const linesName = /\.(jsonl|ndjson)$/i

/**
 * The documents of a JSON-lines file, or null where the file is one document. By name, or because its first line is an
 * object by itself and more follows.
 */
export function splitLines(path: string, bytes: Uint8Array): Line[] | null {
  if (!linesName.test(path) && !looksLikeLines(bytes)) return null
  const lines: Line[] = []
  let number = 0
  for (let from = 0; from < bytes.length; ) {
    const next = bytes.indexOf(0x0a, from)
    const end = next === -1 ? bytes.length : next
    number++
    const line = bytes.subarray(from, bytes[end - 1] === 0x0d ? end - 1 : end)
    if (!isBlank(line)) lines.push({ number, bytes: line })
    from = end + 1
  }
  return lines
}

function isBlank(line: Uint8Array): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false
  return true
}

function looksLikeLines(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(0x0a)
  if (end < 2 || bytes[0] !== 0x7b) return false
  const last = bytes[end - 1] === 0x0d ? end - 2 : end - 1
  if (bytes[last] !== 0x7d) return false
  let at = end + 1
  while (at < bytes.length && [0x20, 0x09, 0x0a, 0x0d].includes(bytes[at] ?? 0)) at++
  return bytes[at] === 0x7b
}
