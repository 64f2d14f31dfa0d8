import {
  detectPrivateKey,
  FormatError,
  type Key,
  keyidsOf,
  parsePublicKeyFile,
  printJson,
  utf8,
} from '#lib/crypto/index.ts'
import type { Tx } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'

/** A key as people give it: by the fingerprint of a known one, or as the text of a file. */
export type GivenKey = { readonly fingerprint: string } | { readonly text: string; readonly name: string }

export interface NamedFingerprint {
  readonly fingerprint: string
  readonly name: string
}

/**
 * The keys that somebody gives in a form, known from now on. A private key is refused and nothing of it is stored.
 * @throws AppError NOT_FOUND, or BAD_REQUEST with the field
 */
export async function givenKeys(tx: Tx, given: readonly GivenKey[], now: Date): Promise<NamedFingerprint[]> {
  const found = new Map<string, NamedFingerprint>()
  for (const [index, one] of given.entries())
    for (const key of await keysOf(tx, one, index, now)) found.set(key.fingerprint, key)
  return [...found.values()]
}

export const fingerprintBytes = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(hex, 'hex'))

async function keysOf(tx: Tx, one: GivenKey, index: number, now: Date): Promise<NamedFingerprint[]> {
  if ('fingerprint' in one) {
    const known = await tx.publicKey.findUnique({ where: { fingerprint: fingerprintBytes(one.fingerprint) } })
    if (known === null) throw notFound(`public key ${one.fingerprint.slice(0, 12)}`)
    return [{ fingerprint: one.fingerprint, name: known.name }]
  }
  const keys = readKeys(one.text, `keys.${index}.text`)
  for (const key of keys) await knowKey(tx, key, one.name, now)
  return keys.map(({ fingerprint }) => ({ fingerprint, name: one.name }))
}

function readKeys(text: string, path: string): Key[] {
  const refused = (message: string, cause?: unknown) =>
    new AppError('BAD_REQUEST', message, { fields: [{ path, message }], cause })
  const bytes = utf8(text)
  const secret = detectPrivateKey(bytes)
  if (secret !== null) {
    throw refused(
      `This is a private key (${secret}). Nothing of it was stored; give the public key, and consider the private one as seen.`,
    )
  }
  try {
    const keys = parsePublicKeyFile(bytes)
    if (keys.length === 0) throw refused('Expected a public key, found none in the file.')
    return keys
  } catch (error) {
    if (error instanceof FormatError) throw refused(`The public key cannot be used: ${error.message}`, error)
    throw error
  }
}

async function knowKey(tx: Tx, key: Key, name: string, now: Date): Promise<void> {
  const { keytype, scheme, bits, pem } = key
  const row = {
    keytype,
    scheme,
    bits,
    pem,
    json: pem === null ? printJson(key.object) : null,
    keyids: keyidsOf(key),
    name,
  }
  await tx.publicKey.createMany({
    data: [{ ...row, fingerprint: fingerprintBytes(key.fingerprint), firstSeenAt: now }],
    skipDuplicates: true,
  })
}
