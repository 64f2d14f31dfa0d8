import type { Capabilities, Cursor } from '#lib/sources/connector.ts'
import { SYNC } from '../limits.ts'

/** What is known of where a source's passes are. Cursors are boxed: a cursor may itself be null. */
export interface PassState {
  readonly follow: { readonly cursor: Cursor } | null
  readonly sweep: { readonly cursor: Cursor; readonly startedAt: Date } | null
  readonly sweptAt: Date | null
}

export interface Pass {
  /** `follow`: what came later; `sweep`: all that there is, from the beginning */
  readonly kind: 'follow' | 'sweep'
  readonly cursor: Cursor
  readonly startedAt: Date
}

/**
 * The passes that are due now, in their order. Following goes first: a whole pass over a large source may take hours, and
 * what is new is what people wait for.
 */
export function planPasses(state: PassState, { follows, vanishes }: Capabilities, now: Date): Pass[] {
  if (follows === 'none') return []
  const sweep: Pass = { kind: 'sweep', cursor: null, startedAt: now, ...state.sweep }
  if (follows === 'sweep' || state.follow === null) return [sweep]
  const follow: Pass = { kind: 'follow', cursor: state.follow.cursor, startedAt: now }
  const due = state.sweptAt === null || now.getTime() - state.sweptAt.getTime() >= SYNC.sweepMs
  return state.sweep !== null || (vanishes && due) ? [follow, sweep] : [follow]
}
