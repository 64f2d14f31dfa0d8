import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Compared, compareOne, Reference } from '#lib/testing/differential/compare.ts'

const PYTHON = '/usr/bin/python3'
const COUNT = 250
const found = await Reference.start(PYTHON)

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
