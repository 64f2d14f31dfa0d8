import { compareCodePoints } from './bytes.ts'
import { FormatError } from './format-error.ts'
import { JsonFloat, type JsonObject, type JsonValue } from './json-value.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * OLPC canonical JSON as securesystemslib writes it: what a Metablock signature covers. Members in code-point order,
 * no white space, only `"` and `\` escaped, every other character raw. Refuses fractional numbers and lone surrogates.
 */
export function encodeCanonicalJson(value: JsonValue): Uint8Array<ArrayBuffer> {
  const writer = new CanonicalWriter(spare)
  writer.value(value)
  const written = writer.finish()
  if (writer.buffer.length <= SPARE_LIMIT) spare = writer.buffer
  return written
}

/** Kept between calls, which is most of the time of a small one; nothing that is returned shares it. */
let spare = new Uint8Array(4096)
const SPARE_LIMIT = 64 * 1024

/** Writes straight into a growing buffer; building one large string and encoding it takes twice as long. */
class CanonicalWriter {
  private bytes: Uint8Array<ArrayBuffer>
  private at = 0

  constructor(buffer: Uint8Array<ArrayBuffer>) {
    this.bytes = buffer
  }

  get buffer(): Uint8Array<ArrayBuffer> {
    return this.bytes
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.at)
  }

  value(value: JsonValue): void {
    if (typeof value === 'string') this.string(value)
    else if (value instanceof Map) this.object(value)
    else if (Array.isArray(value)) this.array(value)
    else if (value instanceof JsonFloat) this.refuseFloat(value)
    // bigint has no -0, so -0 is written 0, as in the reference
    else this.ascii(String(value))
  }

  private object(object: JsonObject): void {
    this.byte(0x7b)
    let first = true
    if (inOrder(object)) {
      for (const [name, member] of object) {
        this.member(name, member, first)
        first = false
      }
    } else {
      for (const [name, member] of [...object].sort(([a], [b]) => compareCodePoints(a, b))) {
        this.member(name, member, first)
        first = false
      }
    }
    this.byte(0x7d)
  }

  private member(name: string, member: JsonValue, first: boolean): void {
    if (!first) this.byte(0x2c)
    this.string(name)
    this.byte(0x3a)
    this.value(member)
  }

  private array(items: readonly JsonValue[]): void {
    this.byte(0x5b)
    let first = true
    for (const item of items) {
      if (!first) this.byte(0x2c)
      this.value(item)
      first = false
    }
    this.byte(0x5d)
  }

  private string(text: string): void {
    // a UTF-16 unit takes at most three bytes, an escaped one two
    this.reserve(text.length * 3 + 2)
    const { bytes } = this
    let at = this.at
    bytes[at++] = QUOTE
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i)
      if (c >= 0x80) {
        at = this.beyondAscii(text, i, at)
        break
      }
      if (c === QUOTE || c === BACKSLASH) bytes[at++] = BACKSLASH
      bytes[at++] = c
    }
    bytes[at++] = QUOTE
    this.at = at
  }

  /** The rest of a string from its first non-ASCII unit on. */
  private beyondAscii(text: string, from: number, start: number): number {
    const { bytes } = this
    let at = start
    for (let i = from; i < text.length; i++) {
      const c = text.codePointAt(i) ?? 0
      if (c < 0x80) {
        if (c === QUOTE || c === BACKSLASH) bytes[at++] = BACKSLASH
        bytes[at++] = c
      } else if (c < 0x800) {
        bytes[at++] = 0xc0 | (c >> 6)
        bytes[at++] = 0x80 | (c & 0x3f)
      } else if (c < 0x10000) {
        if (c >= 0xd800 && c <= 0xdfff) this.refuseSurrogate()
        bytes[at++] = 0xe0 | (c >> 12)
        bytes[at++] = 0x80 | ((c >> 6) & 0x3f)
        bytes[at++] = 0x80 | (c & 0x3f)
      } else {
        i++
        bytes[at++] = 0xf0 | (c >> 18)
        bytes[at++] = 0x80 | ((c >> 12) & 0x3f)
        bytes[at++] = 0x80 | ((c >> 6) & 0x3f)
        bytes[at++] = 0x80 | (c & 0x3f)
      }
    }
    return at
  }

  private ascii(text: string): void {
    this.reserve(text.length)
    for (let i = 0; i < text.length; i++) this.bytes[this.at++] = text.charCodeAt(i)
  }

  private byte(byte: number): void {
    this.reserve(1)
    this.bytes[this.at++] = byte
  }

  private reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + more))
    larger.set(this.bytes)
    this.bytes = larger
  }

  private refuseFloat(float: JsonFloat): never {
    throw new FormatError(
      'CANONICAL_FLOAT',
      `Canonical JSON has no fractional numbers, but the document has ${float.text}.`,
    )
  }

  private refuseSurrogate(): never {
    throw new FormatError('JSON_SURROGATE', 'A string has a lone surrogate, which no UTF-8 text can carry.')
  }
}

const SURROGATE = /[\ud800-\udfff]/

/** True for nearly all links: their writers sort. */
function inOrder(object: JsonObject): boolean {
  if (object.size < 2) return true
  let previous: string | null = null
  for (const name of object.keys()) {
    // JavaScript's own comparison is the faster one, and orders by code point unless the lesser has a surrogate
    if (previous !== null && (!(previous < name) || SURROGATE.test(previous))) return false
    previous = name
  }
  return true
}
