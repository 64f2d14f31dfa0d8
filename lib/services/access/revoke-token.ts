import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { tokenSchema } from '#lib/contract/access.ts'
import { inTransaction } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'
import { tokenIncludes, tokenRow } from './token-row.ts'

/** Makes a token worthless from the next request on. Revoking it again changes nothing. */
export async function revokeToken(actor: Actor, id: string, now = new Date()): Promise<z.input<typeof tokenSchema>> {
  requireRight(actor, 'tokens:manage')
  return inTransaction(async (tx) => {
    const { count } = await tx.apiToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } })
    const row = await tx.apiToken.findUnique({ where: { id }, include: tokenIncludes })
    if (row === null) throw notFound(`token ${id}`)
    if (count > 0)
      await recordAudit(tx, actor, {
        act: 'token.revoke',
        objectType: 'token',
        objectId: id,
        detail: { name: row.name, prefix: row.prefix },
      })
    return tokenRow(row)
  })
}
