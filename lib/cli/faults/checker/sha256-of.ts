import { createHash } from 'node:crypto'

/** sha256 of bytes, lower-case hex: by Node, not by the code that is being checked. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
