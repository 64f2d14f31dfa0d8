import { expect, test } from 'vitest'
import { skipReason } from '../testing/skip-reason.ts'
import { closingLines, sumUp } from './test-totals.mjs'

const suite = (passed: number, failed: number, ...reasons: (string | null)[]) => ({
  suite: 's',
  passed,
  failed,
  skipped: reasons.map((reason, i) => ({ name: `t${i}`, reason })),
})

test('totals are sums over all suites', () => {
  expect(sumUp([suite(3, 0, 'no openssl'), suite(4, 2)])).toEqual({ passed: 7, failed: 2, skipped: 1 })
})

test('a suite that ran nothing is a failure, even if it skipped everything for a reason', () => {
  expect(sumUp([suite(3, 0), suite(0, 0)]).failed).toBe(1)
  expect(sumUp([suite(0, 0, 'no browser')]).failed).toBe(1)
})

test('a test skipped without a reason is a failure', () => {
  expect(sumUp([suite(3, 0, null)])).toEqual({ passed: 3, failed: 1, skipped: 0 })
})

test('there is exactly one line of totals, the last one, and every skipped test is named above it', () => {
  const results = [suite(3, 0, 'no openssl'), suite(1, 1)]
  const lines = closingLines(results, sumUp(results))
  expect(lines.at(-1)).toBe('4 passed, 1 failed, 1 skipped')
  expect(lines.filter((line) => /\d+ passed, \d+ failed, \d+ skipped/.test(line))).toHaveLength(1)
  expect(lines.some((line) => line.includes('t0') && line.includes('no openssl'))).toBe(true)
})

test('a reason is what the test said, or what its name says', () => {
  expect(skipReason('a > b', ' no gpg here ')).toBe('no gpg here')
  expect(skipReason('files of openssl (skipped without it) > reads', undefined)).toBe('skipped without it')
  expect(skipReason('peers > needs the vectors, which are not here', undefined)).toBe(
    'needs the vectors, which are not here',
  )
  expect(skipReason('a > b', undefined)).toBeNull()
})
