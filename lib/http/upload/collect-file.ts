import { createHash } from 'node:crypto'
import { detectArchive } from '../../archives/detect.ts'
import type { IncomingFile } from '../../services/imports/finding.ts'
import { IMPORT_LIMITS } from '../../services/imports/limits.ts'

/** The beginning of a file that is too large to be read: enough to say what it is. */
const headBytes = 1_048_576

/** A file from its pieces. One that is larger than is ever read is only hashed, and nothing but its beginning is held. */
export async function collectFile(path: string, pieces: AsyncIterable<Uint8Array>): Promise<IncomingFile> {
  const hash = createHash('sha256')
  let chunks: Uint8Array[] = []
  let size = 0
  let limit: number = IMPORT_LIMITS.fileBytes
  let oversize = false
  for await (const piece of pieces) {
    size += piece.length
    hash.update(piece)
    if (oversize) continue
    chunks.push(piece)
    if (size <= limit) continue
    if (limit === IMPORT_LIMITS.fileBytes && detectArchive(Buffer.concat(chunks).subarray(0, headBytes)) !== null)
      limit = IMPORT_LIMITS.archiveBytes
    if (size <= limit) continue
    oversize = true
    chunks = [Buffer.concat(chunks).subarray(0, headBytes)]
  }
  const bytes = Buffer.concat(chunks)
  if (oversize) return { path, bytes, oversize: { size, sha256: hash.digest('hex') } }
  // what is small lies in memory that Node shares out among many
  return { path, bytes, owned: bytes.byteLength === bytes.buffer.byteLength }
}
