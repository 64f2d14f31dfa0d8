import { describe, expect, test } from 'vitest'
import { verifyGpgSignature, verifySignature } from '#lib/crypto/node/index.ts'
import { type ReasonCode, readDocument } from '#lib/in-toto/index.ts'
import { findBuilds, openStore } from '#lib/in-toto/select/builds.ts'
import type { Delivery, StoredDocument } from '#lib/in-toto/select/input.ts'
import { judgeBuild } from '#lib/in-toto/select/judge-build.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { bank } from './bank.ts'
import { type DemoFile, type DemoRun, demoLayout, demoRuns, keyOf, makeKeyRing } from './make-evidence.ts'
import type { DemoSoftware } from './supply-chain.ts'

const now = new Date('2026-11-23T09:00:00Z')
const ring = makeKeyRing()

interface Outcome {
  readonly run: number
  readonly verdict: string
  readonly code: ReasonCode | null
  readonly warnings: readonly ReasonCode[]
}

function store(
  software: DemoSoftware,
  runs: readonly DemoRun[],
): { documents: StoredDocument[]; deliveries: Delivery[] } {
  const byDigest = new Map<
    string,
    { document: StoredDocument['document']; sightings: StoredDocument['sightings'][number][] }
  >()
  const deliveries: Delivery[] = []
  const bring = (files: readonly DemoFile[], at: number, deliveryId: string): void => {
    for (const { path, bytes } of files) {
      const document = readDocument(path, bytes)
      const known = byDigest.get(document.sha256) ?? { document, sightings: [] }
      known.sightings.push({ deliveryId, at, path, by: 'system:demo' })
      byDigest.set(document.sha256, known)
    }
  }
  for (const run of runs) {
    const at = run.at.getTime()
    const id = `${software.name} ${run.number}`
    const pushed = {
      kind: 'pushed',
      softwareId: software.name,
      issuer: 'system:demo',
      label: run.label,
      attempt: 1,
    } as const
    deliveries.push({ ...pushed, id, openedAt: at, closesAt: at + 86_400_000 })
    bring(run.files, at, id)
    if (run.late.length === 0) continue
    const late = { kind: 'handed-over', softwareId: null, issuer: 'system:demo', label: '', attempt: 1 } as const
    deliveries.push({ ...late, id: `${id} late`, openedAt: at + 7_200_000, closesAt: null })
    bring(run.late, at + 7_200_000, `${id} late`)
  }
  const documents = Array.from(byDigest.values(), ({ document, sightings }) => {
    const open = 'envelope' in document ? document.envelope : document.open
    return { document, sightings, signedSha256: open === null ? null : Buffer.from(open.signedBytes).toString('hex') }
  })
  return { documents, deliveries }
}

function judge(software: DemoSoftware): Outcome[] {
  const runs = demoRuns(software, ring, now)
  const layout = readDocument(
    'root.layout',
    metablock(
      demoLayout(software, ring, now),
      software.owners.map((one) => keyOf(ring, one)),
    ),
  )
  if (!('envelope' in layout)) throw new Error(layout.problem.message)
  const opened = openStore({
    softwareId: software.name,
    layout,
    layoutKeys: software.owners.map((one) => keyOf(ring, one).key),
    parameters: null,
    finalFiles: [],
    ...store(software, runs),
    waiting: 3_600_000,
    at: now.getTime(),
    verifySignature: (key, message, signature, headers) =>
      headers === null
        ? verifySignature(key, message, signature)
        : verifyGpgSignature(key, message, signature, Buffer.from(headers, 'hex')),
  })
  return findBuilds(opened).map((build) => {
    const { report } = judgeBuild(opened, build)
    const grave = report.reasons.filter(({ severity }) => severity !== 'warning')
    const run = runs.find(({ number }) => build.deliveryId === `${software.name} ${number}`)?.number ?? -1
    const warnings = report.reasons.filter(({ severity }) => severity === 'warning').map(({ code }) => code)
    return { run, verdict: report.verdict, code: grave[0]?.code ?? null, warnings }
  })
}

/** By runs ago: what must come out. Every run that is not listed is allowed without a warning. */
const expected: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  'Payments API': {
    0: 'deny ARTIFACT_MODIFIED',
    5: 'deny SIGNATURE_INVALID',
    8: 'deny ARTIFACT_UNEXPECTED',
    11: 'deny ARTIFACT_REQUIRED_MISSING',
  },
  'Mobile Banking': {
    0: 'allow STEP_FAILED',
    2: 'deny ARTIFACT_UNEXPECTED',
    6: 'allow COMMAND_MISMATCH',
    9: 'deny STEP_MISSING',
  },
  'Fraud Scoring': { 2: 'deny STEP_THRESHOLD', 5: 'deny SIGNERS_DISAGREE' },
  'Ledger Core': { 0: 'cannot-tell REPLAYED', 4: 'cannot-tell STEP_UNBOUND', 7: 'deny SIGNER_NOT_ALLOWED' },
  'Statement Renderer': Object.fromEntries(Array.from({ length: 8 }, (_, ago) => [ago, 'deny LAYOUT_EXPIRED'])),
}

describe('the demo', () => {
  test.each(bank.filter(({ owners }) => owners.length > 0))('$name: each run is judged as it was made', (software) => {
    const outcomes = judge(software)
    const runs = Array.from({ length: software.runs }, (_, index) => software.firstRun + index)
    const found = runs.map((run) => {
      const builds = outcomes.filter((outcome) => outcome.run === run)
      return builds
        .map(({ verdict, code, warnings }) => [verdict, code ?? warnings.join()].join(' ').trim())
        .join(' | ')
    })
    const wanted = runs.map((_, index) => expected[software.name]?.[software.runs - 1 - index] ?? 'allow')
    expect(found).toEqual(wanted)
    expect(outcomes.length).toBe(software.runs)
  })

  test('has six pieces of software, one of them without a layout, and most runs pass', () => {
    expect(bank.length).toBe(6)
    expect(bank.filter(({ owners }) => owners.length === 0).length).toBe(1)
    const faults = Object.values(expected).flatMap((software) => Object.values(software))
    const stops = faults.filter((fault) => !fault.startsWith('allow')).length
    expect(stops).toBeLessThan(bank.reduce((sum, { runs }) => sum + runs, 0) / 3)
  })

  test('is the same every time but for its keys', () => {
    for (const software of bank) {
      const [one, two] = [makeKeyRing(), makeKeyRing()].map((keys) => demoRuns(software, keys, now))
      expect(one?.map(({ at, label }) => [at, label])).toEqual(two?.map(({ at, label }) => [at, label]))
      expect(one?.every(({ at }) => at < now && at.getTime() > now.getTime() - 31 * 86_400_000)).toBe(true)
    }
  })
})
