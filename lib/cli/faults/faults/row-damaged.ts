import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { systemActor } from '#lib/auth/actor.ts'
import { db } from '#lib/db/client.ts'
import { recheckBuild } from '#lib/services/builds/recheck.ts'
import type { Fault, Scene } from '../fault.ts'

export const rowDamaged: Fault = {
  number: 21,
  name: 'one byte of stored evidence flipped',
  short: true,
  inject: async (scene) => {
    const { stand, client } = scene
    const run = client.nextRun()
    await client.push(run)
    await stand.settled()
    await client.ask(run)
    const missing: string[] = []
    if (client.answered.at(-1)?.verdict !== 'allow') missing.push('the whole run was not allowed to begin with')
    for (const { sha256 } of run.links) {
      await flip(stand.cluster.superuserUrl, sha256)
      await judgeAgain(scene, run.run)
      await client.ask(run, false)
      const raw = await fetch(`${stand.origin}/api/v1/envelopes/${sha256}/raw`, {
        headers: { ...client.world.headers },
      })
      if (raw.status !== 503) missing.push(`the damaged bytes were answered ${raw.status}`)
      await flip(stand.cluster.superuserUrl, sha256)
      await judgeAgain(scene, run.run)
    }
    await client.ask(run)
    if (client.answered.at(-1)?.verdict !== 'allow') missing.push('the mended run was not allowed again')
    return { injected: `${run.links.length} envelopes, one after the other`, missing }
  },
}

async function judgeAgain({ stand }: Scene, label: string): Promise<void> {
  const build = await db.build.findFirstOrThrow({ where: { label } })
  await recheckBuild(systemActor('faults'), build.id)
  await sleep(50)
  await stand.settled()
}

/** Past the trigger that forbids it, as a failing disk would. */
async function flip(connectionString: string, sha256: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query('SET session_replication_role = replica')
    await client.query(
      `UPDATE "EnvelopeContent" c SET "bytes" = set_byte(c."bytes", 40, get_byte(c."bytes", 40) # 1)
       FROM "Envelope" e WHERE e."id" = c."envelopeId" AND e."sha256" = decode($1, 'hex')`,
      [sha256],
    )
  } finally {
    await client.end()
  }
}
