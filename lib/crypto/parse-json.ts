import { asciiCutter, type Cut } from './ascii-cutter.ts'
import { decodeUtf8 } from './bytes.ts'
import { FormatError } from './format-error.ts'
import { JsonFloat, type JsonObject, type JsonValue } from './json-value.ts'

export interface JsonLimits {
  /** nesting of arrays and objects */
  readonly depth: number
  /** object members and array items together */
  readonly members: number
  /** digits of one number: BigInt of a very long text takes quadratic time */
  readonly digits: number
}

export const JSON_LIMITS: JsonLimits = { depth: 64, members: 1_000_000, digits: 4_300 }

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Slices up to this length are copies anyway. */
const SHORT = 12

const escapes: ReadonlyMap<number, string> = new Map([
  [QUOTE, '"'],
  [BACKSLASH, '\\'],
  [0x2f, '/'],
  [0x62, '\b'],
  [0x66, '\f'],
  [0x6e, '\n'],
  [0x72, '\r'],
  [0x74, '\t'],
])

/**
 * Strict JSON (RFC 8259) for signed metadata: well-formed UTF-8 without byte order mark, no duplicate member in an
 * object, no lone surrogate, bounded depth and size, numbers kept exactly. Throws FormatError with line:column.
 * @param text the bytes as text, where the caller has it already
 */
export function parseJson(bytes: Uint8Array, limits: Partial<JsonLimits> = {}, text = decodeUtf8(bytes)): JsonValue {
  return new JsonReader(text, { ...JSON_LIMITS, ...limits }, asciiCutter(bytes, text)).document()
}

/** The same for text that is already decoded. */
export function parseJsonText(text: string): JsonValue {
  return new JsonReader(text, JSON_LIMITS, null).document()
}

/**
 * One value within a text that is already decoded, and where it ends.
 * @param cut copies parts of the text, which is long and which nothing should keep alive
 * @param at where it, or blanks before it, begins
 */
export function parseJsonValue(
  text: string,
  at: number,
  limits: JsonLimits,
  cut: Cut | null,
): { readonly value: JsonValue; readonly end: number } {
  return new JsonReader(text, limits, cut, at).one()
}

/** One pass over the text by recursive descent; the depth limit bounds the stack. */
class JsonReader {
  private readonly text: string
  private readonly limits: JsonLimits
  private readonly cut: Cut | null
  private at: number
  private members = 0
  /** items of arrays that are still open: one that grows by itself takes room for 17 where it has 2 */
  private readonly items: JsonValue[] = []
  private open = 0

  constructor(text: string, limits: JsonLimits, cut: Cut | null, at = 0) {
    this.text = text
    this.limits = limits
    this.cut = cut
    this.at = at
  }

  one(): { readonly value: JsonValue; readonly end: number } {
    const value = this.value(0)
    return { value, end: this.at }
  }

  document(): JsonValue {
    const value = this.value(0)
    this.blanks()
    if (this.at < this.text.length) this.unexpected('the end of the document')
    return value
  }

  /** Skips white space and returns the next character's unit without taking it; NaN at the end. */
  private blanks(): number {
    let c = this.text.charCodeAt(this.at)
    while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = this.text.charCodeAt(++this.at)
    return c
  }

  private value(depth: number): JsonValue {
    const c = this.blanks()
    if (c === QUOTE) return this.string()
    if (c === 0x7b) return this.object(depth + 1)
    if (c === 0x5b) return this.array(depth + 1)
    if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return this.number()
    if (c === 0x74) return this.literal('true', true)
    if (c === 0x66) return this.literal('false', false)
    if (c === 0x6e) return this.literal('null', null)
    return this.unexpected('a value')
  }

  private object(depth: number): JsonObject {
    this.enter(depth)
    const object: JsonObject = new Map()
    if (this.blanks() === 0x7d) {
      this.at++
      return object
    }
    for (let size = 1; ; size++) {
      if (this.blanks() !== QUOTE) this.unexpected('a member name in double quotes')
      const start = this.at
      const name = this.string()
      if (this.blanks() !== 0x3a) this.unexpected('a colon')
      this.at++
      object.set(name, this.value(depth))
      if (object.size !== size) this.duplicate(name, start)
      this.count()
      const c = this.blanks()
      if (c !== 0x2c && c !== 0x7d) this.unexpected('a comma or }')
      this.at++
      if (c === 0x7d) return object
    }
  }

  private array(depth: number): JsonValue[] {
    this.enter(depth)
    if (this.blanks() === 0x5d) {
      this.at++
      return []
    }
    const { items } = this
    const first = this.open
    for (;;) {
      const item = this.value(depth)
      items[this.open++] = item
      this.count()
      const c = this.blanks()
      if (c !== 0x2c && c !== 0x5d) this.unexpected('a comma or ]')
      this.at++
      if (c === 0x5d) break
    }
    const array = items.slice(first, this.open)
    this.open = first
    return array
  }

  private enter(depth: number): void {
    if (depth > this.limits.depth) {
      this.fail('DEPTH', `The document is nested more than ${this.limits.depth} levels deep.`)
    }
    this.at++
  }

  private count(): void {
    if (++this.members > this.limits.members) {
      this.fail('LIMIT', `The document has more than ${this.limits.members} members and items.`)
    }
  }

  /** Plain strings are cut out of the text; the first escape hands over to the slow path. */
  private string(): string {
    const start = this.at + 1
    const { text } = this
    let i = start
    let c = text.charCodeAt(i)
    while (c !== QUOTE) {
      if (c === BACKSLASH) return this.escapedString(start, i)
      // also true for NaN, the end of the text
      if (!(c >= 0x20)) this.badCharacter(i)
      c = text.charCodeAt(++i)
    }
    this.at = i + 1
    return i - start > SHORT && this.cut !== null ? this.cut(start, i) : text.slice(start, i)
  }

  private escapedString(start: number, firstEscape: number): string {
    const { text } = this
    let done = text.slice(start, firstEscape)
    let from = firstEscape
    let i = firstEscape
    for (;;) {
      const c = text.charCodeAt(i)
      if (c === QUOTE) break
      if (!(c >= 0x20)) this.badCharacter(i)
      if (c !== BACKSLASH) {
        i++
        continue
      }
      done += text.slice(from, i)
      this.at = i
      done += this.escape()
      i = this.at
      from = i
    }
    this.at = i + 1
    return done + text.slice(from, i)
  }

  /** At a backslash: takes the whole escape, both halves of a surrogate pair included. */
  private escape(): string {
    const c = this.text.charCodeAt(this.at + 1)
    if (c !== 0x75) {
      const plain = escapes.get(c)
      if (plain === undefined) this.unexpected('an escape of RFC 8259')
      this.at += 2
      return plain
    }
    const high = this.hex4()
    if (high < 0xd800 || high > 0xdfff) return String.fromCharCode(high)
    const paired = high <= 0xdbff && this.text.startsWith('\\u', this.at)
    const low = paired ? this.hex4() : 0
    if (low < 0xdc00 || low > 0xdfff) {
      this.fail('JSON_SURROGATE', 'A string has a lone surrogate, which no UTF-8 text can carry.')
    }
    return String.fromCharCode(high, low)
  }

  private hex4(): number {
    let unit = 0
    for (let i = this.at + 2; i < this.at + 6; i++) {
      const c = this.text.charCodeAt(i)
      const lower = c | 0x20
      if (c >= 0x30 && c <= 0x39) unit = unit * 16 + c - 0x30
      else if (lower >= 0x61 && lower <= 0x66) unit = unit * 16 + lower - 0x57
      else this.unexpected('four hex digits')
    }
    this.at += 6
    return unit
  }

  private number(): bigint | JsonFloat {
    const start = this.at
    if (this.text.charCodeAt(this.at) === 0x2d) this.at++
    if (this.text.charCodeAt(this.at) === 0x30) this.at++
    else this.digits()
    let integer = true
    if (this.text.charCodeAt(this.at) === 0x2e) {
      integer = false
      this.at++
      this.digits()
    }
    if ((this.text.charCodeAt(this.at) | 0x20) === 0x65) {
      integer = false
      const sign = this.text.charCodeAt(++this.at)
      if (sign === 0x2b || sign === 0x2d) this.at++
      this.digits()
    }
    if (this.at - start > this.limits.digits) {
      this.fail('LIMIT', `A number has more than ${this.limits.digits} digits.`, start)
    }
    const text = this.text.slice(start, this.at)
    return integer ? BigInt(text) : new JsonFloat(text)
  }

  private digits(): void {
    const start = this.at
    let c = this.text.charCodeAt(this.at)
    while (c >= 0x30 && c <= 0x39) c = this.text.charCodeAt(++this.at)
    if (this.at === start) this.unexpected('a digit')
  }

  private literal<T extends JsonValue>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.unexpected('a value')
    this.at += word.length
    return value
  }

  private duplicate(name: string, start: number): never {
    return this.fail('DUPLICATE_KEY', `The member ${JSON.stringify(name)} occurs twice in one object.`, start)
  }

  private badCharacter(at: number): never {
    this.at = at
    if (at >= this.text.length) this.unexpected('the closing quote of a string')
    return this.fail('JSON_SYNTAX', 'A string has an unescaped control character.')
  }

  private unexpected(wanted: string): never {
    const found = this.text.codePointAt(this.at)
    const seen = found === undefined ? 'the text ends' : `found ${JSON.stringify(String.fromCodePoint(found))}`
    return this.fail('JSON_SYNTAX', `Not JSON: expected ${wanted}, but ${seen}.`)
  }

  private fail(code: string, message: string, at = this.at): never {
    const before = this.text.slice(0, at)
    const line = before.split('\n').length
    throw new FormatError(code, message, `${line}:${at - before.lastIndexOf('\n')}`)
  }
}
