import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

// The attacks on a store of many runs, each with the test that makes it and the code that it ends in.

const ROOT = join(import.meta.dirname, '../../..')
const ATTACKS = 'lib/in-toto/select/attacks.test.ts'
const RUNS = 'lib/in-toto/select/runs.test.ts'
const MIXED = 'lib/in-toto/select/mixed-runs.test.ts'
const NAMESPACES = 'lib/in-toto/select/namespaces.test.ts'

const NAMED: readonly (readonly [string, string, string, string])[] = [
  ["rollback to another run's clone", ATTACKS, "rollback to another run's clone", 'REPLAYED'],
  ['a link sharing only common files', ATTACKS, 'a link that shares only common or constant files', 'REPLAYED'],
  [
    'the same, of a shared step',
    MIXED,
    'is not filled by one that shares common or constant files only',
    'STEP_MISSING',
  ],
  [
    'an aborted run lending its test',
    ATTACKS,
    'an aborted run lends neither its test nor its approval',
    'STEP_MISSING',
  ],
  [
    'an aborted run lending its approval',
    ATTACKS,
    'an aborted run lends neither its test nor its approval',
    'STEP_UNBOUND',
  ],
  [
    'an older run lending its approval',
    ATTACKS,
    'an attached old approval, and an approval without a run',
    'STEP_UNBOUND',
  ],
  [
    'an older attempt lending its approval',
    RUNS,
    'an approval of an earlier attempt does not carry over',
    'STEP_UNBOUND',
  ],
  ['an older attempt lending its test', RUNS, 'nor does a test, whose result is always the same', 'STEP_UNBOUND'],
  ["replay under today's label by another client or today's", ATTACKS, "replay under today's label by %s", 'REPLAYED'],
  [
    'a label used for ever',
    ATTACKS,
    'a label used for ever: what comes after it closed belongs to no run',
    'STEP_UNBOUND',
  ],
  ['an attempt number used for ever', RUNS, 'attempts do not keep a label open', 'cannot-tell'],
  ['a signed id used for ever', RUNS, 'an id used for ever brings nothing together after a day', 'STEP_UNBOUND'],
  ['an attached old approval', ATTACKS, 'an attached old approval, and an approval without a run', 'STEP_UNBOUND'],
  ['a digest that is not final', 'lib/services/verdicts/judging.test.ts', 'others are NOT_FINAL', 'NOT_FINAL'],
  ['two software with equal step names and keys', ATTACKS, 'two software with equal step names and keys', 'REPLAYED'],
  ['thresholds across runs', ATTACKS, 'signers of several runs do not add up to a threshold', 'STEP_THRESHOLD'],
  ['a dissenting signer', ATTACKS, 'a dissenting signer in the run denies, with threshold 1 too', 'SIGNERS_DISAGREE'],
  ['the union of two runs', ATTACKS, 'the union of two runs is no run', 'STEP_UNBOUND'],
  [
    'a rule that passes only with the wrong clone',
    ATTACKS,
    'a rule that passes only with the wrong clone',
    'ARTIFACT_MODIFIED',
  ],
  [
    'an inner link filling an outer step',
    ATTACKS,
    'an inner link fills no outer step, whatever it is called',
    'STEP_MISSING',
  ],
  ['an outer link filling an inner step', NAMESPACES, 'fill no outer step, and outer ones no inner', 'STEP_MISSING'],
  [
    'a final link borrowed by another run',
    ATTACKS,
    'a final link pushed into another run borrows nothing of it',
    'STEP_UNBOUND',
  ],
]

test.each(NAMED)('%s: made in %s', (_, file, title, code) => {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const from = text.indexOf(title)
  expect(from).toBeGreaterThan(-1)
  // up to the next test
  const next = text.slice(from + title.length).search(/\n {2}test/)
  const body = next < 0 ? text.slice(from) : text.slice(from, from + title.length + next)
  expect(body).toContain(code)
})
