import { concatBytes, toHex } from './bytes.ts'
import { FormatError } from './format-error.ts'

/** One DER element: `tag` is the identifier octet, `whole` includes tag and length. */
export interface Der {
  readonly tag: number
  readonly content: Uint8Array
  readonly whole: Uint8Array
}

export const DER = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const

function fail(why: string): never {
  throw new FormatError('DER', `Not valid DER: ${why}.`)
}

/** Reads exactly one element that fills `bytes`. Definite, shortest lengths only. */
export function readDer(bytes: Uint8Array, tag?: number): Der {
  const element = elementAt(bytes, 0)
  if (element.whole.length !== bytes.length) fail('bytes follow the element')
  if (tag !== undefined) expectTag(element, tag)
  return element
}

/** The elements inside a constructed element. */
export function derChildren(element: Der): Der[] {
  const children: Der[] = []
  for (let at = 0; at < element.content.length; ) {
    const child = elementAt(element.content, at)
    children.push(child)
    at += child.whole.length
  }
  return children
}

/** The element itself, when its tag is the one wanted. */
export function expectTag(element: Der | undefined, tag: number): Der {
  if (element === undefined) return fail('an element is missing')
  if (element.tag !== tag) fail(`expected tag 0x${tag.toString(16)}, found 0x${element.tag.toString(16)}`)
  return element
}

function elementAt(bytes: Uint8Array, start: number): Der {
  const tag = bytes[start]
  const first = bytes[start + 1]
  if (tag === undefined || first === undefined) return fail('it ends early')
  if ((tag & 0x1f) === 0x1f) fail('a tag number above 30')
  let length = first
  let at = start + 2
  if (first >= 0x80) {
    const octets = first & 0x7f
    if (octets === 0 || octets > 4) fail('an indefinite or overlong length')
    length = 0
    for (let i = 0; i < octets; i++) length = length * 256 + (bytes[at + i] ?? 0)
    if (length < 0x80 || (octets > 1 && bytes[at] === 0)) fail('a length that is not the shortest')
    at += octets
  }
  if (at + length > bytes.length) fail('it ends early')
  return { tag, content: bytes.subarray(at, at + length), whole: bytes.subarray(start, at + length) }
}

/** Dotted form of an OBJECT IDENTIFIER. */
export function derOid(element: Der | undefined): string {
  const { content } = expectTag(element, DER.oid)
  const arcs: number[] = []
  let arc = 0
  for (const [i, byte] of content.entries()) {
    if (arc > 2 ** 40) fail('an object identifier with a huge arc')
    arc = arc * 128 + (byte & 0x7f)
    if (byte & 0x80) {
      if (i === content.length - 1) fail('an object identifier that ends early')
      continue
    }
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(arc / 40)), arc - 40 * Math.min(2, Math.floor(arc / 40)))
    else arcs.push(arc)
    arc = 0
  }
  return arcs.join('.')
}

/** A non-negative INTEGER, shortest form. */
export function derInteger(element: Der | undefined): bigint {
  const { content } = expectTag(element, DER.integer)
  const [first, second] = content
  if (first === undefined) return fail('an empty integer')
  if (first & 0x80) fail('a negative integer')
  if (first === 0 && second !== undefined && !(second & 0x80)) fail('an integer that is not the shortest')
  return BigInt(`0x${toHex(content)}`)
}

/** Content of a BIT STRING without unused bits. */
export function derBits(element: Der | undefined): Uint8Array {
  const { content } = expectTag(element, DER.bitString)
  if (content[0] !== 0) fail('a bit string that does not end on a byte')
  return content.subarray(1)
}

/** Writes one element. */
export function writeDer(tag: number, ...content: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = concatBytes(...content)
  if (body.length < 0x80) return concatBytes(Uint8Array.of(tag, body.length), body)
  const length: number[] = []
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256)
  return concatBytes(Uint8Array.of(tag, 0x80 | length.length, ...length), body)
}

/** Writes a non-negative INTEGER given as big-endian bytes, leading zeros allowed. */
export function writeDerInteger(magnitude: Uint8Array): Uint8Array<ArrayBuffer> {
  let start = 0
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++
  const digits = magnitude.length === 0 ? Uint8Array.of(0) : magnitude.subarray(start)
  const padded = (digits[0] ?? 0) & 0x80 ? concatBytes(Uint8Array.of(0), digits) : digits
  return writeDer(DER.integer, padded)
}

/** Writes an OBJECT IDENTIFIER from its dotted form. */
export function writeDerOid(dotted: string): Uint8Array<ArrayBuffer> {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes: number[] = []
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc % 128]
    for (let high = Math.floor(arc / 128); high > 0; high = Math.floor(high / 128)) groups.unshift(0x80 | (high % 128))
    bytes.push(...groups)
  }
  return writeDer(DER.oid, Uint8Array.from(bytes))
}
