import { FormatError, type JsonValue } from '#lib/crypto/index.ts'
import { readDigests } from '../link.ts'
import { member, readObject } from '../reader.ts'
import type { Digests } from '../report.ts'
import { STRONG_ALGORITHMS } from '../strong-digests.ts'

/** Algorithms whose values are hex wherever they occur (attestation framework, DigestSet). */
const HEX = new Set([...STRONG_ALGORITHMS.keys(), 'sha1', 'sha224', 'md5', 'gitCommit', 'gitTree', 'gitBlob', 'gitTag'])

/**
 * A DigestSet of a statement (attestation framework, v1/digest_set.md). Values of algorithms that are not known are
 * kept where they are hex and left out where they are not: gitoids are URIs, dirHash is base64. They never match.
 * @throws FormatError MALFORMED where the value of a known algorithm is not hex
 */
export function readDigestSet(value: JsonValue | undefined, place: () => string): Digests {
  const known = new Map(
    [...readObject(value, place(), 'MALFORMED')].filter(([algorithm, text]) => HEX.has(algorithm) || isPlain(text)),
  )
  for (const [algorithm, text] of value instanceof Map ? value : []) {
    if (typeof text === 'string') continue
    const at = member(place(), algorithm)
    throw new FormatError('MALFORMED', `Expected a digest as a string at ${at}.`, at)
  }
  for (const algorithm of known.keys()) if (!NAME.test(algorithm)) known.delete(algorithm)
  return readDigests(known, place)
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.:/+-]*$/

function isPlain(text: JsonValue): boolean {
  return typeof text === 'string' && /^[0-9A-Fa-f]+$/.test(text)
}

/**
 * Whether two digest sets of statements are about the same bytes: by the strongest algorithm that both use, and no
 * other strong one that both use may contradict it. `unknown`: they share none that proves anything.
 * (DigestSet lets any match suffice; go-witness asks for all of the strongest shared class; this is stricter.)
 */
export function compareDigestSets(a: Digests, b: Digests): 'same' | 'different' | 'unknown' {
  let shared = false
  for (const [algorithm, length] of STRONG_ALGORITHMS) {
    const one = Object.hasOwn(a, algorithm) ? a[algorithm] : undefined
    const other = Object.hasOwn(b, algorithm) ? b[algorithm] : undefined
    if (one === undefined || other === undefined) continue
    if (one.toLowerCase() !== other.toLowerCase()) return 'different'
    if (one.length === length) shared = true
  }
  return shared ? 'same' : 'unknown'
}
