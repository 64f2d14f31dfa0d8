import { describe, expect, test } from 'vitest'
import { applyRules, type Recorded, type RulesInput, type RulesOutcome } from './evaluate-rules.ts'
import { parseRule } from './rule.ts'
import { RuleAnswers } from './rule-answers.ts'

const files = (digit: string, ...names: string[]) => new Map(names.map((name) => [name, { sha256: digit }]))
const parsed = (...texts: readonly string[]) => texts.map((text) => parseRule(text.split(' ')))
const rules = parsed('MATCH * WITH PRODUCTS FROM build', 'CREATE new', 'DISALLOW *')
const item: Recorded = { materials: files('1', 'a'), products: files('p', 'a') }
const build: Recorded = { materials: files('m', 'a'), products: files('1', 'a') }
const question: RulesInput = { rules, list: 'materials', item, links: new Map([['build', build]]) }

/** Whether the answer to `question`, whatever it is, is taken for that to `other`. */
function isTakenFor(other: RulesInput): boolean {
  const outcome = applyRules(question)
  return [true, false].every((failed) => {
    const answers = new RuleAnswers()
    answers.remember(question, { ...outcome, trace: { ...outcome.trace, failed } })
    return answers.fails(other) === failed
  })
}

test('an answer is remembered: a list that was applied is not applied again', () => {
  expect(isTakenFor(question)).toBe(true)
  const others = new Map([...question.links, ['test', item]])
  // what no rule looks at does not matter
  expect(isTakenFor({ ...question, item: { ...item, fromStatement: false }, links: others })).toBe(true)
})

test('it fails where a rule failed, or where the reference stops at it', () => {
  const good = applyRules(question)
  const outcome = (failed: boolean, referenceFails: boolean): RulesOutcome => ({
    ...good,
    trace: { ...good.trace, failed },
    referenceFails,
  })
  for (const [failed, stops] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const) {
    const answers = new RuleAnswers()
    answers.remember(question, outcome(failed, stops))
    expect(answers.fails(question)).toBe(failed || stops)
  }
})

describe('where anything that it depends on is another, it is asked anew', () => {
  const from = (record: Recorded): RulesInput => ({ ...question, links: new Map([['build', record]]) })
  const same = { materials: files('1', 'a'), products: files('p', 'a') }

  test.each<[string, RulesInput]>([
    ['the rules', { ...question, rules: [...rules] }],
    ['the list', { ...question, list: 'products', item: { materials: item.materials, products: item.products } }],
    ['materials that are equal', { ...question, item: { ...item, materials: same.materials } }],
    ['products that are equal', { ...question, item: { ...item, products: same.products } }],
    ['who recorded them', { ...question, item: { ...item, fromStatement: true } }],
    ['the files of the other step', from({ ...build, products: files('1', 'a') })],
    ['who recorded those', from({ ...build, fromStatement: true })],
    ['that there is no such step', { ...question, links: new Map() }],
  ])('%s', (_, other) => {
    expect(isTakenFor(other)).toBe(false)
  })

  test('but not the list of the other step that no rule asks for', () => {
    expect(isTakenFor(from({ ...build, materials: files('9', 'b') }))).toBe(true)
  })

  test('that a step is there which was not', () => {
    const answers = new RuleAnswers()
    const alone = { ...question, links: new Map() }
    answers.remember(alone, applyRules(alone))
    expect(answers.fails(alone)).toBe(true)
    expect(answers.fails(question)).toBe(false)
    const statements = { ...alone, item: { ...item, fromStatement: true } }
    expect(answers.fails(statements)).toBe(true)
  })
})
