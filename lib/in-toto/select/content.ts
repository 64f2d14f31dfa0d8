import { compareCodePoints, sha256, toHex, utf8 } from '#lib/crypto/index.ts'
import type { Recorded } from '../evaluate-rules.ts'
import { type Artifacts, equalDigests } from '../link.ts'
import type { Digests } from '../report.ts'
import { hasStrongDigest } from '../verify/item-rules.ts'

/** The empty file is everywhere: it says nothing about where a file came from. */
const EMPTY = new Set([
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
])

/** Whether equal digests may tie two links: strong ones, of a file that is not empty. */
export function canTie(digests: Digests): boolean {
  return hasStrongDigest(digests) && !Object.values(digests).some((hex) => EMPTY.has(hex.toLowerCase()))
}

/** One text for equal materials and products, another for any others. */
export function contentKey({ materials, products }: Recorded): string {
  return toHex(sha256(utf8(JSON.stringify([sorted(materials), sorted(products)]))))
}

function sorted(artifacts: Artifacts): unknown[] {
  return [...artifacts]
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([path, digests]) => [path, Object.entries(digests).sort(([a], [b]) => compareCodePoints(a, b))])
}

/** Files that a step made: products whose digest is not among its materials, under whatever name. */
export function madeFiles({ materials, products }: Recorded): Map<string, Digests> {
  const taken = new Set<string>()
  for (const digests of materials.values()) for (const hex of hexes(digests)) taken.add(hex)
  return new Map([...products].filter(([, digests]) => !hexes(digests).some((hex) => taken.has(hex))))
}

/** Any shared digest makes two files one here: another algorithm beside it must not make a file new. */
function hexes(digests: Digests): string[] {
  return Object.entries(digests).map(([algorithm, hex]) => `${algorithm}:${hex.toLowerCase()}`)
}

/** Whether a link lists every one of the files, as material or product, under whatever path. */
export function listsAll({ materials, products }: Recorded, files: ReadonlyMap<string, Digests>): boolean {
  if (files.size === 0) return false
  const listed = new Map<string, Digests[]>()
  for (const digests of [...materials.values(), ...products.values()]) {
    const key = digests.sha256 ?? ''
    listed.set(key, [...(listed.get(key) ?? []), digests])
  }
  return [...files.values()].every(
    (file) => canTie(file) && (listed.get(file.sha256 ?? '') ?? []).some((one) => equalDigests(one, file)),
  )
}
