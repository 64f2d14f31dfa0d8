import { FormatError, sha256, toHex } from '#lib/crypto/index.ts'
import { type OpenEnvelope, openDocument, parseDocument } from '../envelope.ts'
import type { ArtifactTables } from '../file-table.ts'
import type { Document } from './input.ts'

/**
 * Reads a file for the verifier. Never throws: what is wrong with it comes back as its problem.
 * @param digest sha256 of the bytes, where the caller has it already
 * @param tables file lists of documents read before, where several of one chain are read
 */
export function readDocument(source: string, bytes: Uint8Array, digest?: string, tables?: ArtifactTables): Document {
  const sha = digest ?? toHex(sha256(bytes))
  let open: OpenEnvelope | null = null
  try {
    const found = openDocument(bytes, sha, tables)
    if ('document' in found) return { source, sha256: sha, envelope: found }
    open = found
    return { source, sha256: sha, envelope: parseDocument(open) }
  } catch (error) {
    return { source, sha256: sha, problem: problemOf(error), open }
  }
}

function problemOf(error: unknown): { code: string; message: string; place: string } {
  if (error instanceof FormatError) return { code: error.code, message: error.message, place: error.place }
  // a defect of ours must not become a way around the verdict; it is a document that cannot be read
  const message = `The document could not be read: ${error instanceof Error ? error.message : String(error)}.`
  return { code: 'MALFORMED', message, place: '' }
}
