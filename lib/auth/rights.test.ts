import { expect, test } from 'vitest'
import type { Role } from '../contract/access.ts'
import { type Actor, nobody, systemActor } from './actor.ts'
import { can, type Right, requireRight, rights } from './rights.ts'

const user = (role: Role): Actor => ({ ...nobody, id: 'u', role })
const token = (...scopes: Actor['scopes']): Actor => ({ ...nobody, kind: 'token', scopes })

/** The table of design/decisions, cell by cell: viewer, developer, engineer, admin, token read, token ingest. */
const table: Record<Right, [boolean, boolean, boolean, boolean, boolean, boolean]> = {
  read: [true, true, true, true, true, false],
  'evidence:bring': [false, true, true, true, false, true],
  'evidence:recheck': [false, true, true, true, false, false],
  'evidence:take-out': [false, false, true, true, false, false],
  'source:manage': [false, false, true, true, false, false],
  'source:ask': [false, true, true, true, false, false],
  'software:create': [false, false, true, true, false, false],
  'layout:draft': [false, false, true, true, false, false],
  'layout:sign': [false, false, true, true, false, false],
  'layout:enforce': [false, false, true, true, false, false],
  'verifier:manage': [false, false, true, true, false, false],
  'functionary:declare': [false, false, true, true, false, false],
  'functionary:remove': [false, false, false, true, false, false],
  'key:revoke': [false, false, true, true, false, false],
  'key:restore': [false, false, false, true, false, false],
  'audit:read': [false, false, true, true, false, false],
  'trust:end': [false, false, true, true, false, false],
  'trust:set': [false, false, false, true, false, false],
  'owner-keys:set': [false, false, false, true, false, false],
  'users:manage': [false, false, false, true, false, false],
  'tokens:manage': [false, false, false, true, false, false],
  'demo:manage': [false, false, false, true, false, false],
}

test.each(rights)('%s belongs to whom the table says', (right) => {
  const actors = [user('viewer'), user('developer'), user('engineer'), user('admin'), token('read'), token('ingest')]
  expect(actors.map((actor) => can(actor, right))).toEqual(table[right])
})

test('the command line of the machine may what its scopes say, manage sources and say whose roots are trusted; no token may', () => {
  const local: Actor = { ...nobody, kind: 'local', scopes: ['ingest', 'read'] }
  const own = ['source:manage', 'source:ask', 'trust:end', 'trust:set'] as const
  expect(rights.filter((right) => can(local, right))).toEqual(['read', 'evidence:bring', ...own])
  for (const right of own) {
    expect(can({ ...local, scopes: ['read'] }, right)).toBe(false)
    expect(can(token('read', 'ingest'), right)).toBe(false)
  }
})

test('nobody, an empty token and an unknown kind may nothing', () => {
  // @ts-expect-error a kind that does not exist
  const unknown: Actor = { ...nobody, kind: 'visitor', role: 'admin', scopes: ['read', 'ingest'] }
  for (const right of rights) for (const actor of [nobody, token(), unknown]) expect(can(actor, right)).toBe(false)
})

test('Waybill itself may everything', () => {
  for (const right of rights) expect(can(systemActor('worker'), right)).toBe(true)
})

test('a refusal says what is needed and what was found', () => {
  expect(() => requireRight(user('viewer'), 'layout:enforce')).toThrow(/engineer or admin.*role viewer/)
  expect(() => requireRight(token('read'), 'evidence:bring')).toThrow(/scope ingest.*scopes read/)
})
