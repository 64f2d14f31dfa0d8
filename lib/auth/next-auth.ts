import type { NextAuthOptions } from 'next-auth'
import CredentialsProvider from 'next-auth/providers/credentials'
import { z } from 'zod'
import { env } from '../env.ts'
import { AppError } from '../errors.ts'
import { signIn } from '../services/access/sign-in.ts'
import { signOut } from '../services/access/sign-out.ts'
import { absoluteMs, actorOfSession } from './session-actor.ts'
import { secureCookies, sessionCookieName } from './session-cookie.ts'
import { addressOf } from './sign-in-limits.ts'

// next-auth is used here and nowhere else. Its signed cookie only names a session row (see session-actor.ts).

const credentialsSchema = z.object({ email: z.string().max(254), password: z.string().max(256) })
/** What `authorize` returns, and `jwt` gets at sign-in. */
const userSchema = z.object({ id: z.string(), sessionId: z.string() })

async function authorize(
  given: Record<string, string> | undefined,
  headers: Record<string, string | undefined>,
): Promise<{ id: string; name: string; email: string; sessionId: string } | null> {
  const credentials = credentialsSchema.safeParse(given)
  if (!credentials.success) return null
  try {
    const userAgent = headers['user-agent'] ?? ''
    const signed = await signIn({ ...credentials.data, address: addressOf(headers), userAgent })
    if (signed === null) return null
    return { id: signed.userId, name: signed.name, email: signed.email, sessionId: signed.sessionId }
  } catch (error) {
    // next-auth shows the message of what is thrown here: a code, never a text of ours or the database's
    if (error instanceof AppError && error.code === 'RATE_LIMITED') throw new Error('RATE_LIMITED')
    console.error('sign-in failed:', error)
    throw new Error('UNAVAILABLE')
  }
}

/** The options, made at the first request: `next build` loads this without an environment. */
export function authOptions(): NextAuthOptions {
  const secure = secureCookies()
  return {
    secret: env().sessionSecret,
    session: { strategy: 'jwt', maxAge: absoluteMs / 1000 },
    pages: { signIn: '/signin', error: '/signin' },
    useSecureCookies: secure,
    cookies: {
      sessionToken: { name: sessionCookieName(), options: { httpOnly: true, sameSite: 'lax', path: '/', secure } },
    },
    providers: [
      CredentialsProvider({
        name: 'Password',
        credentials: { email: { label: 'Email', type: 'email' }, password: { label: 'Password', type: 'password' } },
        authorize: (given, request) => authorize(given, request.headers ?? {}),
      }),
    ],
    callbacks: {
      jwt: async ({ token, user }) => {
        const opened = userSchema.safeParse(user)
        if (opened.success) return { sub: opened.data.id, sid: opened.data.sessionId }
        const actor = typeof token.sid === 'string' ? await actorOfSession(token.sid, new Date()) : null
        // next-auth clears the cookie when this throws
        if (actor === null) throw new Error('the session has ended')
        return { sub: actor.id, sid: token.sid, name: actor.name, role: actor.role }
      },
      session: ({ session, token }) => ({
        expires: session.expires,
        user: { id: token.sub, name: token.name, role: token.role },
      }),
    },
    events: {
      signOut: async ({ token }) => {
        if (typeof token?.sid === 'string') await signOut(token.sid)
      },
    },
    logger: {
      error: (code, metadata) => console.error(`next-auth: ${code}`, metadata instanceof Error ? metadata.message : ''),
      warn: () => undefined,
      debug: () => undefined,
    },
  }
}
