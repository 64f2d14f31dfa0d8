import { type Key, keyidsOf } from '#lib/crypto/index.ts'

const known = new WeakMap<Key, readonly string[]>()

/** Every keyid under which implementations know a key; computed once for each key, because it takes five hashes. */
export function allKeyids(key: Key): readonly string[] {
  const keyids = known.get(key) ?? keyidsOf(key)
  known.set(key, keyids)
  return keyids
}

/** The same to be asked for one: mostly it is the metadata's own, and the others are not computed. */
export function keyidsOnDemand(key: Key): { includes(keyid: string): boolean } {
  return { includes: (keyid) => keyid === key.keyid || allKeyids(key).includes(keyid) }
}

/** Every text by which somebody may mean a key: keyids, the material's fingerprint, and those of its subkeys. */
export function everyNameOf(key: Key): string[] {
  const subkeys = [...key.subkeys].flatMap(([keyid, { fingerprint }]) => [keyid, fingerprint])
  return [key.fingerprint, key.keyid, ...allKeyids(key), ...subkeys]
}
