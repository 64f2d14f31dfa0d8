import { beforeAll, describe, expect, test } from 'vitest'
import { type CertifiedCompared, compareCertified, findGolang } from '#lib/testing/differential/golang/compare.ts'
import { CERTIFIED_TAMPERINGS } from '#lib/testing/differential/golang/tamper.ts'

const COUNT = 120
const program = findGolang()

// the long run: node lib/testing/differential/golang/run.ts --count=5000
describe('random chains signed with certificates, whole and spoiled, judged by this engine and by in-toto-golang', () => {
  if (program === null) {
    test.skip('needs in-toto-golang on PATH (go install github.com/in-toto/in-toto-golang@v0.11.0)', () => undefined)
    return
  }
  const all: CertifiedCompared[] = []
  beforeAll(() => {
    for (let seed = 1; seed <= COUNT; seed++) all.push(compareCertified(seed, program))
    for (const [index, tampering] of CERTIFIED_TAMPERINGS.entries()) {
      all.push(compareCertified(10_000 + index, program, tampering))
    }
  }, 240_000)

  test('both say yes to some and no to some', () => {
    expect(all.length).toBe(COUNT + CERTIFIED_TAMPERINGS.length)
    expect(all.filter(({ report, golang }) => report.verdict === 'allow' && golang.allow).length).toBeGreaterThan(20)
    expect(all.filter(({ report, golang }) => report.verdict !== 'allow' && !golang.allow).length).toBeGreaterThan(40)
  })

  test('no difference is unexplained, and no spoiled chain is allowed', () => {
    const complaints = all.filter(({ complaint }) => complaint !== null)
    expect(
      complaints.map(({ seed, complaint, tamperings, golang }) => ({
        seed,
        complaint,
        tamperings: tamperings.map(({ name }) => name),
        golang,
      })),
    ).toEqual([])
  })

  test('where this engine is said to be stricter, in-toto-golang does allow', () => {
    const stricter = all.filter(({ seed, tamperings }) => seed >= 10_000 && tamperings[0]?.stricter !== undefined)
    expect(stricter.length).toBeGreaterThan(8)
    expect(stricter.filter(({ golang }) => !golang.allow).map(({ tamperings }) => tamperings[0]?.name)).toEqual([])
  })
})
