import { hash } from 'node:crypto'

/** sha256 in lower-case hex. One-shot: three times as fast as createHash for small inputs. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}
