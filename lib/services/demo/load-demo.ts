import { type Actor, systemActor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { Demo } from '#lib/contract/demo.ts'
import { db, inTransaction } from '#lib/db/client.ts'
import { bank, releaseGate } from '#lib/demo/bank.ts'
import {
  type DemoRun,
  demoRuns,
  demoVerifications,
  type KeyRing,
  keyOf,
  makeKeyRing,
  publicKeyFiles,
} from '#lib/demo/make-evidence.ts'
import type { DemoSoftware } from '#lib/demo/supply-chain.ts'
import { recordAudit } from '../audit/record.ts'
import { bringIn } from '../imports/bring-in.ts'
import { createSoftware } from '../software/create.ts'
import { declareVerifier } from '../verifiers/declare.ts'
import { enforceDemoLayout } from './enforce-demo-layout.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { removeDemoRows } from './remove-demo.ts'

const DAY = 86_400_000
/** The demo's software is older than its first run. */
const DAYS_BEFORE = 35
/** Where the time of a complete loading is kept: a loading that was cut off is begun anew. */
export const DEMO_SETTING = 'demo'

/** The demo's pipelines and people. Their acts are audited like everybody's. */
const demoActor: Actor = { ...systemActor('demo'), name: 'Demo' }

/**
 * Loads the demo: six pieces of software of a bank with 30 days of builds and every class of failure. Keys are made
 * here and forgotten at the end; everything else goes the way of real evidence, with `now` as the clock. Loaded
 * already: changes nothing.
 */
export async function loadDemo(actor: Actor, now = new Date()): Promise<Demo> {
  requireRight(actor, 'demo:manage')
  return oneAtATime(async () => {
    const loaded = await loadedDemo()
    if (loaded !== null) return loaded
    await inTransaction((tx) => removeDemoRows(tx))
    await bringAll(now)
    await inTransaction(async (tx) => {
      const value = { loadedAt: now.toISOString() }
      await tx.setting.upsert({ where: { key: DEMO_SETTING }, create: { key: DEMO_SETTING, value }, update: { value } })
      await recordAudit(tx, actor, { act: 'demo.load', objectType: 'demo', objectId: 'demo', detail: value })
    })
    const demo = await loadedDemo()
    if (demo === null) throw new Error('the demo was loaded but is not there')
    return demo
  })
}

/** What is loaded, or null; a loading that did not come to its end counts as none. */
async function loadedDemo(): Promise<Demo | null> {
  const setting = await db.setting.findUnique({ where: { key: DEMO_SETTING } })
  if (setting === null) return null
  const software = await db.software.findMany({ where: { demo: true }, orderBy: { name: 'asc' } })
  const value = setting.value
  const loadedAt = typeof value === 'object' && value !== null && 'loadedAt' in value ? String(value.loadedAt) : ''
  return { loadedAt, software: software.map(({ slug, name }) => ({ slug, name })) }
}

async function bringAll(now: Date): Promise<void> {
  const ring = makeKeyRing()
  const begin = new Date(now.getTime() - DAYS_BEFORE * DAY)
  await bringIn(demoActor, {
    via: 'demo',
    title: 'Public keys of the bank',
    at: begin,
    files: publicKeyFiles(ring),
    delivery: { kind: 'handed-over' },
    demo: true,
  })
  const made: { id: string; slug: string; software: DemoSoftware }[] = []
  for (const software of bank) made.push({ ...(await createDemoSoftware(software, begin)), software })
  const runs = made.flatMap(({ id, software }) =>
    demoRuns(software, ring, now).map((run) => ({ softwareId: id, software, run })),
  )
  runs.sort((a, b) => a.run.at.getTime() - b.run.at.getTime())
  for (const placed of runs) await bringRun(placed, now)
  await bringVerifications(made, ring, { begin, now })
  // last, so that each software is judged once and not after every run; in force since before the first run
  for (const { id, slug, software } of made) {
    if (software.owners.length > 0) await enforceDemoLayout(demoActor, { id, slug, software, ring, begin, now })
  }
}

/** Another system of the bank decides, too: under a key that is declared for it, about software of the demo. */
async function bringVerifications(
  made: readonly { readonly software: DemoSoftware }[],
  ring: KeyRing,
  { begin, now }: { begin: Date; now: Date },
): Promise<void> {
  const { name, verifierId, signer } = releaseGate
  const keys = [{ fingerprint: keyOf(ring, signer).key.fingerprint }]
  await declareVerifier(demoActor, { name, verifierId, keys, demo: true }, begin)
  for (const { software } of made)
    for (const { at, ...file } of demoVerifications(software, releaseGate, ring, now))
      await bringIn(demoActor, {
        via: 'demo',
        title: `${software.name}: decided by the release gate`,
        at,
        files: [file],
        delivery: { kind: 'loose' },
        demo: true,
      })
}

async function createDemoSoftware(software: DemoSoftware, begin: Date): Promise<{ id: string; slug: string }> {
  const where = { name: { equals: software.name, mode: 'insensitive' } } as const
  const taken = (await db.software.count({ where })) > 0
  const name = taken ? `${software.name} (demo)` : software.name
  return createSoftware(demoActor, { name, demo: true }, begin)
}

interface PlacedRun {
  readonly softwareId: string
  readonly software: DemoSoftware
  readonly run: DemoRun
}

/** Two hours after a run, but never in the future, somebody hands over what it left out. */
const LATE = 2 * 3_600_000

async function bringRun({ softwareId, software, run }: PlacedRun, now: Date): Promise<void> {
  await bringIn(demoActor, {
    via: 'demo',
    title: `${software.name}: ${run.label}`,
    at: run.at,
    files: run.files,
    delivery: { kind: 'pushed', softwareId, run: run.label, attempt: 1 },
    demo: true,
  })
  if (run.late.length === 0) return
  await bringIn(demoActor, {
    via: 'demo',
    title: `${software.name}: handed in later for ${run.label}`,
    at: new Date(Math.min(run.at.getTime() + LATE, now.getTime())),
    files: run.late,
    delivery: { kind: 'handed-over' },
    demo: true,
  })
}
