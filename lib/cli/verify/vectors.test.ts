import { describe, expect, test } from 'vitest'
import { sharedPath } from '#lib/testing/shared-data.ts'
import { verifyFolder } from './command.ts'
import { folderCases, packedCases, type VectorCase, withCase } from './vector-cases.ts'

const AT = Date.parse('2026-11-23T00:00:00Z')

/** DSSE occurs: in-toto 1.3.1 cannot read it; 3.1.0 answers as 2.2 did, but for two signatures of one keyid. */
function expectedReference(vector: VectorCase): boolean | null {
  if (vector.id === 'D11') return false
  if (vector.id.startsWith('D')) return vector.results.py22?.pass ?? null
  return vector.results.py131?.pass ?? vector.results.py22?.pass ?? null
}

function judge(vector: VectorCase) {
  return withCase(vector, AT, (given) => verifyFolder(given))
}

describe('every case made with the real tools gets the recommended verdict', () => {
  const cases = packedCases()

  test('all of them are here', () => {
    expect(cases.length).toBe(124)
    expect(cases.filter(({ recommended }) => recommended === 'pass').length).toBeGreaterThan(50)
    expect(cases.filter(({ recommended }) => recommended === 'fail').length).toBeGreaterThan(50)
  })

  test.each(cases.map((vector) => [vector.id, vector.title, vector] as const))('%s: %s', (_, __, vector) => {
    const report = judge(vector)
    expect(report.verdict === 'allow' ? 'pass' : 'fail').toBe(vector.recommended)
    const reference = expectedReference(vector)
    expect(reference).not.toBeNull()
    expect(report.referenceVerdict).toBe(reference === true ? 'allow' : 'deny')
    // every "no" says why, and the first reason is a root cause
    if (report.verdict !== 'allow') {
      expect(report.reasons[0]?.follows).toBeUndefined()
      expect(report.reasons[0]?.severity).not.toBe('warning')
      expect(report.reasons[0]?.message.length).toBeGreaterThan(20)
    }
  })
})

describe('the cases of other projects get the recommended verdict', () => {
  const root = sharedPath('vectors/peers')
  if (root === null) {
    test.skip('needs ../shared/vectors/peers, which is not here', () => undefined)
    return
  }
  const cases = folderCases(root)
  test('all of them are here', () => expect(cases.length).toBe(13))
  test.each(cases.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const report = judge(vector)
    expect(report.verdict === 'allow' ? 'pass' : 'fail').toBe(vector.recommended)
  })
})
