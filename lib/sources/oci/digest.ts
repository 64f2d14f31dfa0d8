import { createHash } from 'node:crypto'
import { z } from 'zod'

// Digests as OCI writes them: `sha256:HEX` or `sha512:HEX` (image-spec, descriptor.md). Others are not known here, and what
// cannot be checked is not fetched.

const pattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/

export const digestSchema = z.string().regex(pattern)

export function isDigest(text: string): boolean {
  return pattern.test(text)
}

/** Whether the bytes are those that the digest names. */
export function hasDigest(bytes: Uint8Array, digest: string): boolean {
  const [algorithm = ''] = digest.split(':')
  return digestOf(bytes, algorithm === 'sha512' ? 'sha512' : 'sha256') === digest
}

export function digestOf(bytes: Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

/** sha256 in lower-case hex where that is the digest's algorithm. */
export function sha256Of(digest: string): string | null {
  return digest.startsWith('sha256:') ? digest.slice('sha256:'.length) : null
}
