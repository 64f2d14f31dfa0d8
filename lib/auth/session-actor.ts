import { decode } from 'next-auth/jwt'
import { roleSchema } from '../contract/access.ts'
import { db } from '../db/client.ts'
import { env } from '../env.ts'
import type { Actor } from './actor.ts'
import { parseCookies, sessionCookieName } from './session-cookie.ts'

/** Nobody touches the page for this long: the session has ended. */
export const idleMs = 30 * 60_000
/** How long a session lasts at most. */
export const absoluteMs = 10 * 3_600_000
/** How often a session's last use is written down. */
const touchMs = 60_000

/**
 * The signed-in user whose session the cookie names, or null. The signed cookie only says which row; whether the
 * session goes on, and with which role, is read from the database at every request.
 */
export async function sessionActor(cookieHeader: string | null, now = new Date()): Promise<Actor | null> {
  const token = cookieHeader === null ? undefined : parseCookies(cookieHeader)[sessionCookieName()]
  if (token === undefined) return null
  const sessionId = await sessionIdOf(token)
  return sessionId === null ? null : actorOfSession(sessionId, now)
}

async function sessionIdOf(token: string): Promise<string | null> {
  try {
    const claims = await decode({ token, secret: env().sessionSecret })
    const sid = claims?.sid
    return typeof sid === 'string' && /^[0-9a-f-]{36}$/.test(sid) ? sid : null
  } catch {
    return null // forged, expired, or signed with another secret
  }
}

/** The user whose session row this is, while it is neither revoked, expired nor idle for too long. */
export async function actorOfSession(sessionId: string, now: Date): Promise<Actor | null> {
  const session = await db.session.findUnique({ where: { id: sessionId }, include: { user: true } })
  if (session === null || session.revokedAt !== null || session.user.disabledAt !== null) return null
  if (session.expiresAt <= now || now.getTime() - session.lastSeenAt.getTime() > idleMs) return null
  const role = roleSchema.safeParse(session.user.role)
  if (!role.success) return null
  if (now.getTime() - session.lastSeenAt.getTime() > touchMs)
    await db.session.updateMany({ where: { id: sessionId, revokedAt: null }, data: { lastSeenAt: now } })
  return {
    kind: 'user',
    id: session.userId,
    name: session.user.name,
    role: role.data,
    scopes: [],
    softwareId: null,
    sessionId,
  }
}
