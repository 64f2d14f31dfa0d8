import { randomUUID } from 'node:crypto'
import { encode } from 'next-auth/jwt'
import type { Actor, Scope } from '../auth/actor.ts'
import { absoluteMs } from '../auth/session-actor.ts'
import { sessionCookieName } from '../auth/session-cookie.ts'
import { makeToken } from '../auth/token-format.ts'
import type { Role } from '../contract/access.ts'
import { db } from '../db/client.ts'
import { env } from '../env.ts'

/** A well-formed argon2id hash that no password fits. */
const nobodysHash = '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

export type Person = { actor: Actor; headers: Record<string, string>; email: string }

/**
 * A user with that role and an open session: the actor for services, and the headers with which a browser of theirs
 * calls routes. Needs `useDatabase()`.
 */
export async function signedIn(role: Role, now = new Date()): Promise<Person> {
  const email = `${role}-${randomUUID()}@bank.example`
  const user = await db.user.create({ data: { email, name: `Test ${role}`, role, passwordHash: nobodysHash } })
  const expiresAt = new Date(now.getTime() + absoluteMs)
  const session = await db.session.create({ data: { userId: user.id, createdAt: now, lastSeenAt: now, expiresAt } })
  const cookie = await encode({ token: { sub: user.id, sid: session.id }, secret: env().sessionSecret })
  const headers = { cookie: `${sessionCookieName()}=${cookie}`, 'sec-fetch-site': 'same-origin' }
  const { id, name } = user
  const actor: Actor = { kind: 'user', id, name, role, scopes: [], softwareId: null, sessionId: session.id }
  return { actor, headers, email }
}

/** An API token of a new administrator, with the headers that carry it. Needs `useDatabase()`. */
export async function apiToken(
  scopes: Scope[],
  softwareId: string | null = null,
): Promise<{ id: string; token: string; headers: Record<string, string> }> {
  const { actor } = await signedIn('admin')
  const { token, prefix, sha256 } = makeToken()
  const expiresAt = new Date(Date.now() + 86_400_000)
  const row = await db.apiToken.create({
    data: { name: 'test', prefix, sha256, scopes, softwareId, createdById: actor.id, expiresAt },
  })
  return { id: row.id, token, headers: { authorization: `Bearer ${token}` } }
}
