import { systemActor } from '#lib/auth/actor.ts'
import { verifyPassword } from '#lib/auth/password.ts'
import { absoluteMs } from '#lib/auth/session-actor.ts'
import { countSignIn, forgiveSignIn } from '#lib/auth/sign-in-limits.ts'
import { emailSchema } from '#lib/contract/access.ts'
import { db, inTransaction } from '#lib/db/client.ts'
import { recordAudit } from '../audit/record.ts'

export type SignIn = { email: string; password: string; address: string; userAgent: string }
export type SignedIn = { userId: string; sessionId: string; name: string; email: string }

/**
 * Opens a session for a right password; null for a wrong one, an unknown and a disabled account alike, in the same
 * time. Throws RATE_LIMITED after too many attempts.
 */
export async function signIn(input: SignIn, now = new Date()): Promise<SignedIn | null> {
  const email = emailSchema.safeParse(input.email)
  if (!email.success) return null
  await countSignIn(email.data, input.address)
  const user = await db.user.findUnique({ where: { email: email.data } })
  const fits = await verifyPassword(user?.passwordHash ?? null, input.password.slice(0, 256))
  if (!fits || user === null || user.disabledAt !== null) {
    await recordRefusal(user?.id ?? null, input.address)
    return null
  }
  await forgiveSignIn(email.data, input.address)
  const userAgent = input.userAgent.slice(0, 300)
  const expiresAt = new Date(now.getTime() + absoluteMs)
  const actor = { kind: 'user', id: user.id, name: user.name } as const
  const sessionId = await inTransaction(async (tx) => {
    const session = await tx.session.create({
      data: { userId: user.id, createdAt: now, lastSeenAt: now, expiresAt, userAgent },
    })
    const who = { ...systemActor('sign-in'), ...actor }
    await recordAudit(tx, who, {
      act: 'session.open',
      objectType: 'session',
      objectId: session.id,
      detail: { address: input.address },
    })
    return session.id
  })
  return { userId: user.id, sessionId, name: user.name, email: user.email }
}

function recordRefusal(userId: string | null, address: string): Promise<void> {
  return inTransaction((tx) =>
    recordAudit(tx, systemActor('sign-in'), {
      act: 'session.refuse',
      objectType: 'user',
      objectId: userId ?? 'unknown',
      detail: { address },
    }),
  )
}
