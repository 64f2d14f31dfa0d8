import { beforeEach, describe, expect, test, vi } from 'vitest'
import { sessionActor } from '#lib/auth/session-actor.ts'
import { tokenActor } from '#lib/auth/token-actor.ts'
import { db } from '#lib/db/client.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { apiToken, signedIn } from '#lib/testing/people.ts'
import { changePassword } from './change-password.ts'
import { changeUser } from './change-user.ts'
import { createToken } from './create-token.ts'
import { createUser } from './create-user.ts'
import { makeSetupToken } from './first-run.ts'
import { listSessions } from './list-sessions.ts'
import { listUsers } from './list-users.ts'
import { revokeSession } from './revoke-session.ts'
import { revokeToken } from './revoke-token.ts'
import { setUp, setUpUnattended } from './set-up.ts'
import { signIn } from './sign-in.ts'
import { signOut } from './sign-out.ts'

/** The real check, counted. */
const argon2 = vi.hoisted(() => vi.fn())
vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<typeof import('@node-rs/argon2')>()
  argon2.mockImplementation(real.verify)
  return { ...real, verify: argon2 }
})

useDatabase()
const password = 'a sentence is easy to remember'
const email = 'ines@bank.example'
const attempt = { email, password, address: '10.0.0.1', userAgent: 'test' }
const minute = 60_000

beforeEach(async () => {
  await db.session.deleteMany()
  await db.apiToken.deleteMany()
  await db.user.deleteMany()
  await db.rateLimit.deleteMany()
  await db.setting.deleteMany()
})

async function firstAdmin(): Promise<string> {
  const made = await setUpUnattended({ email, name: 'Ines', password })
  if (made === null) throw new Error('expected no user yet')
  return made.id
}

describe('first run', () => {
  test('the link makes one administrator, once', async () => {
    const token = (await makeSetupToken()) ?? ''
    const form = { token, email, name: 'Ines', password }
    await setUp(form, '10.0.0.1')
    expect(await db.user.findMany({ select: { email: true, role: true } })).toEqual([{ email, role: 'admin' }])
    await expect(setUp({ ...form, email: 'second@bank.example' }, '10.0.0.1')).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
    expect(await makeSetupToken()).toBeNull()
  })

  test('of many at the same moment exactly one succeeds', async () => {
    const token = (await makeSetupToken()) ?? ''
    const tries = Array.from({ length: 4 }, (_, i) =>
      setUp({ token, email: `a${i}@bank.example`, name: 'A', password }, `10.0.0.${i}`),
    )
    const results = await Promise.allSettled(tries)
    expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1)
    expect(await db.user.count()).toBe(1)
  })

  test('a wrong token, or that of an earlier link, makes nobody', async () => {
    const old = (await makeSetupToken()) ?? ''
    await makeSetupToken()
    for (const token of [old, '', 'guess'])
      await expect(setUp({ token, email, name: 'X', password }, '10.0.0.1')).rejects.toMatchObject({
        code: 'FORBIDDEN',
      })
    expect(await db.user.count()).toBe(0)
  })

  test('tokens cannot be guessed at length', async () => {
    await makeSetupToken()
    const guess = () => setUp({ token: 'guess', email, name: 'X', password }, '10.0.0.9')
    for (let i = 0; i < 20; i++) await expect(guess()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(guess()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  })

  test('an unattended start makes nobody where there is a user', async () => {
    await firstAdmin()
    expect(await setUpUnattended({ email: 'other@bank.example', name: 'O', password })).toBeNull()
  })
})

describe('sign-in', () => {
  test('a right password opens a session, whatever the case of the address', async () => {
    const id = await firstAdmin()
    const signed = await signIn({ ...attempt, email: 'INES@bank.example' })
    expect(signed?.userId).toBe(id)
    const acts = await db.auditEntry.findMany({ orderBy: { seq: 'desc' }, take: 1 })
    expect(acts[0]).toMatchObject({ act: 'session.open', actor: `user:${id}`, objectId: signed?.sessionId })
  })

  test('a wrong password, an unknown address and a disabled account are answered alike', async () => {
    const id = await firstAdmin()
    expect(await signIn({ ...attempt, password: 'not this one, though long' })).toBeNull()
    expect(await signIn({ ...attempt, email: 'nobody@bank.example' })).toBeNull()
    await db.user.update({ where: { id }, data: { disabledAt: new Date() } })
    expect(await signIn(attempt)).toBeNull()
    expect(await db.session.count()).toBe(0)
  })

  test('an unknown address costs the same work as a known one: one check against a hash of the same strength', async () => {
    await firstAdmin()
    const strengths = async (input: typeof attempt): Promise<string[]> => {
      argon2.mockClear()
      expect(await signIn({ ...input, password: 'wrong' })).toBeNull()
      return argon2.mock.calls.map(([hash]) => String(hash).split('$').slice(0, 4).join('$'))
    }
    const known = await strengths(attempt)
    expect(known).toEqual([expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1$/)])
    expect(await strengths({ ...attempt, email: 'nobody@bank.example' })).toEqual(known)
  })

  test('ten failures close an account for a while, even to the right password', async () => {
    await firstAdmin()
    for (let i = 0; i < 10; i++) await signIn({ ...attempt, address: `10.2.0.${i}`, password: 'wrong' })
    await expect(signIn({ ...attempt, address: '10.2.1.1' })).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  })

  test('a success in between starts the count anew', async () => {
    await firstAdmin()
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 8; i++) await signIn({ ...attempt, address: `10.3.${round}.${i}`, password: 'wrong' })
      expect(await signIn(attempt)).not.toBeNull()
    }
  })

  test('an address from which many people sign in is not closed', async () => {
    await firstAdmin()
    for (let i = 0; i < 45; i++) expect(await signIn({ ...attempt, address: '10.6.0.1' })).not.toBeNull()
  })

  test('one address cannot try many accounts', async () => {
    const tries = Array.from({ length: 40 }, (_, i) =>
      signIn({ ...attempt, email: `u${i}@bank.example`, address: '10.4.0.1' }),
    )
    await Promise.all(tries)
    await expect(signIn({ ...attempt, email: 'last@bank.example', address: '10.4.0.1' })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    })
  })
})

describe('a session', () => {
  test('goes on while it is used, and ends after half an hour of nothing', async () => {
    const { headers } = await signedIn('viewer')
    const cookie = headers.cookie ?? ''
    const at = (minutes: number) => sessionActor(cookie, new Date(Date.now() + minutes * minute))
    expect(await at(20)).toMatchObject({ kind: 'user', role: 'viewer' })
    expect(await at(45)).not.toBeNull()
    expect(await at(80)).toBeNull()
  })

  test('ends after ten hours even if it is used all the time', async () => {
    const { headers, actor } = await signedIn('viewer')
    const late = new Date(Date.now() + 10 * 60 * minute + 1000)
    await db.session.updateMany({ where: { id: actor.sessionId ?? '' }, data: { lastSeenAt: late } })
    expect(await sessionActor(headers.cookie ?? '', late)).toBeNull()
  })

  test('is worthless after signing out', async () => {
    const { headers, actor } = await signedIn('viewer')
    await signOut(actor.sessionId ?? '')
    expect(await sessionActor(headers.cookie ?? '')).toBeNull()
  })

  test('has the role that the row has now', async () => {
    const { headers, actor } = await signedIn('viewer')
    await db.user.update({ where: { id: actor.id }, data: { role: 'engineer' } })
    expect(await sessionActor(headers.cookie ?? '')).toMatchObject({ role: 'engineer' })
  })

  test('ends at once when the account is disabled', async () => {
    const admin = await signedIn('admin')
    const { headers, actor } = await signedIn('viewer')
    await changeUser(admin.actor, actor.id, { disabled: true })
    expect(await sessionActor(headers.cookie ?? '')).toBeNull()
    await changeUser(admin.actor, actor.id, { disabled: false })
    expect(await sessionActor(headers.cookie ?? '')).toBeNull()
  })

  test('can be ended from another one, and only by its owner', async () => {
    const one = await signedIn('viewer')
    const other = await signedIn('viewer')
    await expect(revokeSession(other.actor, one.actor.sessionId ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await listSessions(one.actor)).toMatchObject([{ id: one.actor.sessionId, current: true }])
    await revokeSession(one.actor, one.actor.sessionId ?? '')
    expect(await sessionActor(one.headers.cookie ?? '')).toBeNull()
    expect(await listSessions(one.actor)).toEqual([])
  })

  test.each(['', 'waybill.session=', 'waybill.session=x', 'other=1', `waybill.session=${'a.'.repeat(5000)}`])(
    'is not made of the cookie header %j',
    async (cookie) => {
      expect(await sessionActor(cookie)).toBeNull()
    },
  )
})

describe('users', () => {
  test('an added user can sign in, and no answer carries a password', async () => {
    const { actor } = await signedIn('admin')
    await createUser(actor, { email, name: 'Ines', role: 'engineer', password })
    expect(await signIn(attempt)).not.toBeNull()
    expect(JSON.stringify(await listUsers(actor))).not.toMatch(/argon2|password/i)
    expect(JSON.stringify(await db.auditEntry.findMany({ where: { act: 'user.create' } }), replaceBigInt)).not.toMatch(
      /argon2|sentence/,
    )
  })

  test('an address is taken once', async () => {
    const { actor } = await signedIn('admin')
    const input = { email, name: 'Ines', role: 'viewer', password } as const
    await createUser(actor, input)
    await expect(createUser(actor, input)).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  test('the last administrator can be neither demoted nor disabled, not even by two at once', async () => {
    const a = await signedIn('admin')
    const b = await signedIn('admin')
    const results = await Promise.allSettled([
      changeUser(a.actor, b.actor.id, { role: 'viewer' }),
      changeUser(b.actor, a.actor.id, { disabled: true }),
    ])
    expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1)
    expect(await db.user.count({ where: { role: 'admin', disabledAt: null } })).toBe(1)
  })

  test('nobody but an administrator may', async () => {
    const { actor } = await signedIn('engineer')
    await expect(listUsers(actor)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(changeUser(actor, actor.id, { role: 'admin' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  test('a new password ends all other sessions', async () => {
    await firstAdmin()
    const here = await signIn(attempt)
    const there = await signIn(attempt)
    const who = await signedIn('admin')
    const actor = { ...who.actor, id: here?.userId ?? '', sessionId: here?.sessionId ?? '' }
    const next = 'another sentence that is long'
    await expect(changePassword(actor, { current: 'wrong', next }, '10.5.0.1')).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    })
    await changePassword(actor, { current: password, next }, '10.5.0.1')
    const open = await db.session.findMany({ where: { userId: actor.id, revokedAt: null }, select: { id: true } })
    expect(open.map((s) => s.id)).toEqual([here?.sessionId])
    expect(there).not.toBeNull()
    expect(await signIn(attempt)).toBeNull()
    expect(await signIn({ ...attempt, password: next })).not.toBeNull()
  })
})

describe('API tokens', () => {
  test('are shown once, stored as a hash, and carry their scopes', async () => {
    const { actor } = await signedIn('admin')
    const made = await createToken(actor, { name: 'CI', scopes: ['ingest'], software: null, days: 30 })
    expect(await tokenActor(made.token)).toMatchObject({ kind: 'token', id: made.id, scopes: ['ingest'], role: null })
    const stored = JSON.stringify([await db.apiToken.findMany(), await db.auditEntry.findMany()], replaceBigInt)
    expect(stored).not.toContain(made.token)
  })

  test('are worthless once revoked, expired, or when their owner has left', async () => {
    const { actor } = await signedIn('admin')
    const make = () => createToken(actor, { name: 'CI', scopes: ['read'], software: null, days: 1 })
    const [revoked, expiring, orphan] = [await make(), await make(), await make()]
    await revokeToken(actor, revoked.id)
    expect(await tokenActor(revoked.token)).toBeNull()
    expect(await tokenActor(expiring.token, new Date(Date.now() + 2 * 86_400_000))).toBeNull()
    expect(await tokenActor(orphan.token)).not.toBeNull()
    await db.user.update({ where: { id: actor.id }, data: { disabledAt: new Date() } })
    expect(await tokenActor(orphan.token)).toBeNull()
  })

  test('of one changed character are nobody', async () => {
    const { token } = await apiToken(['read'])
    expect(await tokenActor(token)).not.toBeNull()
    expect(await tokenActor(token.replace(/.$/, (c) => (c === '0' ? '1' : '0')))).toBeNull()
  })

  test('cannot be bound to software that is not there', async () => {
    const { actor } = await signedIn('admin')
    const input = { name: 'CI', scopes: ['ingest'] as ['ingest'], software: 'nothing', days: 1 }
    await expect(createToken(actor, input)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

function replaceBigInt(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
