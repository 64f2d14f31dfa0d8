import { createHash } from 'node:crypto'

/** What Archivista and its clients name a document by: sha256 of git's blob of the bytes, lower-case hex. */
export function gitoidOf(bytes: Uint8Array): string {
  return createHash('sha256').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}
