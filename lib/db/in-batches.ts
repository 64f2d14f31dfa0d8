/**
 * Makes one question of many: while one is under way, those who ask meanwhile wait and are answered together by the
 * next. Nobody is told what was asked before he did.
 * @param askAll answers by key; what it throws is thrown to all who asked with it
 */
export function inBatches<V>(askAll: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>) {
  let waiting: { key: string; resolve: (value: V | undefined) => void; reject: (error: unknown) => void }[] = []
  let asking = false
  const go = async (): Promise<void> => {
    asking = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        const found = await askAll([...new Set(batch.map(({ key }) => key))])
        for (const { key, resolve } of batch) resolve(found.get(key))
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    asking = false
  }
  return (key: string): Promise<V | undefined> =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject })
      if (!asking) void go()
    })
}
