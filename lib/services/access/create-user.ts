import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { hashPassword } from '#lib/auth/password.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { createUserSchema, userSchema } from '#lib/contract/access.ts'
import { db, inTransaction } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'
import { userRow } from './user-row.ts'

/** Adds a person with a role and a first password, which they should change. */
export async function createUser(
  actor: Actor,
  input: z.output<typeof createUserSchema>,
): Promise<z.input<typeof userSchema>> {
  requireRight(actor, 'users:manage')
  const { email, name, role, password } = input
  const taken = () =>
    new AppError('CONFLICT', `There is a user with the address ${email} already.`, {
      fields: [{ path: 'email', message: 'taken' }],
    })
  if ((await db.user.count({ where: { email } })) > 0) throw taken()
  const passwordHash = await hashPassword(password)
  return inTransaction(async (tx) => {
    const user = await tx.user.create({ data: { email, name, role, passwordHash } })
    await recordAudit(tx, actor, {
      act: 'user.create',
      objectType: 'user',
      objectId: user.id,
      detail: { email, role },
    })
    return userRow({ ...user, sessions: [] })
  })
}
