import type { Actor } from './actor.ts'
import { sessionActor } from './session-actor.ts'
import { tokenActor } from './token-actor.ts'

/** Who makes this request: by `Authorization: Bearer`, otherwise by session cookie. A bad token is nobody. */
export function requestActor(headers: Headers): Promise<Actor | null> {
  const authorization = headers.get('authorization')
  if (authorization === null) return sessionActor(headers.get('cookie'))
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  return bearer === undefined ? Promise.resolve(null) : tokenActor(bearer)
}
