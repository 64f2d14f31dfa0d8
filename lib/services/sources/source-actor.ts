import { type Actor, systemActor } from '#lib/auth/actor.ts'

/** Who brings what a sync finds: the source itself, not whoever added it. */
export function sourceActor({ id, name }: { id: string; name: string }): Actor {
  return { ...systemActor(`source:${id}`), name: `Source ${name}` }
}
