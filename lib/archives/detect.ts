import { gunzipSync } from 'node:zlib'

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz'

/** Which archive the bytes are, by their content, or null. A gzip of anything but a tar is none. */
export function detectArchive(bytes: Uint8Array): ArchiveKind | null {
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]) || startsWith(bytes, [0x50, 0x4b, 0x05, 0x06])) return 'zip'
  if (isTarHeader(bytes)) return 'tar'
  if (startsWith(bytes, [0x1f, 0x8b]) && isTarHeader(gunzippedHead(bytes))) return 'tar.gz'
  return null
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, index) => bytes[index] === byte)
}

/** The first bytes inside a gzip; as few as possible are unpacked. */
function gunzippedHead(bytes: Uint8Array): Uint8Array {
  // a stored or deflated block may need more input before its first 512 bytes appear
  for (const size of [4_096, 65_536, 1_048_576]) {
    try {
      // finishFlush: Z_SYNC_FLUSH takes an input that ends early as it is
      const head = gunzipSync(bytes.subarray(0, size), { finishFlush: 2, maxOutputLength: 1_100 * size })
      if (head.length >= 512 || size >= bytes.length) return head
    } catch {
      return new Uint8Array()
    }
  }
  return new Uint8Array()
}

/** A tar header block carries the sum of its own bytes, with the sum's field read as blanks. */
function isTarHeader(bytes: Uint8Array): boolean {
  if (bytes.length < 512) return false
  const stated = Number.parseInt(Buffer.from(bytes.subarray(148, 156)).toString('latin1').replace(/[\0 ]/g, ''), 8)
  if (Number.isNaN(stated)) return false
  let sum = 0
  for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 32 : (bytes[i] ?? 0)
  return sum > 256 && sum === stated
}
