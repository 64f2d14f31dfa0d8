import { closeDatabase } from '#lib/db/client.ts'
import { checkInvariants } from './checker/check-invariants.ts'
import { Client } from './client.ts'
import type { Fault, Result } from './fault.ts'
import { unmountSmall } from './faults/disk-full.ts'
import { randomFrom } from './random.ts'
import { Archivista } from './stand/archivista.ts'
import { Stand, type StandOptions } from './stand/stand.ts'
import { makeWorld } from './world.ts'

export interface RunOptions {
  readonly kills: number
  readonly seed: number
  readonly web: StandOptions['web']
  /** leaves the folders for looking into */
  readonly keep: boolean
}

/**
 * Injects a fault into a Waybill of its own, mends it, waits until nothing waits, and checks every invariant. Once per
 * process: what the environment says is read once.
 */
export async function runFault(fault: Fault, options: RunOptions, say: (text: string) => void): Promise<Result> {
  const inSources: string[] = []
  const archivista = await Archivista.start(inSources)
  const { web, kills, seed, keep } = options
  const { dataFolder } = fault
  let stand: Stand | null = null
  try {
    stand = await Stand.make({
      web,
      origins: [archivista.proxy.origin],
      ...(dataFolder === undefined ? {} : { dataFolder }),
    })
    const client = new Client(stand.origin, await makeWorld('Payments'))
    await client.push(client.nextRun())
    const scene = { stand, client, archivista, random: randomFrom(seed + fault.number), kills, inSources, say }
    const { injected, missing = [] } = await fault.inject(scene)
    await stand.mend()
    const recoveryMs = await stand.settled()
    if (stand.amcheck === null) say('R10 is left out: this PostgreSQL comes without pg_amcheck')
    const violations = await checkInvariants(client.witnessed(inSources), stand.amcheck)
    const count = (invariant: string): number =>
      violations.filter((v) => v.invariant === invariant).reduce((sum, { rows }) => sum + rows.length, 0)
    const acknowledged = new Set([...client.acknowledged.map(({ sha256 }) => sha256), ...inSources]).size
    const lost = count('R1')
    const { number, name } = fault
    return {
      number,
      name,
      injected,
      acknowledged,
      stored: acknowledged - lost,
      lost,
      duplicates: count('R3'),
      recoveryMs,
      violations,
      missing,
    }
  } finally {
    await stand?.stop()
    if (dataFolder !== undefined && stand !== null) unmountSmall(stand.folder)
    if (!keep) stand?.remove()
    await archivista.close()
    await closeDatabase()
  }
}
