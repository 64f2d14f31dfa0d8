import { setTimeout as sleep } from 'node:timers/promises'
import { db } from '#lib/db/client.ts'
import type { Fault } from '../fault.ts'

export const twoWorkers: Fault = {
  number: 13,
  name: 'two workers, one frozen past its lease',
  short: false,
  inject: async ({ stand, client, archivista, say }) => {
    archivista.add(3)
    await archivista.watch()
    await stand.worker.kill()
    await client.push(client.nextRun())
    await stand.worker.start()
    // one worker alone, so that it is at something when it freezes
    const stop = client.load(3)
    for (let tries = 0; tries < 2_000 && (await stand.busyJobs()).rows === 0; tries++) await sleep(1)
    stand.worker.freeze()
    const frozenAt = new Date()
    const held = (await stand.busyJobs()).rows
    await stand.other.start()
    say(`frozen with ${held} jobs`)
    archivista.add(5)
    await archivista.lookAgain()
    await sleep(3_000)
    await stop()
    const begun = performance.now()
    const waited = await stand.settled(300_000)
    const done = await db.job.count({ where: { doneAt: { gt: frozenAt } } })
    stand.worker.thaw()
    await sleep(3_000)
    const fed = client.load(3)
    await sleep(3_000)
    await fed()
    const took = ((performance.now() - begun) / 1000).toFixed(0)
    return {
      injected: `frozen with ${held} jobs; the other one took over and was done after ${(waited / 1000).toFixed(0)} s (${done} jobs, ${took} s in all)`,
      missing: [
        ...(held === 0 ? ['it was at nothing when it froze'] : []),
        ...(done === 0 ? ['the other worker did nothing'] : []),
        ...(waited >= 300_000 ? ['the other worker was not done within five minutes'] : []),
      ],
    }
  },
}
