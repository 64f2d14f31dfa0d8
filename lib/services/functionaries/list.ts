import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { Functionary } from '#lib/contract/functionaries.ts'
import { toHex } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'

/** Whoever is declared to sign in several ways, by name. */
export async function listFunctionaries(actor: Actor): Promise<Functionary[]> {
  requireRight(actor, 'read')
  const rows = await db.functionary.findMany({
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
    include: { keys: { include: { key: true }, orderBy: { fingerprint: 'asc' } } },
  })
  return rows.map(({ id, name, keys, spiffeIds, reason, createdAt, createdBy }) => ({
    id,
    name,
    keys: keys.map(({ fingerprint, key }) => ({
      fingerprint: toHex(fingerprint),
      name: key.name,
      keytype: key.keytype,
    })),
    spiffeIds,
    reason,
    createdAt: createdAt.toISOString(),
    createdBy,
  }))
}
