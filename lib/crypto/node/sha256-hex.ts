import { hash } from 'node:crypto'

/** sha256 in lower-case hex, of a text's UTF-8. One-shot: three times as fast as createHash for small inputs. */
export function sha256Hex(data: Uint8Array | string): string {
  return hash('sha256', data, 'hex')
}
