import { expect, test, vi } from 'vitest'
import { links, storeWith, tester } from '#lib/testing/five-steps.ts'

// as the limits are, but low: a thousand links of one step take long to sign
vi.mock('./input.ts', async (original) => ({
  ...(await original<typeof import('./input.ts')>()),
  SELECT_LIMITS: { groups: 3, combinations: 1_000, shown: 5 },
}))

test('more links of a step in one run than are looked at: nobody can tell, and no other step suffers', () => {
  const { store } = storeWith('r1')
  const { test: spec } = links('r1')
  const bring = (result: string, stdout: string) =>
    store.bring('r1', 1, { ...spec, products: { result }, stdout }, tester)
  // of the same files there may be any number
  for (const stdout of ['a', 'b', 'c']) bring('PASS', stdout)
  for (const result of ['one', 'two']) bring(result, result)
  const codes = () => store.verdict('r1').reasons.map(({ code, step }) => [code, step])
  expect(codes()).toEqual([])
  bring('three', 'three')
  const report = store.verdict('r1')
  expect(report.verdict).toBe('cannot-tell')
  expect(codes()[0]).toEqual(['LIMIT', 'test'])
  expect(report.reasons[0]?.message).toContain('more than 3 different links of step test')
  const found = report.steps.map(({ name, counted, skipped, outcome }) => [
    name,
    counted.length,
    skipped.length,
    outcome,
  ])
  expect(found[2]).toEqual(['test', 0, 0, 'not-judged'])
  expect(found.slice(0, 2).map((one) => one[3])).toEqual(['passed', 'passed'])
})
