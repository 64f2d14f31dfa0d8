import { createHash, type Hash } from 'node:crypto'
import { setImmediate as others } from 'node:timers/promises'
import { detectArchive } from '../../archives/detect.ts'
import { HEAVY_BYTES, isHeavy } from '../../services/heavy/run-heavy.ts'
import type { IncomingFile } from '../../services/imports/finding.ts'
import { IMPORT_LIMITS } from '../../services/imports/limits.ts'

/** The beginning of a file that is too large to be read: enough to say what it is. */
const headBytes = 1_048_576

/** A file from its pieces. One that is larger than is ever read is only hashed, and nothing but its beginning is held. */
export async function collectFile(path: string, pieces: AsyncIterable<Uint8Array>): Promise<IncomingFile> {
  let hash: Hash | null = null
  let chunks: Uint8Array[] = []
  let size = 0
  let limit: number = IMPORT_LIMITS.fileBytes
  for await (const piece of pieces) {
    size += piece.length
    if (hash !== null) {
      hash.update(piece)
      continue
    }
    chunks.push(piece)
    if (size <= limit) continue
    if (limit === IMPORT_LIMITS.fileBytes && detectArchive(Buffer.concat(chunks).subarray(0, headBytes)) !== null)
      limit = IMPORT_LIMITS.archiveBytes
    if (size <= limit) continue
    hash = await hashOf(chunks)
    chunks = [Buffer.concat(chunks).subarray(0, headBytes)]
  }
  if (hash !== null) return { path, bytes: Buffer.concat(chunks), oversize: { size, sha256: hash.digest('hex') } }
  return { path, bytes: isHeavy(size, HEAVY_BYTES) ? inSharedMemory(chunks, size) : Buffer.concat(chunks) }
}

/** What is read is hashed where it is read: here only what is not. The rest of the server has its turn meanwhile. */
async function hashOf(chunks: readonly Uint8Array[]): Promise<Hash> {
  const hash = createHash('sha256')
  let sinceTurn = 0
  for (const chunk of chunks) {
    hash.update(chunk)
    sinceTurn += chunk.length
    if (sinceTurn < headBytes) continue
    sinceTurn = 0
    await others()
  }
  return hash
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
