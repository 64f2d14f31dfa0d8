import type { Digests } from './report.ts'

/**
 * Algorithms for which nobody can make a second file with a given digest, with the length of their digests in hex;
 * under the names that in-toto's tools (securesystemslib) and the attestation framework (DigestSet) write.
 */
export const STRONG_ALGORITHMS: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
  ['sha512_256', 64],
  ['sha3_256', 64],
  ['sha3_384', 96],
  ['sha3_512', 128],
  ['sha3-256', 64],
  ['sha3-384', 96],
  ['sha3-512', 128],
  ['blake2b', 128],
  ['blake2b-256', 64],
])

/**
 * Whether a digest set holds a digest that nobody can forge: of a strong algorithm, whole, in lower-case hex. A value
 * of another length is no digest of that algorithm whatever it is called, and may fit any number of files.
 */
export function hasStrongDigest(digests: Digests): boolean {
  for (const algorithm in digests) {
    const hex = digests[algorithm] ?? ''
    // readers let nothing but hex through, so that letter case is all that is left of the alphabet
    if (hex.length === STRONG_ALGORITHMS.get(algorithm) && hex === hex.toLowerCase()) return true
  }
  return false
}
