import { FormatError, type Key, parseJsonText, parseKeyObject, parsePublicKeyPem } from '#lib/crypto/index.ts'
import type { UnusableKey } from '#lib/in-toto/index.ts'

export type StoredKey = { readonly name: string; readonly pem: string | null; readonly json: string | null }

/** A stored public key as one that verifies. @throws FormatError where it cannot be read */
export function readStoredKey({ pem, json }: StoredKey): Key {
  if (pem !== null) return parsePublicKeyPem(pem)
  if (json !== null) return parseKeyObject(parseJsonText(json))
  throw new FormatError('UNSUPPORTED', 'Neither PEM nor a key object is stored for it.', '')
}

/** All keys; those that cannot be read are named, never left out silently. */
export function readStoredKeys(stored: readonly StoredKey[]): { keys: Key[]; unusable: UnusableKey[] } {
  const keys: Key[] = []
  const unusable: UnusableKey[] = []
  for (const one of stored) {
    try {
      keys.push(readStoredKey(one))
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      unusable.push({ source: one.name, message: error.message })
    }
  }
  return { keys, unusable }
}
