/** So many requests at once are fair to a registry that others use too. */
const AT_ONCE = 4

/** Does something for each, a few at a time; answers in the same order. The first fault ends it. */
export async function inParallel<T, R>(things: readonly T[], act: (thing: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = []
  for (let at = 0; at < things.length; at += AT_ONCE)
    answers.push(...(await Promise.all(things.slice(at, at + AT_ONCE).map(act))))
  return answers
}
