import type { Role } from '../contract/access.ts'

export type Scope = 'read' | 'ingest'

/**
 * Who is asking. Made only by the gates of this folder, by the worker (`systemActor`) and by tests.
 * A user has a role and a session; a token and the local command line have scopes instead.
 */
export type Actor = {
  readonly kind: 'user' | 'token' | 'local' | 'system'
  readonly id: string
  readonly name: string
  readonly role: Role | null
  readonly scopes: readonly Scope[]
  /** a token of a software's clients: what it brings is theirs */
  readonly softwareId: string | null
  readonly sessionId: string | null
}

/** `user:<id>`, `token:<id>`, `local:<name>` or `system:<name>`: how rows name who did it. */
export function actorRef(actor: Pick<Actor, 'kind' | 'id'>): string {
  return `${actor.kind}:${actor.id}`
}

/** Waybill itself: the worker, the first-run set-up. `name` says which part. */
export function systemActor(name: string): Actor {
  return {
    kind: 'system',
    id: name,
    name: `Waybill (${name})`,
    role: null,
    scopes: [],
    softwareId: null,
    sessionId: null,
  }
}

/** Whoever calls a public route: may nothing. */
export const nobody: Actor = {
  kind: 'user',
  id: 'nobody',
  name: 'nobody',
  role: null,
  scopes: [],
  softwareId: null,
  sessionId: null,
}
