/** Numbers that a seed gives again: mulberry32. */
export interface Random {
  /** from `least`, below `limit` */
  between(least: number, limit: number): number
  whole(least: number, limit: number): number
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, limit: number): number => least + next() * (limit - least)
  return { between, whole: (least, limit) => Math.floor(between(least, limit)) }
}
