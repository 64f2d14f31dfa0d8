import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../fault.ts'

export const pagesSpoiled: Fault = {
  number: 8,
  name: 'pages truncated, doubled, in another order',
  short: false,
  inject: async ({ archivista, random }) => {
    archivista.add(40)
    await archivista.watch()
    let spoiled = 0
    archivista.fake.changePage = (edges) => {
      spoiled++
      const kind = random.whole(0, 3)
      if (kind === 0) return edges.slice(0, edges.length >> 1)
      if (kind === 1) return [...edges, ...edges.slice(0, 3)]
      return [...edges].reverse()
    }
    for (let round = 0; round < 8; round++) {
      archivista.add(5)
      await archivista.lookAgain()
      await sleep(1_000)
    }
    archivista.fake.changePage = (edges) => edges
    await archivista.night()
    const whole = await archivista.caughtUp()
    const missing = whole ? [] : ['not everything is stored after the nightly pass']
    return { injected: `${spoiled} pages`, missing: spoiled === 0 ? [...missing, 'no page was asked for'] : missing }
  },
}
