import type { Cursor, Memory } from '../connector.ts'

/** A memory that ends with its process, where the connector was given none that lasts. */
export function passingMemory(): Memory {
  const facts = new Map<string, { readonly value: Cursor; readonly at: number }>()
  return {
    recall: async (keys) =>
      new Map(
        keys.flatMap((key) => {
          const fact = facts.get(key)
          return fact === undefined ? [] : [[key, fact.value] as const]
        }),
      ),
    remember: async (some, at) => {
      for (const [key, value] of some) facts.set(key, { value, at: at.getTime() })
    },
    older: async (beginning, before, after, limit) =>
      [...facts]
        .filter(([key, { at }]) => key.startsWith(beginning) && key > after && at < before.getTime())
        .map(([key]) => key)
        .sort()
        .slice(0, limit),
    forget: async (keys) => {
      for (const key of keys) facts.delete(key)
    },
  }
}
