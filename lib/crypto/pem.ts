import { fromBase64, toBase64 } from './base64.ts'
import { FormatError } from './format-error.ts'

export interface PemBlock {
  /** e.g. PUBLIC KEY */
  readonly label: string
  readonly bytes: Uint8Array
  /** header lines of the old encrypted form, e.g. `Proc-Type: 4,ENCRYPTED` */
  readonly headers: string
}

const BEGIN = '-----BEGIN '
const END = '-----END '
const LABEL = /^[A-Z0-9 ]{1,40}$/

/**
 * All PEM blocks of a text (RFC 7468, and the headers of RFC 1421), in linear time. Text around them is explanation;
 * a block without its own end is left out.
 */
export function readPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = []
  let end = -1
  for (let begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, begin + BEGIN.length)) {
    const label = labelAt(text, begin + BEGIN.length)
    if (label === null) continue
    const body = begin + BEGIN.length + label.length + 5
    if (end < body) end = text.indexOf(END, body)
    if (end < 0) break
    if (text.startsWith(`${label}-----`, end + END.length)) blocks.push(readBlock(label, text.slice(body, end)))
  }
  return blocks
}

function labelAt(text: string, at: number): string | null {
  const [label = ''] = text.slice(at, at + 45).split('-----', 1)
  return LABEL.test(label) && text.startsWith('-----', at + label.length) ? label : null
}

function readBlock(label: string, body: string): PemBlock {
  const split = body.includes(':') ? body.search(/\r?\n[ \t]{0,80}\r?\n/) : -1
  const headers = split < 0 ? '' : body.slice(0, split).trim()
  const base64 = (split < 0 ? body : body.slice(split)).replace(/\s+/g, '')
  return { label, headers, bytes: pemBytes(base64, label) }
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
