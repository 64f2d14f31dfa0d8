import { concatBytes, utf8 } from './bytes.ts'

/**
 * DSSE pre-authentication encoding (protocol.md v1): what a DSSE signature covers.
 * Lengths count bytes, also of a payload type beyond ASCII.
 */
export function pae(payloadType: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const type = utf8(payloadType)
  return concatBytes(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload)
}
