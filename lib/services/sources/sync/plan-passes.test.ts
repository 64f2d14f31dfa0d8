import { describe, expect, test } from 'vitest'
import type { Capabilities } from '#lib/sources/connector.ts'
import { SYNC } from '../limits.ts'
import { backoffMs } from './backoff.ts'
import { type PassState, planPasses } from './plan-passes.ts'

const now = new Date('2030-01-02T00:00:00Z')
const ago = (ms: number): Date => new Date(now.getTime() - ms)
const can = (follows: Capabilities['follows'], vanishes = true): Capabilities => ({
  follows,
  vanishes,
  byDigest: false,
  metadataOnly: false,
})
const fresh: PassState = { follow: null, sweep: null, sweptAt: null }
const kinds = (state: PassState, capabilities: Capabilities): string[] =>
  planPasses(state, capabilities, now).map(({ kind }) => kind)

describe('the passes of a source', () => {
  test('begin with a whole one', () => {
    expect(planPasses(fresh, can('changes'), now)).toEqual([{ kind: 'sweep', cursor: null, startedAt: now }])
  })

  test('go on where a whole one was broken off, with its begin', () => {
    const sweep = { cursor: { page: 7 }, startedAt: ago(5_000) }
    expect(planPasses({ ...fresh, sweep }, can('sweep'), now)).toEqual([{ kind: 'sweep', ...sweep }])
  })

  test('follow what changes, also where the cursor itself is null', () => {
    const state = { follow: { cursor: null }, sweep: null, sweptAt: ago(1_000) }
    expect(planPasses(state, can('changes'), now)).toEqual([{ kind: 'follow', cursor: null, startedAt: now }])
  })

  test('are followed by a whole one once a day, and follow first while one is under way', () => {
    const follow = { cursor: 1 }
    expect(kinds({ follow, sweep: null, sweptAt: ago(SYNC.sweepMs) }, can('changes'))).toEqual(['follow', 'sweep'])
    expect(kinds({ follow, sweep: null, sweptAt: ago(SYNC.sweepMs) }, can('changes', false))).toEqual(['follow'])
    const sweep = { cursor: 2, startedAt: ago(1) }
    expect(kinds({ follow, sweep, sweptAt: null }, can('changes'))).toEqual(['follow', 'sweep'])
  })

  test('are whole ones where nothing else can be asked, and none where only digests can', () => {
    expect(kinds({ follow: { cursor: 1 }, sweep: null, sweptAt: ago(1) }, can('sweep'))).toEqual(['sweep'])
    expect(kinds(fresh, can('none'))).toEqual([])
  })
})

describe('waiting after failures', () => {
  test('doubles up to ten minutes, half of it by chance', () => {
    expect([1, 2, 3, 9, 10, 500].map((n) => backoffMs(n, 1))).toEqual([2_000, 4_000, 8_000, 512_000, 600_000, 600_000])
    expect(backoffMs(3, 0)).toBe(4_000)
  })

  test('is as long as the source asks for, at most an hour', () => {
    expect(backoffMs(1, 0, 30_000)).toBe(30_000)
    expect(backoffMs(9, 1, 30_000)).toBe(512_000)
    expect(backoffMs(1, 0, 86_400_000)).toBe(3_600_000)
  })
})
