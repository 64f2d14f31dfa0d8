/** Undo and redo as values: a history is never changed, each step gives a new one. */
export interface History<T> {
  readonly past: readonly Entry<T>[]
  readonly present: T
  readonly future: readonly Entry<T>[]
  /** the gesture that made `present`, where it may still go on */
  readonly gesture: string | null
}

interface Entry<T> {
  readonly value: T
  /** what was done between this value and the newer one, in words: `Rule removed` */
  readonly act: string
}

const KEPT = 200

export function historyOf<T>(present: T): History<T> {
  return { past: [], present, future: [], gesture: null }
}

/**
 * The next value. A `gesture` that goes on (typing in one field, one drag) is one step: while it has the same name,
 * the value is replaced and nothing more is put on the past. An unchanged value changes nothing.
 */
export function record<T>(history: History<T>, value: T, act: string, gesture: string | null = null): History<T> {
  if (Object.is(value, history.present)) return history
  if (gesture !== null && gesture === history.gesture) return { ...history, present: value, future: [] }
  const past = [...history.past, { value: history.present, act }].slice(-KEPT)
  return { past, present: value, future: [], gesture }
}

/** The gesture is over: what comes next is a step of its own. */
export function endGesture<T>(history: History<T>): History<T> {
  return history.gesture === null ? history : { ...history, gesture: null }
}

export function undo<T>(history: History<T>): History<T> {
  const last = history.past.at(-1)
  if (last === undefined) return history
  return {
    past: history.past.slice(0, -1),
    present: last.value,
    future: [{ value: history.present, act: last.act }, ...history.future],
    gesture: null,
  }
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...rest] = history.future
  if (next === undefined) return history
  return {
    past: [...history.past, { value: history.present, act: next.act }],
    present: next.value,
    future: rest,
    gesture: null,
  }
}
