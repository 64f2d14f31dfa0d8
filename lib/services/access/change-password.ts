import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { hashPassword, verifyPassword } from '#lib/auth/password.ts'
import { countSignIn, forgiveSignIn } from '#lib/auth/sign-in-limits.ts'
import type { changePasswordSchema } from '#lib/contract/access.ts'
import { db, inTransaction } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'

/** Sets a new password for whoever knows the old one. Every other session of theirs ends. */
export async function changePassword(
  actor: Actor,
  input: z.output<typeof changePasswordSchema>,
  address: string,
  now = new Date(),
): Promise<void> {
  if (actor.kind !== 'user' || actor.sessionId === null)
    throw new AppError('FORBIDDEN', 'Sign in to change your password.')
  const sessionId = actor.sessionId
  const user = await db.user.findUnique({ where: { id: actor.id } })
  if (user === null) throw notFound('such user')
  await countSignIn(user.email, address)
  if (!(await verifyPassword(user.passwordHash, input.current)))
    throw new AppError('BAD_REQUEST', 'The current password is not right.', {
      fields: [{ path: 'current', message: 'not the current password' }],
    })
  await forgiveSignIn(user.email, address)
  const passwordHash = await hashPassword(input.next)
  await inTransaction(async (tx) => {
    await tx.user.update({ where: { id: user.id }, data: { passwordHash } })
    const { count } = await tx.session.updateMany({
      where: { userId: user.id, revokedAt: null, id: { not: sessionId } },
      data: { revokedAt: now },
    })
    await recordAudit(tx, actor, {
      act: 'user.change-password',
      objectType: 'user',
      objectId: user.id,
      detail: { sessionsEnded: count },
    })
  })
}
