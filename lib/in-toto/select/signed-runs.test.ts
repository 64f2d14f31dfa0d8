import { describe, expect, test } from 'vitest'
import { jsonObject, parseJson, utf8 } from '#lib/crypto/index.ts'
import { readDocument } from '../index.ts'
import type { SignedLink } from './evidence.ts'
import { SIGNED_RUN_MS } from './input.ts'
import { isJoined, signedRunOf, signedRuns } from './signed-runs.ts'

describe('the run that a signed document names', () => {
  const parsed = parseJson(
    utf8('{"environment":{"run":"a","number":17,"blank":" ","half":1.5,"list":["a"]},"name":"x"}'),
  )
  const value = parsed instanceof Map ? parsed : jsonObject({})
  const at = (...paths: readonly string[]) =>
    signedRunOf(
      value,
      paths.map((path) => path.split('/')),
    )

  test('is a text or a whole number at the first path that leads to one', () => {
    expect(at('environment/run')).toBe('a')
    expect(at('environment/number')).toBe('17')
    expect(at('nowhere', 'environment/run', 'name')).toBe('a')
    expect(at('environment/blank', 'name')).toBe('x')
  })

  test('is none where the paths lead to something else, or there are none', () => {
    expect(at()).toBe(null)
    expect(signedRunOf(value, [[]])).toBe(null)
    for (const path of ['environment', 'environment/list', 'environment/half', 'environment/run/a', 'name/x', 'no'])
      expect(at(path)).toBe(null)
  })

  test('is at most a thousand characters long', () => {
    const long = (length: number) => signedRunOf(jsonObject({ run: 'r'.repeat(length) }), [['run']])
    expect([long(1_000)?.length, long(1_001)]).toEqual([1_000, null])
  })
})

const DOCUMENT = readDocument('a.link', utf8('{}'))
const link = (more: Partial<SignedLink>): SignedLink => ({
  ...{ step: 'build', identity: 'ci', keyid: 'k', signedSha256: 'one', content: 'one', sublayout: false, run: 'a' },
  stored: { document: DOCUMENT, signedSha256: null, sightings: [] },
  record: { materials: new Map(), products: new Map() },
  ...{ sightings: [], heldBy: new Set(), freshIn: null, firstSeen: 0, foreign: false },
  ...more,
})

describe('runs that links name', () => {
  const runs = (...links: readonly SignedLink[]) => Object.fromEntries(signedRuns(links))

  test('begin with their first link', () => {
    expect(runs(link({ firstSeen: 5, step: 'test' }), link({ firstSeen: 3 }), link({ run: 'b' }))).toEqual({
      a: { openedAt: 3, ambiguous: false },
      b: { openedAt: 0, ambiguous: false },
    })
  })

  test('are none of links that name none, nor of what another software pushed first', () => {
    expect(runs(link({ run: null }), link({ foreign: true }))).toEqual({})
    expect(runs(link({ firstSeen: 5 }), link({ foreign: true, signedSha256: 'two' }))).toEqual({
      a: { openedAt: 5, ambiguous: false },
    })
  })

  test('are ambiguous where one signed a step twice under the id, within a day', () => {
    const ambiguous = (more: Partial<SignedLink>) => runs(link({}), link({ signedSha256: 'two', ...more })).a?.ambiguous
    expect(ambiguous({})).toBe(true)
    expect(ambiguous({ signedSha256: 'one' })).toBe(false)
    expect(ambiguous({ identity: 'else' })).toBe(false)
    expect(ambiguous({ step: 'test' })).toBe(false)
    expect(ambiguous({ firstSeen: SIGNED_RUN_MS - 1 })).toBe(true)
    expect(ambiguous({ firstSeen: SIGNED_RUN_MS })).toBe(false)
    // one such signer is enough
    expect(runs(link({ step: 'test' }), link({}), link({ signedSha256: 'two' })).a?.ambiguous).toBe(true)
  })

  test('hold what names them, within a day, unless they tell nothing apart or it is another software’s', () => {
    const open = new Map([
      ['a', { openedAt: 5, ambiguous: false }],
      ['constant', { openedAt: 5, ambiguous: true }],
    ])
    const joined = (more: Partial<SignedLink>) => isJoined(link({ firstSeen: 5, ...more }), open)
    expect(joined({})).toBe(true)
    expect(joined({ firstSeen: 4 + SIGNED_RUN_MS })).toBe(true)
    expect(joined({ firstSeen: 5 + SIGNED_RUN_MS })).toBe(false)
    expect(joined({ run: null })).toBe(false)
    expect(joined({ run: 'unknown' })).toBe(false)
    expect(joined({ run: 'constant' })).toBe(false)
    expect(joined({ foreign: true })).toBe(false)
  })
})
