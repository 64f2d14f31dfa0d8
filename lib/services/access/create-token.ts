import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { makeToken } from '#lib/auth/token-format.ts'
import type { createdTokenSchema, createTokenSchema } from '#lib/contract/access.ts'
import { inTransaction } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'
import { tokenIncludes, tokenRow } from './token-row.ts'

const dayMs = 86_400_000

/** Makes an API token. This answer is the only place where the token itself ever appears. */
export async function createToken(
  actor: Actor,
  input: z.output<typeof createTokenSchema>,
  now = new Date(),
): Promise<z.input<typeof createdTokenSchema>> {
  requireRight(actor, 'tokens:manage')
  if (actor.kind !== 'user') throw new AppError('FORBIDDEN', 'A token belongs to a person: sign in to make one.')
  const { token, prefix, sha256 } = makeToken()
  return inTransaction(async (tx) => {
    const software =
      input.software === null
        ? null
        : await tx.software.findUnique({ where: { slug: input.software }, select: { id: true } })
    if (input.software !== null && software === null) throw notFound(`software ${input.software}`)
    const row = await tx.apiToken.create({
      data: {
        name: input.name,
        prefix,
        sha256,
        scopes: [...new Set(input.scopes)],
        softwareId: software?.id ?? null,
        createdById: actor.id,
        createdAt: now,
        expiresAt: new Date(now.getTime() + input.days * dayMs),
      },
      include: tokenIncludes,
    })
    await recordAudit(tx, actor, {
      act: 'token.create',
      objectType: 'token',
      objectId: row.id,
      detail: { name: row.name, prefix, scopes: row.scopes, software: input.software, days: input.days },
    })
    return { ...tokenRow(row), token }
  })
}
