import { compareCodePoints, sha256, toHex, utf8 } from '#lib/crypto/index.ts'
import type { Recorded } from '../evaluate-rules.ts'
import { type Artifacts, equalDigests } from '../link.ts'
import type { Digests } from '../report.ts'
import { hasStrongDigest } from '../strong-digests.ts'

/** The empty file is everywhere: it says nothing about where a file came from. Its digests by every strong algorithm. */
const EMPTY = new Set([
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b',
  'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
  'c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a',
  'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a',
  '0c63a75b845e4f7d01107d852e4c2485c51a50aaaa94fc61995e71bbee983a2ac3713831264adb47fb6bd1e058d5f004',
  'a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a615b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26',
  '786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce',
  '0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8',
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
