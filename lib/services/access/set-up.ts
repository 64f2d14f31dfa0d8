import type { z } from 'zod'
import { systemActor } from '#lib/auth/actor.ts'
import { hashPassword } from '#lib/auth/password.ts'
import { countSetup } from '#lib/auth/sign-in-limits.ts'
import type { setupSchema } from '#lib/contract/access.ts'
import { db, inTransaction } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'
import { isSetupToken, lockFirstRun, spendSetupToken } from './first-run.ts'

type Administrator = { email: string; name: string; password: string }

const usedUp = (): AppError =>
  new AppError(
    'FORBIDDEN',
    'This set-up link is not valid: expected the one that `npm start` printed last, and no user yet. If an ' +
      'administrator exists already, sign in; otherwise start Waybill again for a new link.',
  )

/** Whether the first administrator is still to be made. */
export async function isSetUp(): Promise<boolean> {
  return (await db.user.count()) > 0
}

/** Makes the first administrator of the person who holds the link. The link works once. */
export async function setUp(input: z.output<typeof setupSchema>, address: string): Promise<{ id: string }> {
  await countSetup(address)
  // looked at first without the cost of a password hash
  if (!(await inTransaction((tx) => isSetupToken(tx, input.token)))) throw usedUp()
  return createFirst(input, input.token)
}

/** Makes the first administrator without a link, for unattended starts; null where there is a user already. */
export async function setUpUnattended(administrator: Administrator): Promise<{ id: string } | null> {
  if (await isSetUp()) return null
  return createFirst(administrator, null)
}

async function createFirst({ email, name, password }: Administrator, token: string | null): Promise<{ id: string }> {
  const passwordHash = await hashPassword(password)
  return inTransaction(async (tx) => {
    await lockFirstRun(tx)
    if ((await tx.user.count()) > 0 || (token !== null && !(await isSetupToken(tx, token)))) throw usedUp()
    const user = await tx.user.create({ data: { email, name, passwordHash, role: 'admin' }, select: { id: true } })
    await spendSetupToken(tx)
    await recordAudit(tx, systemActor('set-up'), {
      act: 'user.create',
      objectType: 'user',
      objectId: user.id,
      detail: { email, role: 'admin', by: token === null ? 'environment' : 'link' },
    })
    return user
  })
}
