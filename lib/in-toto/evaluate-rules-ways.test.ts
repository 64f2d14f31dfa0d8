import { describe, expect, test } from 'vitest'
import { applyRules, evaluateRules, type Recorded, type RulesInput, rulesFail, sameFile } from './evaluate-rules.ts'
import type { Digests } from './report.ts'
import { parseRule } from './rule.ts'

// Rules have quick ways for what most layouts ask. None of them may answer differently, nor remember what was not asked.

const A = { sha256: 'a'.repeat(64) }
const B = { sha256: 'b'.repeat(64) }
const WEAK = { sha1: 'a'.repeat(40) }
const files = (entries: Readonly<Record<string, Digests>>) => new Map(Object.entries(entries))
const record = (
  materials: Readonly<Record<string, Digests>>,
  products: Readonly<Record<string, Digests>> = {},
  more: Pick<Recorded, 'fromStatement'> = {},
): Recorded => ({ materials: files(materials), products: files(products), ...more })
const rules = (...texts: readonly string[]) => texts.map((text) => parseRule(text.split(' ')))
const asked = (texts: readonly string[], item: Recorded, build?: Recorded): RulesInput => ({
  rules: rules(...texts),
  list: 'materials',
  item,
  links: build === undefined ? new Map() : new Map([['build', build]]),
})

describe('the same file', () => {
  const more = { ...A, sha512: 'c'.repeat(128) }
  const statement = record({}, {}, { fromStatement: true })

  test('is one of two statements by what they share, of anything else to the letter', () => {
    expect(sameFile(A, statement, more, statement)).toBe(true)
    for (const [one, other] of [
      [statement, record({})],
      [record({}), statement],
      [statement, undefined],
      [record({}), undefined],
    ] as const) {
      expect(sameFile(A, one, more, other)).toBe(false)
      expect(sameFile(A, one, { ...A }, other)).toBe(true)
    }
  })

  test('was modified in a link where any digest is another, in a statement where a shared one is', () => {
    const left = (own: Recorded) => applyRules({ ...asked(['MODIFY *'], own), list: 'products' }).leftover
    expect(left(record({ app: A }, { app: more }))).toEqual([])
    expect(left(record({ app: A }, { app: more }, { fromStatement: true }))).toEqual(['app'])
    expect(left(record({ app: A }, { app: B }, { fromStatement: true }))).toEqual([])
    expect(left(record({ app: A }, { app: A }))).toEqual(['app'])
  })
})

describe('MATCH with the very list that it is compared with', () => {
  const ONE = 'MATCH * WITH MATERIALS FROM build'

  test.each([
    ['links', A, {}],
    ['statements', A, { fromStatement: true }],
    ['links with weak digests', WEAK, {}],
    ['statements with weak digests', WEAK, { fromStatement: true }],
  ] as const)('of %s takes all of it, in every way of asking', (_, digests, more) => {
    const item = record({ app: digests, lib: digests }, {}, more)
    const input = asked([ONE, 'DISALLOW *'], item, item)
    const outcome = applyRules(input)
    // so that the verifier can say which of them prove nothing
    expect(outcome.matched[0]?.artifacts()).toEqual(['app', 'lib'])
    expect(outcome.trace.failed).toBe(false)
    expect(rulesFail(input)).toBe(false)
  })

  test('takes it only where it is one of these very rules', () => {
    const item = record({ app: WEAK, lib: WEAK }, {}, { fromStatement: true })
    for (const text of [
      'MATCH ap* WITH MATERIALS FROM build',
      'MATCH * IN . WITH MATERIALS FROM build',
      'MATCH * WITH MATERIALS IN x FROM build',
      'MATCH * WITH PRODUCTS FROM build',
      'MATCH * WITH MATERIALS FROM elsewhere',
      'CREATE *',
      'DISALLOW nothing',
    ]) {
      const input = asked([text, 'DISALLOW *'], item, item)
      expect(applyRules(input).leftover).toEqual(['app', 'lib'])
      expect(rulesFail(input)).toBe(true)
    }
  })
})

describe('prefixes', () => {
  test('that are empty are none, on either side alone', () => {
    const words = ['MATCH', '*', 'IN', 'src', 'WITH', 'PRODUCTS', 'IN', '', 'FROM', 'build']
    const input = { ...asked([], record({ 'src/app': A }), record({}, { app: A })), rules: [parseRule(words)] }
    expect(applyRules(input).leftover).toEqual([])
    const deeper = { ...input, links: new Map([['build', record({}, { '/app': A, 'src/app': A })]]) }
    expect(applyRules(deeper).leftover).toEqual(['src/app'])
  })

  test('cut nothing off where there are none: absolute names and backslashes end no reference', () => {
    for (const name of ['/abs', 'a\\b']) {
      const input = asked(['MATCH * WITH PRODUCTS FROM build'], record({ [name]: A }), record({}, { [name]: A }))
      expect(applyRules(input).referenceFails).toBe(false)
      expect(rulesFail(input)).toBe(false)
    }
  })
})

test('what stays says whether the other side has it, and which rule is of another step', () => {
  const input = asked(
    ['MATCH * WITH PRODUCTS FROM build', 'ALLOW x'],
    record({ app: A, changed: A, lib: A }),
    record({}, { changed: B }),
  )
  const [match, allow] = evaluateRules(input).rules
  expect(match?.left.map(({ artifact, why }) => `${artifact} ${why}`)).toEqual([
    'app source-missing',
    'changed digest-differs',
    'lib source-missing',
  ])
  expect(match?.from).toBe('build')
  expect(Object.keys(allow ?? {})).not.toContain('from')
})

test('what is kept of comparing two lists depends on who recorded them, which a list does not say', () => {
  const [took, made] = [files({ a: A }), files({ a: { ...A, sha512: 'c'.repeat(128) } })]
  const by = (statement: boolean) => (statement ? { fromStatement: true } : {})
  const of = (item: boolean, from: boolean): RulesInput => ({
    rules: rules('MATCH * WITH PRODUCTS FROM build', 'DISALLOW *'),
    list: 'materials',
    item: { materials: took, products: took, ...by(item) },
    links: new Map([['build', { materials: made, products: made, ...by(from) }]]),
  })
  const sides = [true, false].flatMap((item) => [true, false].map((from) => [item, from] as const))
  for (const before of sides) {
    for (const [item, from] of sides) {
      applyRules(of(...before))
      expect(rulesFail(of(item, from))).toBe(!(item && from))
      expect(applyRules(of(item, from)).trace.failed).toBe(!(item && from))
    }
  }
})
