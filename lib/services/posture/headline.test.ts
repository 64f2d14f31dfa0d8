import { describe, expect, test } from 'vitest'
import { headlineOf, sublineOf } from './headline.ts'

const software = { total: 6, covered: 5, uncovered: 1 }
const fine = { blocked: 0, expired: 0, notVerified: 0, running: 0, verified: 6, none: 0 }
const builds = { total: 1, verified: 1, blocked: 0, expired: 0, notVerified: 0, running: 0 }

function headline(now: Partial<typeof fine>, of: Partial<typeof software> = {}): string {
  return headlineOf({ software: { ...software, ...of }, now: { ...fine, ...now }, builds } as Given, [])
}
type Given = Parameters<typeof headlineOf>[0]

describe('the sentence over everything', () => {
  test('what is counted is said once, worst first, one or many', () => {
    expect(headline({ blocked: 2, expired: 1, notVerified: 1 })).toBe(
      '2 pieces of software are blocked, 1 is blocked by an expiry and 1 is not verified',
    )
    expect(headline({ blocked: 1 }, { uncovered: 2 })).toBe(
      '1 piece of software is blocked and 2 have no enforceable layout',
    )
    expect(headline({ notVerified: 3 }, { uncovered: 0 })).toBe('3 pieces of software are not verified')
  })

  test('all is well only where every latest build verifies', () => {
    expect(headline({}, { uncovered: 0 })).toBe('All 6 pieces of software verify')
    expect(headline({ none: 1 }, { uncovered: 0 })).toBe(
      'Every latest build verifies; 1 piece of software has none yet',
    )
    expect(headline({ none: 6 }, { uncovered: 0 })).toMatch(/no build has been judged/)
    expect(headline({}, { total: 0, covered: 0, uncovered: 0 })).toBe('No software is set up yet')
  })

  test('the line under it has its numbers', () => {
    expect(sublineOf({ software, now: fine, builds } as Given)).toBe(
      '5 of 6 pieces of software have an enforceable layout. 1 build in the last 30 days, 1 verified.',
    )
  })
})
