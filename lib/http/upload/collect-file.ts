import { createHash } from 'node:crypto'
import { detectArchive } from '../../archives/detect.ts'
import { HEAVY_BYTES, isHeavy } from '../../services/heavy/run-heavy.ts'
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
  if (oversize) return { path, bytes: Buffer.concat(chunks), oversize: { size, sha256: hash.digest('hex') } }
  return { path, bytes: isHeavy(size, HEAVY_BYTES) ? inSharedMemory(chunks, size) : Buffer.concat(chunks) }
}

/**
 * What is large is read in another thread. Copying it there would hold this one, and handing its memory over would take
 * it from whoever looks at it afterwards: it lies where both can read it, and nobody writes.
 */
function inSharedMemory(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = Buffer.from(new SharedArrayBuffer(size))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
