import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../fault.ts'

export const databaseFrozen: Fault = {
  number: 4,
  name: 'PostgreSQL frozen for a minute',
  short: false,
  inject: async ({ stand, client }) => {
    const stop = client.load(6)
    await sleep(500)
    stand.cluster.freeze()
    const [link] = client.nextRun().links
    const begun = performance.now()
    const outcome = link === undefined ? null : await client.send(link, null, 55_000)
    const waited = performance.now() - begun
    await sleep(Math.max(0, 60_000 - waited))
    stand.cluster.thaw()
    await stop()
    const answered = outcome?.status === null ? 'nothing' : String(outcome?.status)
    return {
      injected: `60 s; an upload meanwhile was answered ${answered} after ${(waited / 1000).toFixed(0)} s`,
      missing: outcome?.status === 503 ? [] : ['an upload meanwhile was not answered 503'],
    }
  },
}
