import { FormatError, type JsonObject, type JsonValue } from '#lib/crypto/index.ts'
import { LIMITS } from './limits.ts'
import { member, readObject, readString, readStrings } from './reader.ts'
import type { Digests } from './report.ts'

/** path -> digests, in the order of the document */
export type Artifacts = ReadonlyMap<string, Digests>

/** What one functionary recorded about one step (specification 4.4). */
export interface Link {
  readonly name: string
  readonly materials: Artifacts
  readonly products: Artifacts
  readonly command: readonly string[]
  /** `byproducts.return-value` where it is a whole number */
  readonly returnValue: number | null
  /** true where `command` was null in the document: read as empty here, refused by in-toto for Python */
  readonly commandWasNull: boolean
}

/**
 * Reads the signed part of a link.
 * @throws FormatError MALFORMED or LIMIT, with the place
 */
export function parseLinkDocument(value: JsonObject): Link {
  const name = readString(value.get('name'), 'name', 'MALFORMED')
  const materials = readArtifacts(value.get('materials'), 'materials')
  const products = readArtifacts(value.get('products'), 'products')
  limitArtifacts(materials.size + products.size)
  const byproducts = readObject(value.get('byproducts'), 'byproducts', 'MALFORMED')
  readObject(value.get('environment'), 'environment', 'MALFORMED')
  const command = value.get('command')
  return {
    name,
    materials,
    products,
    command: command === null ? [] : readStrings(command, 'command', 'MALFORMED'),
    commandWasNull: command === null,
    returnValue: readReturnValue(byproducts),
  }
}

export function limitArtifacts(count: number): void {
  if (count <= LIMITS.artifacts) return
  throw new FormatError(
    'LIMIT',
    `The link lists ${count} artifacts; at most ${LIMITS.artifacts} are read.`,
    'materials',
  )
}

function readArtifacts(value: JsonValue | undefined, place: string): Artifacts {
  const artifacts = new Map<string, Digests>()
  for (const [path, digests] of readObject(value, place, 'MALFORMED')) {
    artifacts.set(
      path,
      readDigests(digests, () => member(place, path)),
    )
  }
  return artifacts
}

/** No algorithm is called `__proto__`; digests are plain objects and must stay harmless ones. */
const ALGORITHM = /^[A-Za-z0-9][A-Za-z0-9_.:/+-]*$/

/** A loop: a regular expression takes seven times as long, and a link may have a hundred thousand digests. */
function isHex(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    const digit = (c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x66) || (c >= 0x41 && c <= 0x46)
    if (!digit) return false
  }
  return text !== ''
}

/** A digest set. Letter case is kept: it counts in comparisons, as in the reference. */
export function readDigests(value: JsonValue | undefined, place: () => string): Digests {
  if (!(value instanceof Map)) readObject(value, place(), 'MALFORMED')
  const digests: Record<string, string> = {}
  for (const [algorithm, hex] of value as JsonObject) {
    if (typeof hex !== 'string' || !isHex(hex) || !ALGORITHM.test(algorithm)) {
      const at = member(place(), algorithm)
      throw new FormatError('MALFORMED', `Expected a digest in hex at ${at}; found ${JSON.stringify(String(hex))}.`, at)
    }
    digests[algorithm] = hex
  }
  return digests
}

/** A missing, null or odd return value is "not recorded": the specification does not require one. */
export function readReturnValue(byproducts: JsonValue | undefined): number | null {
  const value = byproducts instanceof Map ? byproducts.get('return-value') : null
  return typeof value === 'bigint' ? Number(value) : null
}

/** Same algorithms with the same values, compared as written (in-toto compares the objects). */
export function equalDigests(a: Digests, b: Digests): boolean {
  if (a === b) return true
  let count = 0
  for (const algorithm in a) {
    if (!Object.hasOwn(b, algorithm) || a[algorithm] !== b[algorithm]) return false
    count++
  }
  for (const _ in b) count--
  return count === 0
}

/** Same paths with the same digests. */
export function equalArtifacts(a: Artifacts, b: Artifacts): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  for (const [path, digests] of a) {
    const other = b.get(path)
    if (other === undefined || !equalDigests(digests, other)) return false
  }
  return true
}
