import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { Verifier } from '#lib/contract/verifications.ts'
import { toHex } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'

/** Whoever may be named as a verifier, by name, with how often he was heard. */
export async function listVerifiers(actor: Actor): Promise<Verifier[]> {
  requireRight(actor, 'read')
  const [rows, heard] = await Promise.all([
    db.verifier.findMany({
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      include: { keys: { include: { key: true }, orderBy: { fingerprint: 'asc' } } },
    }),
    db.verification.groupBy({
      by: ['verifierRef'],
      where: { verifierRef: { not: null } },
      _count: true,
      _max: { receivedAt: true },
    }),
  ])
  return rows.map(({ id, name, verifierId, keys, createdAt, createdBy, demo }) => {
    const found = heard.find(({ verifierRef }) => verifierRef === id)
    return {
      id,
      name,
      verifierId,
      keys: keys.map(({ fingerprint, key }) => ({
        fingerprint: toHex(fingerprint),
        name: key.name,
        keytype: key.keytype,
      })),
      createdAt: createdAt.toISOString(),
      createdBy,
      demo,
      verifications: found?._count ?? 0,
      lastAt: found?._max.receivedAt?.toISOString() ?? null,
    }
  })
}
