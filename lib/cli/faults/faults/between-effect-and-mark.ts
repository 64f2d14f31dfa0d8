import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { db } from '#lib/db/client.ts'
import type { Fault, Scene } from '../fault.ts'

/** Whoever marks a job as done waits for this lock. */
const gate = 771_177

const makeGate = [
  `CREATE OR REPLACE FUNCTION fault_gate() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN PERFORM pg_advisory_xact_lock(${gate}); RETURN NEW; END $$`,
  `CREATE OR REPLACE TRIGGER fault_gate BEFORE UPDATE ON "Job" FOR EACH ROW
     WHEN (NEW."doneAt" IS NOT NULL AND NEW."name" = 'judge-software') EXECUTE FUNCTION fault_gate()`,
]

export const betweenEffectAndMark: Fault = {
  number: 17,
  name: 'worker killed between the effect of a job and its mark',
  short: true,
  inject: async (scene) => {
    const { stand } = scene
    for (const sql of makeGate) await stand.cluster.asSuperuser('waybill', sql)
    const rounds = Math.max(1, Math.min(20, Math.floor(scene.kills / 5)))
    let cut = 0
    for (let round = 0; round < rounds; round++) if (await cutOff(scene)) cut++
    await stand.cluster.asSuperuser('waybill', 'DROP TRIGGER fault_gate ON "Job"')
    return {
      injected: `${cut} times, the verdict stored and the job not marked`,
      missing: cut === 0 ? ['no job was cut off there'] : [],
    }
  },
}

/** Kills the worker when the verdict of a run is stored and its job is not marked. */
async function cutOff({ stand, client }: Scene): Promise<boolean> {
  const keeper = new pg.Client({ connectionString: stand.cluster.superuserUrl })
  await keeper.connect()
  try {
    const run = client.nextRun()
    const [first, ...rest] = run.links
    if (first === undefined) throw new Error('a run has links')
    // the job that the first link asks for makes no build
    await client.push({ ...run, links: [first] })
    await stand.settled()
    await keeper.query('SELECT pg_advisory_lock($1)', [gate])
    await client.push({ ...run, links: rest })
    const judged = () => db.build.count({ where: { label: run.run, currentId: { not: null } } })
    const waiting = async () => {
      const { rows } = await keeper.query(
        `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = ${gate}`,
      )
      return rows.length > 0
    }
    for (let tries = 0; tries < 1_000; tries++) {
      if ((await judged()) > 0 && (await waiting())) {
        await stand.worker.kill()
        return true
      }
      await sleep(10)
    }
    return false
  } finally {
    await keeper.end()
    if (!stand.worker.running) await stand.worker.start()
  }
}
