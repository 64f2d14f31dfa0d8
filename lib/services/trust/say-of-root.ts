import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { sayOfRootSchema, TrustDomainRow } from '#lib/contract/trust.ts'
import { inTransaction } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'
import { decide, lockTrust } from './decide.ts'
import { getTrustDomain } from './list.ts'
import { decisionOf, decisionRows } from './load.ts'

/**
 * Ends a root of a trust domain, or says that its key is compromised: from then on nothing that it certifies counts,
 * and everything that relied on it is judged again. That only takes trust away, so engineers may; taking it back gives
 * trust, so administrators must.
 */
export async function sayOfRoot(
  actor: Actor,
  trustDomain: string,
  sha256: string,
  input: z.output<typeof sayOfRootSchema>,
  now = new Date(),
): Promise<TrustDomainRow> {
  requireRight(actor, input.act === 'restore' ? 'trust:set' : 'trust:end')
  await inTransaction(async (tx) => {
    await lockTrust(tx)
    const rows = await decisionRows(tx, { trustDomain })
    const decisions = rows.map(decisionOf)
    const known = decisions.some((one) => 'roots' in one && one.roots.some((root) => root.sha256 === sha256))
    if (!known) throw notFound(`root ${sha256.slice(0, 12)} of the trust domain ${trustDomain}`)
    const words = decisions.filter((one) => 'root' in one && one.root === sha256)
    if (input.act === 'restore' && (words.length === 0 || words.at(-1)?.kind === 'restore')) {
      throw new AppError('CONFLICT', 'Nobody ended this root or called it compromised, so there is nothing to restore.')
    }
    const at = input.at === undefined ? now : new Date(input.at)
    const root = Uint8Array.from(Buffer.from(sha256, 'hex'))
    const said = { trustDomain, kind: input.act, at, reason: input.reason, source: '', root }
    await decide(tx, actor, said, { roots: [sha256] }, now)
  })
  return getTrustDomain(actor, trustDomain, now)
}
