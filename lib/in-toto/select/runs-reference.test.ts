import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jsonObject, keyObject, printJson } from '#lib/crypto/index.ts'
import { type PythonAnswer, Reference } from '#lib/testing/differential/compare.ts'
import type { EvidenceStore } from '#lib/testing/evidence-store.ts'
import {
  bindingDraw,
  bringRuns,
  type Directory,
  owner,
  type Run,
  SIGNED_IDS,
  specDraw,
  worldOf,
} from '#lib/testing/small-worlds.ts'
import type { Report } from '../report.ts'
import type { FinalGroup } from './builds.ts'

// Several runs in one store: what is allowed in a run must be what in-toto allows of that run's own directory.

const PYTHON = '/usr/bin/python3'
const found = await Reference.start(PYTHON)

/** What a page of the store's rules may say where in-toto, which knows one directory, sees nothing wrong. */
const PAGE_CODES = [
  'EVIDENCE_PENDING',
  'STEP_UNBOUND',
  'REPLAYED',
  'RUN_TWICE',
  'MIXED_RUNS',
  'SIGNERS_DISAGREE',
  'LIMIT',
]

/** The delivery's directory, and in it whatever else is of the run that its final link names. */
function directoryOf({ deliveryId, run }: FinalGroup, runs: readonly Run[]): Run | undefined {
  const [pushed, signed] = [deliveryId, run].map((wanted) => runs.find(({ id }) => id === wanted))
  if (pushed === undefined || signed === undefined) return pushed ?? signed
  return { id: `${pushed.id} with ${signed.id}`, directory: new Map([...signed.directory, ...pushed.directory]) }
}

/** What is not only a mark of ours. */
const isMarked = ({ reasons }: Report) => reasons.some(({ code }) => code === 'MIXED_RUNS')

describe('random stores of several runs, each run judged by in-toto as a directory', () => {
  if (found === null) {
    test.skip(`needs in-toto for Python (Debian's package in-toto), which ${PYTHON} does not find`, () => undefined)
    return
  }
  const counts = { allowed: 0, refused: 0, marked: 0, stricter: 0 }
  let dir = ''
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'waybill-runs-'))
  })
  afterAll(() => {
    found.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  let number = 0
  async function ask(world: EvidenceStore, directory: Directory): Promise<PythonAnswer> {
    const folder = join(dir, String(number++))
    mkdirSync(join(folder, 'links'), { recursive: true })
    mkdirSync(join(folder, 'final'))
    writeFileSync(join(folder, 'root.layout'), world.layoutBytes)
    writeFileSync(
      join(folder, 'layout-keys.json'),
      printJson(jsonObject({ [owner.keyid]: keyObject(owner.key, 'legacy') })),
    )
    for (const [path, { bytes }] of directory) writeFileSync(join(folder, 'links', path), bytes)
    const answer = await found?.ask(folder)
    rmSync(folder, { recursive: true, force: true })
    if (answer === undefined) throw new Error('no answer')
    return answer
  }

  test('nothing is allowed that in-toto refuses, but by the doors that the binding opens, which are marked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(specDraw, { minLength: 2, maxLength: 4 }),
        fc.nat(2),
        bindingDraw,
        async (specs, which, binding) => {
          const world = worldOf(which)
          const runs = bringRuns(world, specs)
          const settings = { ...binding, ...SIGNED_IDS }
          for (const { build, judged } of world.judge(10_000, settings)) {
            const run = directoryOf(build, runs)
            if (run === undefined) {
              // without a run nothing holds it together
              expect(judged.report.verdict === 'allow' && !isMarked(judged.report)).toBe(false)
              continue
            }
            const reference = await ask(world, run.directory)
            const { verdict, reasons, steps } = judged.report
            // a signer whose link is of another run is passed over with a code, and missing for a threshold
            const codes = [
              ...reasons.filter(({ severity }) => severity !== 'warning').map(({ code }) => code),
              ...steps.flatMap(({ skipped }) => skipped.map(({ code }) => code)),
            ]
            if (verdict === 'allow' && isMarked(judged.report)) counts.marked++
            else if (verdict === 'allow') {
              counts.allowed++
              expect([run.id, reference]).toEqual([run.id, { allow: true, error: null, message: '' }])
            } else if (reference.allow) {
              counts.stricter++
              expect([run.id, codes.filter((code) => PAGE_CODES.includes(code))]).not.toEqual([run.id, []])
            } else counts.refused++
          }
        },
      ),
      { numRuns: 120, seed: 20_300_102 },
    )
    // a property over worlds in which nothing happens would prove nothing
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(10)
  }, 120_000)
})
