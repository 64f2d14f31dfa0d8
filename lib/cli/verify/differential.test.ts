import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Compared, compareOne, Reference } from '#lib/testing/differential/compare.ts'

const PYTHON = '/usr/bin/python3'
const COUNT = 250
const found = await Reference.start(PYTHON)
const modern = await findModern()

/** The first Python that has an in-toto which knows DSSE: the one that is named, or the one on PATH. */
async function findModern(): Promise<Reference | null> {
  for (const python of [process.env.WAYBILL_TEST_PYTHON, 'python3']) {
    const reference = python === undefined ? null : await Reference.start(python)
    if (reference !== null && Number.parseInt(reference.version, 10) >= 3) return reference
    reference?.stop()
  }
  return null
}

// the long run: node lib/testing/differential/run.ts --count=20000
describe('random chains, whole and spoiled, judged by this engine and by in-toto in one run', () => {
  if (found === null) {
    test.skip(`needs in-toto for Python (Debian's package in-toto), which ${PYTHON} does not find`, () => undefined)
    return
  }
  const all: Compared[] = []

  beforeAll(async () => {
    for (let seed = 1; seed <= COUNT; seed++) all.push(await compareOne(seed, found, false))
  }, 120_000)
  afterAll(() => found.stop())

  test('both say yes to some, and each says no to some', () => {
    expect(all.length).toBe(COUNT)
    expect(all.filter(({ report, python }) => report.verdict === 'allow' && python.allow).length).toBeGreaterThan(20)
    expect(all.filter(({ report, python }) => report.verdict !== 'allow' && !python.allow).length).toBeGreaterThan(50)
  })

  test('no difference is unexplained, and no spoiled chain is allowed', () => {
    const complaints = all.filter(({ complaint }) => complaint !== null)
    expect(complaints.map(({ seed, complaint, python }) => ({ seed, complaint, python }))).toEqual([])
  })
})

// the long run: node lib/testing/differential/run.ts --count=20000 --dsse --python=PYTHON
describe('random chains with DSSE, whole and spoiled, judged by this engine and by an in-toto that knows it', () => {
  if (modern === null) {
    test.skip('needs in-toto 3 for Python: pip install in-toto==3.1.0 into a venv, its python in WAYBILL_TEST_PYTHON', () =>
      undefined)
    return
  }
  const all: Compared[] = []

  beforeAll(async () => {
    for (let seed = 1; seed <= COUNT; seed++) all.push(await compareOne(seed, modern, true))
  }, 120_000)
  afterAll(() => modern.stop())

  test('both say yes to some, and each says no to some', () => {
    expect(all.length).toBe(COUNT)
    expect(all.filter(({ report, python }) => report.verdict === 'allow' && python.allow).length).toBeGreaterThan(20)
    expect(all.filter(({ report, python }) => report.verdict !== 'allow' && !python.allow).length).toBeGreaterThan(50)
  })

  test('the kinds of spoiling that only DSSE can suffer occur', () => {
    const names = new Set(all.flatMap(({ tamperings }) => tamperings.map(({ name }) => name)))
    expect([...names].filter((name) => name.startsWith('DSSE')).length).toBeGreaterThan(30)
  })

  test('no difference is unexplained, and no spoiled chain is allowed', () => {
    const complaints = all.filter(({ complaint }) => complaint !== null)
    expect(complaints.map(({ seed, complaint, python }) => ({ seed, complaint, python }))).toEqual([])
  })
})
