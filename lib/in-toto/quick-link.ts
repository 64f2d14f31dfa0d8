// Longer than most: scanner, tables and canonical form only make sense together.
import { encodeCanonicalJson, type JsonObject, type JsonValue, parseJsonText, utf8 } from '#lib/crypto/index.ts'
import type { Envelope, EnvelopeSignature } from './envelope.ts'
import { LIMITS } from './limits.ts'
import { type Artifacts, readReturnValue } from './link.ts'
import type { Digests } from './report.ts'

/**
 * Reads Metablock links as in-toto itself writes them (ASCII, members sorted, one SHA-256 for each file) without
 * building a tree of the whole document: a link with 20,000 files is read five times as fast and in a third of the
 * memory. Everything that is not exactly so, valid or not, is left to the general reader (null).
 */
export function readQuickLink(
  bytes: Uint8Array,
  sha256: string,
  signatureOf: (keyid: string, sig: string) => EnvelopeSignature,
  tables: ArtifactTables,
): (Envelope & { readonly kind: 'link' }) | null {
  const text = asciiOf(bytes)
  if (text === null) return null
  const scan = new Scan(text)
  const found = readFile(scan, tables)
  if (found === null) return null
  const { signatures, members, ranges } = found
  return {
    form: 'metablock',
    kind: 'link',
    payloadType: null,
    sha256,
    regular: true,
    signatures: signatures.map(([keyid, sig]) => signatureOf(keyid, sig)),
    // made when asked for: they are as large as the file, and mostly asked for once or never
    get signedBytes() {
      return canonical(text, members, ranges)
    },
    get value() {
      const signed = parseJsonText(text)
      const value = signed instanceof Map ? signed.get('signed') : null
      return value instanceof Map ? value : new Map()
    },
    document: {
      name: String(members.get('name')),
      materials: found.materials,
      products: found.products,
      command: found.command,
      commandWasNull: false,
      returnValue: readReturnValue(members.get('byproducts')),
    },
  }
}

/** A file list as it was written. Entry `i` is `text.slice(starts[i], ends[i])`. */
interface Table {
  readonly text: string
  readonly artifacts: Artifacts
  readonly paths: readonly string[]
  readonly digests: readonly Digests[]
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/**
 * File lists that were read before. A step's materials are often the last one's products, to the letter, and its
 * products mostly the same files again: these share names and digests, so that rules compare them at no cost.
 */
export class ArtifactTables {
  private known: Table[] = []

  findAt(text: string, at: number): Table | null {
    return this.known.find((table) => text.startsWith(table.text, at)) ?? null
  }

  /** the list read last, which the next one probably resembles */
  get latest(): Table | null {
    return this.known.at(-1) ?? null
  }

  keep(table: Table): void {
    if (table.text.length < 200) return
    this.known = [...this.known.filter((one) => one !== table).slice(-3), table]
  }
}

/** Null where anything is beyond ASCII: there one byte is not one character. */
function asciiOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.length === bytes.length ? text : null
  } catch {
    return null
  }
}

interface Range {
  readonly start: number
  readonly end: number
}

interface QuickFile {
  readonly signatures: readonly (readonly [string, string])[]
  /** the small members, parsed */
  readonly members: JsonObject
  readonly command: readonly string[]
  readonly ranges: { readonly materials: Range; readonly products: Range }
  readonly materials: Artifacts
  readonly products: Artifacts
}

const WS = '[ \\t\\n\\r]*'
const PLAIN = '[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]*'
const sticky = (pattern: string) => new RegExp(pattern.replaceAll(' ', WS).replaceAll('TEXT', PLAIN), 'y')

const START = sticky(' { "signatures" : \\[ ')
const SIGNATURE = sticky('{ "keyid" : "(TEXT)" , "sig" : "(TEXT)" } ([,\\]]) ')
const NO_SIGNATURE = sticky('\\] ')
const SIGNED = sticky(', "signed" : { "_type" : "link" , "byproducts" : ')
const COMMAND = sticky(' , "command" : ')
const ENVIRONMENT = sticky(' , "environment" : ')
const MATERIALS = sticky(' , "materials" : ')
const NAME = sticky(' , "name" : ')
const PRODUCTS = sticky(' , "products" : ')
const END = sticky(' } } $')
const NO_FILES = sticky('{ }')
const OPEN = sticky('{ ')
const FILE = sticky('"(TEXT)" : { "sha256" : "([0-9a-f]{64})" }')
const COMMA = 0x2c
const CLOSE = 0x7d

/** A place in a text. */
class Scan {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found !== null) this.at = pattern.lastIndex
    return found
  }

  /** Passes over JSON's four blanks. */
  blanks(): void {
    for (;;) {
      const c = this.text.charCodeAt(this.at)
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return
      this.at++
    }
  }

  /** Passes over a pattern without keeping anything of it. */
  skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    const found = pattern.test(this.text)
    if (found) this.at = pattern.lastIndex
    return found
  }
}

function readFile(scan: Scan, tables: ArtifactTables): QuickFile | null {
  const signatures = readSignatures(scan)
  if (signatures === null || !scan.skip(SIGNED)) return null
  const members: JsonObject = new Map<string, JsonValue>([['_type', 'link']])
  if (!readMember(scan, members, 'byproducts') || !scan.skip(COMMAND)) return null
  if (!readMember(scan, members, 'command') || !scan.skip(ENVIRONMENT)) return null
  if (!readMember(scan, members, 'environment') || !scan.skip(MATERIALS)) return null
  const materials = readFiles(scan, tables)
  if (materials === null || !scan.skip(NAME)) return null
  if (!readMember(scan, members, 'name') || !scan.skip(PRODUCTS)) return null
  const products = readFiles(scan, tables)
  if (products === null || !scan.skip(END)) return null
  // what the general reader would refuse is refused there, with its sentence
  if (materials.artifacts.size + products.artifacts.size > LIMITS.artifacts) return null
  const command = members.get('command')
  if (!Array.isArray(command) || !command.every((part) => typeof part === 'string')) return null
  if (
    !(members.get('byproducts') instanceof Map) ||
    !(members.get('environment') instanceof Map) ||
    typeof members.get('name') !== 'string'
  )
    return null
  return {
    signatures,
    members,
    command,
    ranges: { materials: materials.range, products: products.range },
    materials: materials.artifacts,
    products: products.artifacts,
  }
}

function readSignatures(scan: Scan): [string, string][] | null {
  if (!scan.skip(START)) return null
  const signatures: [string, string][] = []
  if (scan.skip(NO_SIGNATURE)) return signatures
  for (;;) {
    const found = scan.match(SIGNATURE)
    if (found === null || signatures.length >= LIMITS.signatures) return null
    signatures.push([found[1] ?? '', found[2] ?? ''])
    if (found[3] === ']') return signatures
  }
}

/** A small member of any shape: its end is found here, its content is read by the strict reader. */
function readMember(scan: Scan, members: JsonObject, name: string): boolean {
  const end = endOfValue(scan.text, scan.at)
  if (end < 0) return false
  try {
    const value = parseJsonText(scan.text.slice(scan.at, end), { depth: 60 })
    // a fraction has no canonical form: the general reader says so
    encodeCanonicalJson(value)
    members.set(name, value)
  } catch {
    return false
  }
  scan.at = end
  return true
}

/** Where a JSON value ends, by its quotes and brackets; -1 where that cannot be told. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const c = text[at]
    if (c === '"') {
      at = closingQuote(text, at)
      if (at < 0) return -1
    } else if (c === '{' || c === '[') depth++
    else if (c === '}' || c === ']') depth--
    else continue
    if (depth === 0) return at + 1
    if (depth < 0) return -1
  }
  return -1
}

function closingQuote(text: string, start: number): number {
  let at = start
  for (;;) {
    at = text.indexOf('"', at + 1)
    if (at < 0) return -1
    let backslashes = 0
    while (text[at - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return at
  }
}

function readFiles(scan: Scan, tables: ArtifactTables): { artifacts: Artifacts; range: Range } | null {
  const start = scan.at
  if (scan.skip(NO_FILES)) return { artifacts: new Map(), range: { start, end: scan.at } }
  const table = tables.findAt(scan.text, start) ?? readEntries(scan, tables.latest)
  if (table === null) return null
  tables.keep(table)
  scan.at = start + table.text.length
  return { artifacts: table.artifacts, range: { start, end: scan.at } }
}

/** `path: {sha256: hex}`, sorted and without repetition: then dropping the blanks makes it canonical. */
function readEntries(scan: Scan, like: Table | null): Table | null {
  const begin = scan.at
  if (!scan.skip(OPEN)) return null
  const paths: string[] = []
  const digests: Digests[] = []
  const starts: number[] = []
  const ends: number[] = []
  let next = 0
  let before: string | null = null
  for (;;) {
    const start = scan.at
    const same: number = like === null ? -1 : sameEntry(scan, like, next)
    let path: string
    if (like !== null && same >= 0) {
      path = like.paths[same] ?? ''
      digests.push(like.digests[same] ?? {})
      next = same + 1
    } else {
      const found = scan.match(FILE)
      if (found === null) return null
      path = found[1] ?? ''
      digests.push({ sha256: found[2] ?? '' })
      while (like !== null && (like.paths[next] ?? '\uffff') <= path) next++
    }
    if ((before !== null && !(before < path)) || paths.length > LIMITS.artifacts) return null
    before = path
    paths.push(path)
    starts.push(start - begin)
    ends.push(scan.at - begin)
    scan.blanks()
    const separator = scan.text.charCodeAt(scan.at++)
    if (separator === CLOSE) break
    if (separator !== COMMA) return null
    scan.blanks()
  }
  const artifacts = new Map<string, Digests>()
  for (let i = 0; i < paths.length; i++) artifacts.set(paths[i] ?? '', digests[i] ?? {})
  return { text: scan.text.slice(begin, scan.at), artifacts, paths, digests, starts, ends }
}

/** Passes over an entry that is the next one of a known list, to the letter; -1 where it is not. */
function sameEntry(scan: Scan, { text, starts, ends }: Table, next: number): number {
  const start = starts[next]
  const end = ends[next]
  if (start === undefined || end === undefined || !scan.text.startsWith(text.slice(start, end), scan.at)) return -1
  scan.at += end - start
  return next
}

/** Canonical JSON of the signed part: the small members encoded, the files copied without blanks. */
function canonical(text: string, members: JsonObject, ranges: QuickFile['ranges']): Uint8Array {
  const encoded = (name: string) => encodeCanonicalJson(members.get(name) ?? null)
  const parts: (Uint8Array | Range)[] = [
    utf8('{"_type":"link","byproducts":'),
    encoded('byproducts'),
    utf8(',"command":'),
    encoded('command'),
    utf8(',"environment":'),
    encoded('environment'),
    utf8(',"materials":'),
    ranges.materials,
    utf8(',"name":'),
    encoded('name'),
    utf8(',"products":'),
    ranges.products,
    utf8('}'),
  ]
  const size = parts.reduce((sum, part) => sum + ('start' in part ? part.end - part.start : part.length), 0)
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    if ('start' in part) at = copyWithoutBlanks(text, part, bytes, at)
    else {
      bytes.set(part, at)
      at += part.length
    }
  }
  return bytes.subarray(0, at)
}

const encoder = new TextEncoder()
const QUOTE = 0x22
const SPACE = 0x20

/** Blanks outside of strings are dropped; there is no escape in these ranges. */
function copyWithoutBlanks(text: string, { start, end }: Range, bytes: Uint8Array, to: number): number {
  const { written } = encoder.encodeInto(text.slice(start, end), bytes.subarray(to))
  const last = to + written
  let at = to
  let i = to
  while (i < last) {
    const c = bytes[i++] ?? 0
    if (c <= SPACE) continue
    bytes[at++] = c
    if (c !== QUOTE) continue
    let inside = 0
    while (inside !== QUOTE && i < last) {
      inside = bytes[i++] ?? 0
      bytes[at++] = inside
    }
  }
  return at
}
