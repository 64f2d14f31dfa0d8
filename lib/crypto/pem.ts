import { fromBase64, toBase64 } from './base64.ts'
import { FormatError } from './format-error.ts'

export interface PemBlock {
  /** e.g. PUBLIC KEY */
  readonly label: string
  readonly bytes: Uint8Array
  /** header lines of the old encrypted form, e.g. `Proc-Type: 4,ENCRYPTED` */
  readonly headers: string
}

const block = /-----BEGIN ([A-Z0-9 ]{1,40})-----([\s\S]*?)-----END \1-----/g

/** All PEM blocks of a text (RFC 7468, and the headers of RFC 1421). Text around them is explanation. */
export function readPem(text: string): PemBlock[] {
  return Array.from(text.matchAll(block), ([, label = '', body = '']) => {
    const split = body.includes(':') ? body.search(/\r?\n[ \t]*\r?\n/) : -1
    const headers = split < 0 ? '' : body.slice(0, split).trim()
    const base64 = (split < 0 ? body : body.slice(split)).replace(/[\s]+/g, '')
    return { label, headers, bytes: pemBytes(base64, label) }
  })
}

function pemBytes(base64: string, label: string): Uint8Array {
  try {
    return fromBase64(base64)
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause
    throw new FormatError('PEM', `The PEM block "${label}" is damaged. ${cause.message}`)
  }
}

/** A PEM block with 64 characters a line and no line break after the last. */
export function writePem(label: string, bytes: Uint8Array): string {
  const lines = toBase64(bytes).match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n')
}
