import type { Role } from '../contract/access.ts'
import { AppError } from '../errors.ts'
import type { Actor, Scope } from './actor.ts'

type Holders = { roles: readonly Role[]; scope: Scope | null; local?: boolean }

/**
 * Every right, with who has it. The only place where roles are compared. `local`: what whoever runs Waybill may do from
 * the machine's command line although no API token may.
 */
const holders = {
  read: { roles: ['viewer', 'developer', 'engineer', 'admin'], scope: 'read' },
  'evidence:bring': { roles: ['developer', 'engineer', 'admin'], scope: 'ingest' },
  'evidence:recheck': { roles: ['developer', 'engineer', 'admin'], scope: null },
  'evidence:take-out': { roles: ['engineer', 'admin'], scope: null },
  'source:manage': { roles: ['engineer', 'admin'], scope: null, local: true },
  'source:ask': { roles: ['developer', 'engineer', 'admin'], scope: null, local: true },
  'software:create': { roles: ['engineer', 'admin'], scope: null },
  'layout:draft': { roles: ['engineer', 'admin'], scope: null },
  'layout:sign': { roles: ['engineer', 'admin'], scope: null },
  'layout:enforce': { roles: ['engineer', 'admin'], scope: null },
  'verifier:manage': { roles: ['engineer', 'admin'], scope: null },
  'functionary:declare': { roles: ['engineer', 'admin'], scope: null },
  'functionary:remove': { roles: ['admin'], scope: null },
  'key:revoke': { roles: ['engineer', 'admin'], scope: null },
  'key:restore': { roles: ['admin'], scope: null },
  'audit:read': { roles: ['engineer', 'admin'], scope: null },
  'trust:end': { roles: ['engineer', 'admin'], scope: null, local: true },
  'trust:set': { roles: ['admin'], scope: null, local: true },
  'owner-keys:set': { roles: ['admin'], scope: null },
  'users:manage': { roles: ['admin'], scope: null },
  'tokens:manage': { roles: ['admin'], scope: null },
  'demo:manage': { roles: ['admin'], scope: null },
} as const satisfies Record<string, Holders>

export type Right = keyof typeof holders

export const rights: readonly Right[] = Object.keys(holders).filter((name): name is Right => name in holders)

/** Whether the actor may. Unknown kinds, roles and scopes may nothing. */
export function can(actor: Actor, right: Right): boolean {
  const { roles, scope, local = false }: Holders = holders[right]
  switch (actor.kind) {
    case 'user':
      return actor.role !== null && roles.includes(actor.role)
    case 'local':
      return (local && actor.scopes.includes('ingest')) || (scope !== null && actor.scopes.includes(scope))
    case 'token':
      return scope !== null && actor.scopes.includes(scope)
    case 'system':
      return true
    default:
      return false
  }
}

/** Throws FORBIDDEN with a sentence that says who could. */
export function requireRight(actor: Actor, right: Right): void {
  if (can(actor, right)) return
  const { roles, scope }: Holders = holders[right]
  const needed = `the role ${roles.join(' or ')}${scope ? `, or a token with the scope ${scope}` : ''}`
  const found = actor.kind === 'user' ? `the role ${actor.role}` : `a token with the scopes ${actor.scopes.join(', ')}`
  throw new AppError(
    'FORBIDDEN',
    `This needs ${needed} (right ${right}); you have ${found}. An administrator can change roles.`,
  )
}
