import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../fault.ts'

export const databaseKilled: Fault = {
  number: 3,
  name: 'PostgreSQL killed under load',
  short: true,
  inject: async ({ stand, client, random, kills: wanted }) => {
    const kills = Math.max(1, Math.ceil(wanted / 20))
    const stop = client.load(6)
    let refused = 0
    for (let round = 0; round < kills; round++) {
      await sleep(random.between(200, 800))
      await stand.cluster.crash()
      const [link] = client.nextRun().links
      const outcome = link === undefined ? null : await client.send(link, null)
      if (outcome?.status === 503 && outcome.retryAfter !== null) refused++
      await stand.cluster.start()
    }
    await sleep(500)
    await stop()
    const missing = refused === kills ? [] : [`503 with Retry-After was answered ${refused} of ${kills} times`]
    return { injected: `${kills} times all processes at once`, missing }
  },
}
