import { describe, expect, test } from 'vitest'
import {
  attemptsFrom,
  attemptsUpTo,
  effectiveDeliveries,
  freshDelivery,
  isForeign,
  isOwn,
  placeOf,
} from './deliveries.ts'
import type { Delivery, Sighting } from './input.ts'

const delivery = (id: string, more: Partial<Delivery> = {}): Delivery => ({
  ...{ id, kind: 'pushed', softwareId: 'payments', issuer: 'ci', label: 'r', attempt: 1, openedAt: 0, closesAt: 100 },
  ...more,
})
const seen = (deliveryId: string | null, at: number): Sighting => ({ deliveryId, at, path: 'a.link', by: 'ci' })
const kept = (...deliveries: readonly Delivery[]) =>
  [...effectiveDeliveries(deliveries)].map(([id, { closesAt }]) => [id, closesAt])

describe('deliveries that hold together', () => {
  test('an attempt counts once: the first that was opened', () => {
    expect(kept(delivery('late', { openedAt: 5 }), delivery('first'))).toEqual([['first', 100]])
    expect(kept(delivery('a'), delivery('b'))).toEqual([
      ['a', 100],
      ['b', 100],
    ])
    expect(kept(delivery('a'), delivery('again', { attempt: 2, openedAt: 5 }))).toHaveLength(2)
  })

  test('a run closes when its first attempt does; what is opened from then on belongs to none', () => {
    const second = (openedAt: number, closesAt: number | null) => delivery('2', { attempt: 2, openedAt, closesAt })
    expect(kept(delivery('1'), second(99, 199))).toEqual([
      ['1', 100],
      ['2', 100],
    ])
    expect(kept(second(99, 199), delivery('1'))).toEqual([
      ['2', 100],
      ['1', 100],
    ])
    expect(kept(delivery('1'), second(100, 200))).toEqual([['1', 100]])
    expect(kept(delivery('1'), second(50, 60))).toEqual([
      ['1', 100],
      ['2', 60],
    ])
    expect(kept(delivery('1'), second(50, null))).toEqual([
      ['1', 100],
      ['2', 100],
    ])
    expect(kept(delivery('1', { closesAt: null }), second(1_000_000, 2_000_000))).toEqual([
      ['1', null],
      ['2', 2_000_000],
    ])
  })

  test('a run is of one software, one issuer and one label', () => {
    for (const more of [{ softwareId: 'ledger' }, { issuer: 'lab' }, { label: 'other' }] as const) {
      const all = [delivery('ours', { openedAt: 5 }), delivery('theirs', more)]
      expect(kept(...all)).toHaveLength(2)
      const deliveries = effectiveDeliveries([...all, delivery('ours 2', { attempt: 2, openedAt: 9 })])
      expect(attemptsUpTo('ours 2', deliveries).map(({ id }) => id)).toEqual(['ours', 'ours 2'])
      expect(attemptsFrom('theirs', deliveries).map(({ id }) => id)).toEqual(['theirs'])
    }
  })

  test('what was handed over is alone, whatever it is called', () => {
    const handed = { kind: 'handed-over', softwareId: null, closesAt: null } as const
    const all = effectiveDeliveries([delivery('a', handed), delivery('b', { ...handed, attempt: 2, openedAt: 9 })])
    expect([...all.keys()]).toEqual(['a', 'b'])
    expect(attemptsUpTo('b', all).map(({ id }) => id)).toEqual(['b'])
    expect(attemptsFrom('a', all).map(({ id }) => id)).toEqual(['a'])
  })

  test('attempts go from first to last, up to one or from one on; of what is not there, none', () => {
    const all = effectiveDeliveries([
      delivery('3', { attempt: 3, openedAt: 3 }),
      delivery('1', { openedAt: 1 }),
      delivery('2', { attempt: 2, openedAt: 2 }),
    ])
    expect(attemptsUpTo('2', all).map(({ id }) => id)).toEqual(['1', '2'])
    expect(attemptsUpTo('3', all).map(({ id }) => id)).toEqual(['1', '2', '3'])
    expect(
      attemptsFrom('2', all)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['2', '3'])
    expect([attemptsUpTo('9', all), attemptsFrom('9', all)]).toEqual([[], []])
  })
})

describe('where something was seen', () => {
  const all = effectiveDeliveries([delivery('r'), delivery('open', { label: 'o', closesAt: null })])

  test('is a delivery until that closes', () => {
    const place = (id: string | null, at: number) => placeOf(seen(id, at), all)?.id
    expect([place('r', 0), place('r', 99), place('r', 100)]).toEqual(['r', 'r', undefined])
    expect([place('open', 1e12), place(null, 0), place('unknown', 0)]).toEqual(['open', undefined, undefined])
  })
})

describe('bytes are new', () => {
  const all = effectiveDeliveries([
    delivery('a', { label: 'a', openedAt: 50, closesAt: 1_000 }),
    delivery('b', { label: 'b', openedAt: 50, closesAt: 1_000 }),
  ])
  const fresh = (...sightings: readonly Sighting[]) => freshDelivery(sightings, all, 10)

  test('in the first delivery that brought them, however often, in whatever order they are listed', () => {
    expect(fresh(seen('a', 60))).toBe('a')
    expect(fresh(seen('a', 60), seen('b', 61), seen('a', 62))).toBe('a')
    expect(fresh(seen('b', 61), seen('a', 60))).toBe('a')
    expect(fresh(seen('a', 60), seen('a', 60))).toBe('a')
  })

  test('in neither of two at the same time, unless another was earlier', () => {
    expect(fresh(seen('a', 60), seen('b', 60))).toBe(null)
    expect(fresh(seen('a', 60), seen('b', 60), seen('a', 60))).toBe(null)
    expect(fresh(seen('a', 60), seen('b', 60), seen('b', 59))).toBe('b')
    expect(fresh(seen('a', 60), seen('a', 60), seen('b', 60))).toBe(null)
  })

  test('nowhere if they were seen before it opened, but for the slack of a source that is read early', () => {
    expect(fresh(seen('a', 60), seen(null, 40))).toBe('a')
    expect(fresh(seen('a', 60), seen(null, 39))).toBe(null)
    expect(fresh(seen(null, 60))).toBe(null)
    expect(fresh(seen('a', 1_000))).toBe(null)
    expect(fresh(seen('a', 1_000), seen('b', 60))).toBe('b')
  })
})

describe('whose evidence it is', () => {
  const ours = delivery('ours')
  const theirs = delivery('theirs', { softwareId: 'ledger' })
  const handed = delivery('handed', { kind: 'handed-over', softwareId: null })
  const all = new Map([ours, theirs, handed].map((one) => [one.id, one]))
  const foreign = (...sightings: readonly Sighting[]) =>
    isForeign(sightings, all, { softwareId: 'payments', waiting: 10 })

  test('a delivery is own that our clients pushed, or that was handed over', () => {
    expect([ours, theirs, handed].map((one) => isOwn(one, 'payments'))).toEqual([true, false, true])
  })

  test('what others pushed for their software before us is theirs', () => {
    expect(foreign(seen('theirs', 5))).toBe(true)
    expect(foreign(seen('theirs', 5), seen('ours', 6))).toBe(true)
    expect(foreign(seen('theirs', 5), seen('ours', 5))).toBe(true)
    expect(foreign(seen('theirs', 6), seen('ours', 5))).toBe(false)
    expect(foreign(seen('theirs', 6), seen('handed', 5))).toBe(false)
    expect(foreign(seen('ours', 9), seen('ours', 5), seen('theirs', 6))).toBe(false)
    expect(foreign(seen('theirs', 9), seen('theirs', 5), seen('ours', 6))).toBe(true)
  })

  test('also where a source was read a little before they pushed', () => {
    expect(foreign(seen(null, 0), seen('theirs', 10))).toBe(true)
    expect(foreign(seen(null, 0), seen('theirs', 11))).toBe(false)
    expect(foreign(seen(null, 5), seen(null, 0), seen('theirs', 11))).toBe(false)
    expect(foreign(seen('gone', 0), seen('theirs', 10))).toBe(true)
  })

  test('what nobody pushed is nobody else’s', () => {
    expect([foreign(), foreign(seen(null, 0)), foreign(seen('ours', 0))]).toEqual([false, false, false])
  })
})
