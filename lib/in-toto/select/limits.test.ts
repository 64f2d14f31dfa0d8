import { expect, test, vi } from 'vitest'
import { links, manager, storeWith, tester } from '#lib/testing/five-steps.ts'

// as the limits are, but low: a thousand links of one step take long to sign
vi.mock('./input.ts', async (original) => ({
  ...(await original<typeof import('./input.ts')>()),
  SELECT_LIMITS: { groups: 3, combinations: 3, shown: 5 },
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

test('more combinations of links than are judged: nobody can tell', () => {
  const { store } = storeWith('r1', 0, ['approve'])
  store.run({ id: 'late', openedAt: 500 })
  const { approve: spec } = links('r1')
  const bring = (note: string) =>
    store.bring('late', 500, { ...spec, materials: { 'app.tgz': 'tgz r1', note }, stdout: note }, manager)
  for (const note of ['a', 'b', 'c']) bring(note)
  expect(store.verdict('r1').verdict).toBe('allow')
  bring('d')
  const { verdict, reasons } = store.verdict('r1')
  expect([verdict, reasons[0]?.code]).toEqual(['cannot-tell', 'LIMIT'])
  expect(reasons[0]?.message).toBe('More than 3 combinations of links would have to be judged.')
})
