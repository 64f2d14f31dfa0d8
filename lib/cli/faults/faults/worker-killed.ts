import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemActor } from '#lib/auth/actor.ts'
import { db } from '#lib/db/client.ts'
import { createSource } from '#lib/services/sources/create.ts'
import type { Fault, Scene } from '../fault.ts'
import { makeRun } from '../world.ts'

/** A run that is not pushed but put into a folder that a source watches. */
function putIntoFolder({ stand, inSources }: Scene, name: string): void {
  const folder = join(stand.inbox, name)
  mkdirSync(folder)
  const old = new Date(Date.now() - 3_600_000)
  for (const { path, bytes, sha256 } of makeRun(name).links) {
    writeFileSync(join(folder, path), bytes)
    utimesSync(join(folder, path), old, old)
    inSources.push(sha256)
  }
}

async function watchedFolder({ stand }: Scene): Promise<void> {
  if ((await db.source.count({ where: { name: 'inbox' } })) > 0) return
  const settings = { kind: 'directory' as const, folder: stand.inbox, together: true }
  await createSource(systemActor('faults'), { name: 'inbox', settings })
}

/** Nobody waits half a minute for the next look into the folder. */
async function lookAgain(): Promise<void> {
  await db.$executeRaw`UPDATE "Source" SET "nextAt" = now() WHERE "name" = 'inbox'`
  await db.$executeRaw`UPDATE "Job" SET "runAt" = now() WHERE "name" = 'sync-source' AND "doneAt" IS NULL AND "leaseToken" IS NULL`
}

export const workerKilled: Fault = {
  number: 1,
  name: 'worker killed in the middle of its work',
  short: true,
  inject: async (scene) => {
    const { stand, client, random, kills } = scene
    await watchedFolder(scene)
    await stand.worker.kill()
    let inTheMiddle = 0
    for (let round = 1; round <= kills; round++) {
      putIntoFolder(scene, `folder-${round}`)
      await lookAgain()
      await stand.worker.start()
      const pushed = client.push(client.nextRun())
      await sleep(random.between(50, 500))
      const { rows } = await stand.busyJobs()
      inTheMiddle += rows
      await stand.worker.kill()
      await pushed
      if (round % 20 === 0) scene.say(`${round} kills, ${inTheMiddle} jobs cut off`)
    }
    await stand.worker.start()
    await lookAgain()
    return {
      injected: `${kills} kills, ${inTheMiddle} jobs cut off`,
      missing: inTheMiddle === 0 ? ['no kill came in the middle of a job'] : [],
    }
  },
}
