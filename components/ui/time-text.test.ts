import { expect, test } from 'vitest'
import { ago, utc } from './time-text.ts'

const now = Date.parse('2026-11-22T12:00:00Z')

test('times are told in the largest whole unit, past and future', () => {
  expect(ago('2026-11-22T11:59:40Z', now)).toBe('just now')
  expect(ago('2026-11-22T09:00:00Z', now)).toBe('3h ago')
  expect(ago('2026-11-22T11:15:00Z', now)).toBe('45m ago')
  expect(ago('2026-11-22T13:00:00Z', now)).toBe('in 1h')
  expect(ago('2026-11-21T11:00:00Z', now)).toBe('yesterday')
  expect(ago('2026-10-20T12:00:00Z', now)).toBe('last month')
  expect(ago('2026-11-28T12:30:00Z', now)).toBe('in 6 days')
  expect(ago('2027-12-22T12:00:00Z', now)).toBe('next year')
})

test('an unreadable time is shown as it is, never as a date', () => {
  expect(ago('never', now)).toBe('never')
  expect(utc('never')).toBe('never')
})

test('exact times are UTC whatever the reader’s zone', () => {
  expect(utc('2026-11-22T23:30:05+02:00')).toBe('22 Nov 2026, 21:30:05 UTC')
  expect(utc('2026-11-22T23:30:05Z', 'day')).toBe('22 Nov 2026')
})
