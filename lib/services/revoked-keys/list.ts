import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { RevokedKey } from '#lib/contract/revoked-keys.ts'
import { toHex } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'

/** Revoked keys, the latest revocation first. */
export async function listRevokedKeys(actor: Actor): Promise<RevokedKey[]> {
  requireRight(actor, 'read')
  const rows = await db.revokedKey.findMany({ orderBy: [{ at: 'desc' }, { id: 'desc' }], include: { key: true } })
  return rows.map(({ id, fingerprint, key, at, reason, createdAt, createdBy }) => ({
    id,
    fingerprint: toHex(fingerprint),
    name: key.name,
    keytype: key.keytype,
    at: at.toISOString(),
    reason,
    createdAt: createdAt.toISOString(),
    createdBy,
  }))
}
