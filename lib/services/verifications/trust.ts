import { FormatError, type Key } from '#lib/crypto/index.ts'
import type { Tx } from '#lib/db/client.ts'
import { readStoredKey } from '../software/owner-key.ts'

export interface DeclaredVerifier {
  readonly id: string
  readonly verifierId: string
  readonly keys: readonly Key[]
}

/** Under which keys somebody may be named as a verifier, and which other keys are known. */
export interface VerifierTrust {
  readonly declared: readonly DeclaredVerifier[]
  /** by every keyid that they go by */
  readonly known: ReadonlyMap<string, readonly Key[]>
}

/**
 * Loads what is needed to say who signed.
 * @param names verifiers that are named
 * @param keyids ids that their signatures carry
 */
export async function loadTrust(tx: Tx, names: ReadonlySet<string>, keyids: readonly string[]): Promise<VerifierTrust> {
  const verifiers = await tx.verifier.findMany({
    where: { verifierId: { in: [...names] } },
    include: { keys: { include: { key: true } } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  })
  const wanted = [...new Set(keyids)].filter((id) => id !== '')
  const rows = wanted.length === 0 ? [] : await tx.publicKey.findMany({ where: { keyids: { hasSome: wanted } } })
  const known = new Map<string, Key[]>()
  for (const row of rows)
    for (const key of readable(row)) for (const id of row.keyids) known.set(id, [...(known.get(id) ?? []), key])
  const declared = verifiers.map(({ id, verifierId, keys }) => ({
    id,
    verifierId,
    keys: keys.flatMap(({ key }) => readable(key)),
  }))
  return { declared, known }
}

/** A stored key that cannot be read any more proves nothing. */
function readable(row: { name: string; pem: string | null; json: string | null }): Key[] {
  try {
    return [readStoredKey(row)]
  } catch (error) {
    if (error instanceof FormatError) return []
    throw error
  }
}
