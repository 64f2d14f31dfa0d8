import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { changeUserSchema, userSchema } from '#lib/contract/access.ts'
import { inTransaction, type Tx } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'
import { lockFirstRun } from './first-run.ts'
import { lastSession, userRow } from './user-row.ts'

/**
 * Changes a person's name or role, or takes their access away, which ends their sessions and tokens at once. One
 * administrator always remains.
 */
export async function changeUser(
  actor: Actor,
  id: string,
  change: z.output<typeof changeUserSchema>,
  now = new Date(),
): Promise<z.input<typeof userSchema>> {
  requireRight(actor, 'users:manage')
  return inTransaction(async (tx) => {
    await lockFirstRun(tx) // two administrators cannot demote each other at the same moment
    const before = await tx.user.findUnique({ where: { id } })
    if (before === null) throw notFound(`user ${id}`)
    const disabledAt =
      change.disabled === undefined ? before.disabledAt : change.disabled ? (before.disabledAt ?? now) : null
    const data = { name: change.name ?? before.name, role: change.role ?? before.role, disabledAt }
    await requireAnotherAdmin(tx, id, data)
    const user = await tx.user.update({ where: { id }, data, include: { sessions: lastSession } })
    if (change.disabled === true)
      await tx.session.updateMany({ where: { userId: id, revokedAt: null }, data: { revokedAt: now } })
    await recordAudit(tx, actor, {
      act: 'user.change',
      objectType: 'user',
      objectId: id,
      detail: { email: user.email, was: facts(before), is: facts(user) },
    })
    return userRow(user)
  })
}

const facts = (user: { name: string; role: string; disabledAt: Date | null }) => ({
  name: user.name,
  role: user.role,
  disabled: user.disabledAt !== null,
})

async function requireAnotherAdmin(
  tx: Tx,
  id: string,
  after: { role: string; disabledAt: Date | null },
): Promise<void> {
  if (after.role === 'admin' && after.disabledAt === null) return
  const others = await tx.user.count({ where: { id: { not: id }, role: 'admin', disabledAt: null } })
  if (others === 0)
    throw new AppError(
      'CONFLICT',
      'This is the last administrator who can sign in. Make somebody else an administrator first.',
    )
}
