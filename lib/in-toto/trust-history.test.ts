import { describe, expect, test } from 'vitest'
import { makeAuthority } from '#lib/testing/authority/certificates.ts'
import { rootsInForce, type TrustDecision, trustBundlesOf } from './index.ts'

const [first, second] = [makeAuthority('first', 'example.org'), makeAuthority('second', 'example.org')]
const [a, b] = [first.certificate, second.certificate]
const DAY = Date.parse('2026-11-01T00:00:00Z')
const hour = (n: number) => DAY + n * 3_600_000
const of = (n: number) => ({ trustDomain: 'example.org', at: hour(n) })

/** Names of the roots in force at the hours asked for. */
function inForce(decisions: readonly TrustDecision[], ...hours: number[]) {
  const bundle = trustBundlesOf(decisions).find(({ trustDomain }) => trustDomain === 'example.org')
  return hours.map((n) => {
    const digests = bundle === undefined ? new Set() : rootsInForce(bundle, hour(n))
    return [...(digests.has(a.sha256) ? ['a'] : []), ...(digests.has(b.sha256) ? ['b'] : [])].join('')
  })
}

test('a bundle is the whole of its domain from then on; roots are added to it', () => {
  const bundle = (n: number, ...roots: (typeof a)[]): TrustDecision => ({ kind: 'bundle', roots, ...of(n) })
  expect(inForce([bundle(1, a), bundle(3, a, b), bundle(5, b)], 0, 1, 2, 3, 4, 5, 6)).toEqual([
    '',
    'a',
    'a',
    'ab',
    'ab',
    'b',
    'b',
  ])
  expect(inForce([bundle(1, a), { kind: 'roots', roots: [b], ...of(2) }], 1, 2)).toEqual(['a', 'ab'])
  // one that was brought in late takes its place in time
  expect(inForce([bundle(5, b), bundle(1, a)], 2, 5)).toEqual(['a', 'b'])
  // a bundle without keys ends all, and the domain stays spoken of
  expect(inForce([bundle(1, a), bundle(2)], 1, 2)).toEqual(['a', ''])
  expect(trustBundlesOf([bundle(2)])).toEqual([{ trustDomain: 'example.org', roots: [] }])
})

describe('what a person says of a root', () => {
  const base: TrustDecision = { kind: 'bundle', roots: [a, b], ...of(1) }
  const say = (kind: 'end' | 'compromised' | 'restore', n: number): TrustDecision => ({
    kind,
    root: a.sha256,
    ...of(n),
  })

  test('ends it, whatever later bundles list, until it is restored', () => {
    expect(inForce([base, say('end', 3)], 2, 3, 4)).toEqual(['ab', 'b', 'b'])
    const again: TrustDecision = { kind: 'bundle', roots: [a, b], ...of(4) }
    expect(inForce([base, say('end', 3), again], 2, 3, 5)).toEqual(['ab', 'b', 'b'])
    expect(inForce([base, say('end', 3), say('restore', 4)], 2, 3, 5)).toEqual(['ab', 'ab', 'ab'])
    expect(inForce([base, say('end', 3), say('restore', 4), say('end', 6)], 5, 6)).toEqual(['ab', 'b'])
  })

  test('ends it at the earlier of two times, before its beginning too', () => {
    expect(inForce([base, say('end', 4), say('end', 2)], 1, 2, 3)).toEqual(['ab', 'b', 'b'])
    expect(inForce([base, say('end', 0)], 0, 1, 2)).toEqual(['', 'b', 'b'])
    const [bundle] = trustBundlesOf([base, say('end', 0)])
    expect(bundle?.roots.map(({ certificate }) => certificate.sha256)).toContain(a.sha256)
  })

  test('calls it compromised from a time on, which is kept apart from an end', () => {
    expect(inForce([base, say('compromised', 3)], 2, 3)).toEqual(['ab', 'b'])
    const [bundle] = trustBundlesOf([base, say('compromised', 3)])
    expect(bundle?.roots.map(({ until, taintedAt }) => [until, taintedAt])).toEqual([
      [null, hour(3)],
      [null, null],
    ])
    expect(inForce([base, say('compromised', 3), say('restore', 3)], 4)).toEqual(['ab'])
  })

  test('is about its own domain only', () => {
    const other: TrustDecision = { kind: 'end', root: a.sha256, trustDomain: 'example.com', at: hour(0) }
    expect(inForce([base, other], 2)).toEqual(['ab'])
  })
})

test('a root is in force only while its certificate is valid', () => {
  const until = new Date(hour(3))
  const short = makeAuthority('short', 'example.org', null, { from: new Date(hour(1)), until }).certificate
  const [bundle] = trustBundlesOf([{ kind: 'bundle', roots: [short], ...of(0) }])
  const hours = [0, 1, 3, 4].map((n) => (bundle === undefined ? 0 : rootsInForce(bundle, hour(n)).size))
  expect(hours).toEqual([0, 1, 1, 0])
})
