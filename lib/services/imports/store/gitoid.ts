import { createHash } from 'node:crypto'
import { sha256Hex } from '#lib/crypto/node/index.ts'

/** Up to here copying costs less than what hashing in parts has to set up. */
const small = 64 * 1024

/** What Archivista and its clients name a document by: sha256 of git's blob of the bytes, lower-case hex. */
export function gitoidOf(bytes: Uint8Array): string {
  const head = Buffer.from(`blob ${bytes.length}\0`)
  if (bytes.length <= small) return sha256Hex(Buffer.concat([head, bytes]))
  return createHash('sha256').update(head).update(bytes).digest('hex')
}
