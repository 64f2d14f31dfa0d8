import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Key } from '../key.ts'

/** Parsing a key costs as much as verifying with it; layouts use the same few keys for thousands of links. */
const cache = new Map<string, KeyObject>()
const CACHE_SIZE = 1_000

/** Node's key object of a Key, by its material. Throws when OpenSSL refuses it. */
export function publicKeyOf(key: Key): KeyObject {
  if (key.spki === null) throw new Error('the key has no public part')
  const known = cache.get(key.fingerprint)
  if (known !== undefined) return known
  const made = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' })
  if (cache.size >= CACHE_SIZE) cache.clear()
  cache.set(key.fingerprint, made)
  return made
}
