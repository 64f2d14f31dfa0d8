import type { Tx } from '#lib/db/client.ts'

/** Of the advisory locks: who is declared as a verifier. */
const verifiersLock = 0x57425646

/**
 * Until the end of the transaction: whoever reads sees all verifiers that count, and whoever changes them sees all
 * verifications that were checked against the old ones.
 */
export async function lockVerifiers(tx: Tx, to: 'read' | 'change'): Promise<void> {
  if (to === 'read') await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(${verifiersLock})`
  else await tx.$executeRaw`SELECT pg_advisory_xact_lock(${verifiersLock})`
}
