import type { Key } from '#lib/crypto/index.ts'

/** Key material -> the identity it belongs to, where that is another: a gpg master key and its subkeys are one person. */
export type Signers = ReadonlyMap<string, string>

/** Groups the keys of a layout by shared material. */
export function groupSigners(keys: Iterable<Key>): Signers {
  const groups = new Map<string, string>()
  const nameOf = (fingerprint: string): string => {
    const parent = groups.get(fingerprint) ?? fingerprint
    return parent === fingerprint ? fingerprint : nameOf(parent)
  }
  for (const key of keys) {
    for (const subkey of key.subkeys.values()) groups.set(nameOf(subkey.fingerprint), nameOf(key.fingerprint))
  }
  return new Map([...groups.keys()].map((fingerprint) => [fingerprint, nameOf(fingerprint)]))
}

/** What a threshold counts. */
export function identityOf(key: Key, signers: Signers): string {
  return signers.get(key.fingerprint) ?? key.fingerprint
}
