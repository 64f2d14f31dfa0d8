// Longer than most: the one rule engine, by example, by a plain second reading, and by properties.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { compareCodePoints, jsonObject } from '#lib/crypto/index.ts'
import { describeShared } from '#lib/testing/shared-data.ts'
import { applyRules, evaluateRules, type Recorded, type RulesInput, rulesFail } from './evaluate-rules.ts'
import { matchGlob } from './glob.ts'
import type { Artifacts } from './link.ts'
import { parseLinkDocument } from './link.ts'
import { parseRule, ruleText } from './rule.ts'
import { RuleAnswers } from './rule-answers.ts'

const files = (entries: Record<string, string>): Artifacts =>
  new Map(Object.entries(entries).map(([path, digest]) => [path, { sha256: digest }]))

const recorded = (materials: Record<string, string>, products: Record<string, string>): Recorded => ({
  materials: files(materials),
  products: files(products),
})

const rule = (text: string) => parseRule(text.split(' '))

function evaluate(
  texts: string[],
  item: Recorded,
  others: Record<string, Recorded> = {},
  list: 'materials' | 'products' = 'products',
) {
  return evaluateRules({ rules: texts.map(rule), list, item, links: new Map(Object.entries({ ...others, item })) })
}

describe('each rule takes what it is about and nothing else', () => {
  const item = recorded({ kept: '1', changed: '1', gone: '1' }, { kept: '1', changed: '2', made: '1' })

  test.each([
    ['CREATE *', 'products', ['changed', 'kept']],
    ['MODIFY *', 'products', ['kept', 'made']],
    ['ALLOW k*', 'products', ['changed', 'made']],
    ['DELETE *', 'products', ['changed', 'kept', 'made']],
    ['DELETE *', 'materials', ['changed', 'kept']],
    ['CREATE *', 'materials', ['changed', 'gone', 'kept']],
  ] as const)('%s in %s leaves %j', (text, list, left) => {
    const trace = evaluate([text], item, {}, list)
    expect([...trace.leftover].sort()).toEqual([...left])
    expect(trace.failed).toBe(false)
  })

  test('what is left passes; DISALLOW makes it fail; a file taken before is not there for REQUIRE', () => {
    expect(evaluate(['CREATE made'], item).failed).toBe(false)
    expect(evaluate(['CREATE made', 'DISALLOW *'], item).failed).toBe(true)
    expect(evaluate(['REQUIRE made', 'CREATE made'], item).failed).toBe(false)
    expect(evaluate(['CREATE made', 'REQUIRE made'], item).failed).toBe(true)
    expect(evaluate(['REQUIRE m*de'], item).failed).toBe(true)
  })
})

describe('MATCH', () => {
  const source = recorded({}, { 'dist/app': 'a', 'dist/lib': 'b' })

  test('says why each file stayed', () => {
    const item = recorded({}, { 'in/app': 'a', 'in/lib': 'x', 'in/new': 'c', other: 'd' })
    const trace = evaluate(['MATCH * IN in WITH PRODUCTS IN dist FROM build'], item, { build: source })
    expect(trace.rules[0]?.consumedNames).toEqual(['in/app'])
    expect(trace.rules[0]?.left.map(({ artifact, why }) => [artifact, why])).toEqual([
      ['in/lib', 'digest-differs'],
      ['in/new', 'source-missing'],
      ['other', 'prefix'],
    ])
    expect(trace.rules[0]?.left[0]).toMatchObject({ expected: { sha256: 'b' }, found: { sha256: 'x' } })
  })

  test('takes nothing where the step has no link, and says so', () => {
    const trace = evaluate(['MATCH * WITH PRODUCTS FROM build'], recorded({}, { app: 'a' }))
    expect(trace.rules[0]?.left).toEqual([{ artifact: 'app', why: 'source-step-missing' }])
  })

  test.each(['src', 'src/'])('IN %s is a folder: srcfoo/x is not in it', (prefix) => {
    const item = recorded({}, { 'src/app': 'a', 'srcfoo/app': 'a', app: 'a' })
    const other = recorded({}, { app: 'a' })
    const trace = evaluate([`MATCH * IN ${prefix} WITH PRODUCTS FROM build`], item, { build: other })
    expect(trace.rules[0]?.consumedNames).toEqual(['src/app'])
  })

  test('compares whole digest sets: one algorithm more is a difference', () => {
    const item = { materials: new Map(), products: new Map([['app', { sha256: 'a', sha512: 'b' }]]) }
    const other = { materials: new Map(), products: new Map([['app', { sha256: 'a' }]]) }
    const trace = evaluate(['MATCH * WITH PRODUCTS FROM build'], item, { build: other })
    expect(trace.rules[0]?.left[0]?.why).toBe('digest-differs')
  })

  test.each([
    ['link', 'link', false],
    ['link', 'statement', false],
    ['statement', 'link', false],
    ['statement', 'statement', true],
  ] as const)('a %s beside a %s: an algorithm more is the same file: %s', (one, other, same) => {
    const sets = { less: { sha256: 'a'.repeat(64) }, more: { sha256: 'a'.repeat(64), sha512: 'b'.repeat(128) } }
    const taken = ['MATCH *', 'MATCH * IN d', 'MATCH * IN in'].map((head, at) => {
      const [own, theirs] =
        [['app', 'app'] as const, ['d/app', 'd/app'] as const, ['in/app', 'out/app'] as const][at] ?? []
      const text = `${head} WITH PRODUCTS ${['', 'IN d ', 'IN out '][at]}FROM build`
      const item = {
        materials: new Map(),
        products: new Map([[own ?? '', sets.less]]),
        fromStatement: one === 'statement',
      }
      const build = {
        materials: new Map(),
        products: new Map([[theirs ?? '', sets.more]]),
        fromStatement: other === 'statement',
      }
      return evaluate([text], item, { build }).leftover.length === 0
    })
    expect(taken).toEqual([same, same, same])
  })

  test('an absolute name keeps its place, whatever folder the other side is looked for in', () => {
    const item = recorded({}, { '/etc/app': 'a', lib: 'b' })
    const build = recorded({}, { '/etc/app': 'a', 'out/lib': 'b', 'out//etc/app': 'x' })
    expect(evaluate(['MATCH * WITH PRODUCTS IN out FROM build'], item, { build }).leftover).toEqual([])
  })

  test('an empty prefix is none', () => {
    const build = recorded({}, { app: 'a' })
    for (const words of [
      ['MATCH', '*', 'IN', '', 'WITH', 'PRODUCTS', 'FROM', 'build'],
      ['MATCH', '*', 'WITH', 'PRODUCTS', 'IN', '', 'FROM', 'build'],
    ]) {
      const input = { rules: [parseRule(words)], list: 'products' as const, item: recorded({}, { app: 'a' }) }
      const links = new Map([['build', build]])
      expect(evaluateRules({ ...input, links }).leftover).toEqual([])
      const deeper = evaluateRules({ ...input, links: new Map([['build', recorded({}, { '/app': 'a' })]]) })
      expect(deeper.leftover).toEqual(['app'])
    }
  })

  test('names of prototypes are ordinary names', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
    const item = { materials: new Map(), products: new Map(names.map((name) => [name, { sha256: 'a' }])) }
    const empty = recorded({}, {})
    expect(evaluate(['MATCH * WITH PRODUCTS FROM build'], item, { build: empty }).leftoverCount).toBe(4)
    expect(evaluate(['MATCH * WITH PRODUCTS FROM build', 'DISALLOW *'], item, { build: item }).failed).toBe(false)
  })
})

test('200,000 files and 200 rules come to an end within the time of the test', () => {
  const products = new Map(Array.from({ length: 200_000 }, (_, i) => [`dir${i % 100}/file${i}.js`, { sha256: 'ab' }]))
  const item = { materials: new Map(), products }
  const rules = Array.from({ length: 199 }, (_, i) => rule(`MATCH dir${i}/*.css WITH PRODUCTS FROM item`))
  const outcome = applyRules({
    rules: [...rules, rule('ALLOW *')],
    list: 'products',
    item,
    links: new Map([['item', item]]),
  })
  expect(outcome.trace.leftoverCount).toBe(0)
}, 60_000)

describe('a plain reading of the specification', () => {
  const NAMES = ['a', 'b', 'src/a', 'src/b', 'src//a', 'out/a', 'srcx/a', '\u{1f600}', '\uffee'] as const
  const digests = fc.constantFrom('1', '2')
  const artifacts = fc.dictionary(fc.constantFrom(...NAMES), digests, { maxKeys: 6 })
  const prefix = fc.constantFrom('', ' IN src', ' IN src/', ' IN out')
  const pattern = fc.constantFrom('*', 'a', 'src/*', '*a', '[ab]', '?', '*x*')
  const ruleTexts = fc.array(
    fc.oneof(
      fc
        .tuple(fc.constantFrom('CREATE', 'DELETE', 'MODIFY', 'ALLOW', 'DISALLOW', 'REQUIRE'), pattern)
        .map((words) => words.join(' ')),
      fc
        .tuple(
          pattern,
          prefix,
          fc.constantFrom('MATERIALS', 'PRODUCTS'),
          prefix,
          fc.constantFrom('other', 'item', 'none'),
        )
        .map(
          ([glob, source, list, destination, from]) => `MATCH ${glob}${source} WITH ${list}${destination} FROM ${from}`,
        ),
    ),
    { maxLength: 5 },
  )
  const worlds = fc.record({
    item: fc.tuple(artifacts, artifacts),
    other: fc.tuple(artifacts, artifacts),
    /** the other step lists the very same files, in one table */
    same: fc.boolean(),
    list: fc.constantFrom('materials' as const, 'products' as const),
    texts: ruleTexts,
  })

  /** The queue as verify_item_rules has it, one file at a time. */
  function plainly(texts: readonly string[], list: 'materials' | 'products', links: ReadonlyMap<string, Recorded>) {
    const item = links.get('item') ?? recorded({}, {})
    let queue = [...item[list].keys()]
    let fails = false
    const digestIn = (one: Recorded | undefined, side: 'materials' | 'products', name: string) =>
      one?.[side].get(name)?.sha256
    for (const text of texts) {
      const one = rule(text)
      if (one.keyword === 'REQUIRE') {
        if (!queue.includes(one.pattern)) fails = true
        continue
      }
      const taken = queue.filter((name) => {
        const [before, after] = [digestIn(item, 'materials', name), digestIn(item, 'products', name)]
        if (one.keyword === 'MATCH') {
          const folder = one.sourcePrefix ? `${one.sourcePrefix.replace(/\/$/, '')}/` : ''
          const rest = name.slice(folder.length)
          if (!name.startsWith(folder) || !matchGlob(one.pattern, rest) || (folder !== '' && rest.startsWith('/')))
            return false
          const there = one.destinationPrefix ? `${one.destinationPrefix.replace(/\/$/, '')}/${rest}` : rest
          const expected = digestIn(links.get(one.from), one.with, there)
          return expected !== undefined && expected === digestIn(item, list, name)
        }
        if (!matchGlob(one.pattern, name)) return false
        if (one.keyword === 'CREATE') return before === undefined && after !== undefined
        if (one.keyword === 'DELETE') return before !== undefined && after === undefined
        if (one.keyword === 'MODIFY') return before !== undefined && after !== undefined && before !== after
        return true
      })
      if (one.keyword === 'DISALLOW') fails ||= taken.length > 0
      else queue = queue.filter((name) => !taken.includes(name))
    }
    return { left: queue, fails }
  }

  test('takes and leaves the same files, and fails where it does, whatever tables are shared', () => {
    let failing = 0
    fc.assert(
      fc.property(worlds, ({ item: [materials, products], other: [from, made], same, list, texts }) => {
        const item = recorded(materials, products)
        const links = new Map([
          ['item', item],
          ['other', same ? { materials: item[list], products: item[list] } : recorded(from, made)],
        ])
        const expected = plainly(texts, list, links)
        const outcome = applyRules({ rules: texts.map(rule), list, item, links })
        expect([...outcome.leftover]).toEqual(expected.left)
        expect(outcome.failures.length > 0).toBe(expected.fails)
        expect([...outcome.trace.leftover]).toEqual(expected.left.toSorted(compareCodePoints))
        if (expected.fails) failing++
        // without saying why: asked anew, and where the answer is known
        const again = { rules: texts.map(rule), list, item, links }
        expect(rulesFail(again)).toBe(expected.fails || outcome.referenceFails)
        const answers = new RuleAnswers()
        answers.remember(again, applyRules(again))
        expect(answers.fails(again)).toBe(expected.fails || outcome.referenceFails)
        const others = { ...again, item: recorded({}, {}) }
        expect(answers.fails(others)).toBe(rulesFail(others))
      }),
      { numRuns: 2_000, seed: 20_260_601 },
    )
    expect(failing).toBeGreaterThan(300)
  })
})

describe('reading rules', () => {
  test.each([
    'CREATE *',
    'delete foo',
    'MATCH a WITH PRODUCTS FROM b',
    'MATCH a IN b WITH materials FROM c',
    'MATCH a WITH PRODUCTS IN b FROM c',
    'match a in b with PRODUCTS in c from d',
  ])('%s is a rule and prints as written', (text) => {
    expect(ruleText(rule(text))).toBe(text)
  })

  test.each([
    '',
    'CREATE',
    'CREATE a b',
    'PERMIT a',
    'DIſALLOW a',
    'MATCH a WITH PRODUCT FROM b',
    'MATCH a FROM b',
    'MATCH a WITH PRODUCTS FROM b c',
    'MATCH a IN b IN c WITH PRODUCTS FROM d',
    'MATCH a UNDER b WITH PRODUCTS FROM d',
    'MATCH a WITH PRODUCTS UNDER b FROM d',
    'MATCH a IN b AND PRODUCTS FROM d',
    'MATCH a AND PRODUCTS FROM d',
    'MATCH a WITH PRODUCTS OF d',
    'MATCH a WITH PRODUCTS IN b OF d',
  ])('%j is none', (text) => {
    expect(() => rule(text)).toThrowError(expect.objectContaining({ code: 'LAYOUT_INVALID' }))
  })

  test('tokens with blanks are quoted, so that a rule reads as it is', () => {
    expect(ruleText(parseRule(['ALLOW', 'my file']))).toBe('ALLOW "my file"')
    expect(ruleText(parseRule(['ALLOW', '"']))).toBe('ALLOW "\\""')
    expect(ruleText(parseRule(['ALLOW', '']))).toBe('ALLOW ""')
  })
})

describe('properties', () => {
  const name = fc.constantFrom('a', 'b', 'src/a', 'src/b', 'dist/a')
  const digest = fc.constantFrom('11', '22')
  const artifacts = fc.dictionary(name, digest).map((entries) => files(entries))
  const record = fc.record({ materials: artifacts, products: artifacts })
  const pattern = fc.constantFrom('*', 'a', 'src/*', '?', '[!a]')
  const anyRule = fc.oneof(
    fc
      .tuple(fc.constantFrom('CREATE', 'DELETE', 'MODIFY', 'ALLOW', 'DISALLOW', 'REQUIRE'), pattern)
      .map((tokens) => parseRule(tokens)),
    pattern.map((text) => rule(`MATCH ${text} WITH PRODUCTS FROM other`)),
    pattern.map((text) => rule(`MATCH ${text} IN src WITH MATERIALS IN dist FROM other`)),
  )

  test('adding a DISALLOW never makes a failing list pass', () => {
    fc.assert(
      fc.property(fc.array(anyRule), record, record, pattern, fc.nat(), (rules, item, other, extra, at) => {
        const links = new Map([
          ['item', item],
          ['other', other],
        ])
        const run = (list: typeof rules) => evaluateRules({ rules: list, list: 'products', item, links }).failed
        const place = at % (rules.length + 1)
        const more = [...rules.slice(0, place), rule(`DISALLOW ${extra}`), ...rules.slice(place)]
        if (run(rules)) expect(run(more)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('every file is taken once or left: the numbers of the trace add up', () => {
    fc.assert(
      fc.property(fc.array(anyRule), record, record, (rules, item, other) => {
        const links = new Map([
          ['item', item],
          ['other', other],
        ])
        const trace = evaluateRules({ rules, list: 'materials', item, links })
        const taken = trace.rules.reduce((sum, { consumed }) => sum + consumed, 0)
        expect(taken + trace.leftoverCount).toBe(item.materials.size)
        for (const { left } of trace.rules) expect(left.length).toBe(trace.leftover.length)
      }),
      { numRuns: 500 },
    )
  })
})

const vectorSchema = z.object({
  cases: z.array(
    z.object({
      title: z.string(),
      item: z.string(),
      type: z.enum(['materials', 'products']),
      rules: z.array(z.array(z.string())),
      links: z.record(z.string(), z.looseObject({ materials: z.unknown(), products: z.unknown() })),
      python: z.object({
        pass: z.boolean(),
        error: z.string().optional(),
        queue_after: z.array(z.string()).optional(),
      }),
    }),
  ),
})

function asRecorded(link: { materials: unknown; products: unknown }): Recorded {
  const toMap = (value: unknown) =>
    new Map(
      Object.entries(z.record(z.string(), z.record(z.string(), z.string())).parse(value)).map(([path, digests]) => [
        path,
        new Map(Object.entries(digests)),
      ]),
    )
  return parseLinkDocument(
    jsonObject({
      name: 'x',
      materials: toMap(link.materials),
      products: toMap(link.products),
      byproducts: new Map(),
      environment: new Map(),
      command: [],
    }),
  )
}

describeShared('rule vectors', 'vectors/functions/rules.json', (bytes) => {
  const { cases } = vectorSchema.parse(JSON.parse(bytes.toString()))
  test('all 50 are here', () => expect(cases.length).toBe(50))

  test.each(cases.map((one) => [one.title, one] as const))('%s', (_, one) => {
    const links = new Map(Object.entries(one.links).map(([name, link]) => [name, asRecorded(link)]))
    const item = links.get(one.item)
    if (item === undefined) throw new Error('the case has no item')
    const run = () => {
      try {
        return applyRules({ rules: one.rules.map((tokens) => parseRule(tokens)), list: one.type, item, links })
      } catch {
        return null
      }
    }
    const outcome = run()
    const passes = outcome !== null && outcome.failures.length === 0 && !outcome.referenceFails
    expect(passes).toBe(one.python.pass)
    if (one.python.queue_after !== undefined)
      expect([...(outcome?.leftover ?? [])].sort()).toEqual([...one.python.queue_after].sort())
  })
})

describe('a prefix that was cut off and cannot be put back', () => {
  const asked = (rule: string, names: readonly string[], made: readonly string[] = names): RulesInput => ({
    rules: [parseRule(rule.split(' ')), parseRule(['DISALLOW', '*'])],
    list: 'materials',
    item: { materials: new Map(names.map((name) => [name, { sha256: name }])), products: new Map() },
    links: new Map([
      ['build', { materials: new Map(), products: new Map(made.map((name) => [name, { sha256: name }])) }],
    ]),
  })
  const MATCH = 'MATCH * IN src WITH PRODUCTS IN src FROM build'

  test.each([
    ['a slash behind the prefix', ['src//abs'], true],
    ['a backslash behind the prefix', ['src/a\\b'], true],
    ['a backslash elsewhere', ['x\\y'], false],
    ['a slash at the end', ['src/a/'], false],
    ['nothing odd', ['src/a'], false],
    ['one odd name behind others', ['src/a', 'b', 'src//c'], true],
  ])('%s ends the reference or not', (_, names, fails) => {
    const input = asked(MATCH, names)
    expect(applyRules(input).referenceFails).toBe(fails)
    expect(rulesFail({ ...input, rules: [...input.rules.slice(0, 1)] })).toBe(fails)
  })

  test('only where the rest fits the pattern, there is a prefix, and a link to look in', () => {
    expect(applyRules(asked('MATCH x* IN src WITH PRODUCTS FROM build', ['src//abs'])).referenceFails).toBe(false)
    expect(applyRules(asked('MATCH * WITH PRODUCTS FROM build', ['src//abs'])).referenceFails).toBe(false)
    expect(applyRules(asked('MATCH * IN src WITH PRODUCTS FROM nowhere', ['src//abs'])).referenceFails).toBe(false)
    expect(applyRules(asked('MATCH * IN other WITH PRODUCTS FROM build', ['src//abs'])).referenceFails).toBe(false)
  })

  test('only files below the prefix are cut', () => {
    // behind its first four letters, as many as the prefix has, it would begin with a slash
    const item = recorded({ 'abcd/x': '1', 'odd\\name': '1' }, {})
    const links = new Map([['build', recorded({}, {})]])
    const rules = ['MATCH * IN src WITH PRODUCTS FROM build', 'ALLOW *', 'DISALLOW *'].map(rule)
    expect(rulesFail({ rules, list: 'materials', item, links })).toBe(false)
  })

  test('takes no such file itself, whatever the other side has', () => {
    const left = (rule: string, names: readonly string[], made: readonly string[]) =>
      applyRules(asked(rule, names, made)).trace.rules[0]?.left
    expect(left(MATCH, ['src//abs'], ['/abs', 'src//abs', 'src/abs'])).toEqual([
      { artifact: 'src//abs', why: 'prefix' },
    ])
    expect(left(MATCH, ['src/a\\b'], ['src/a\\b', 'src/a/b'])).toEqual([{ artifact: 'src/a\\b', why: 'prefix' }])
    // without a prefix nothing was cut
    expect(applyRules(asked('MATCH * WITH PRODUCTS FROM build', ['/abs', 'a\\b'])).leftover).toEqual([])
  })
})

describe('whether a list fails', () => {
  const files = (digit: string, ...names: string[]) => new Map(names.map((name) => [name, { sha256: digit }]))
  const rules = ['MATCH * WITH PRODUCTS FROM build', 'DISALLOW *'].map((text) => parseRule(text.split(' ')))
  const asked = (took: string, made: string, more: Partial<RulesInput> = {}): RulesInput => ({
    rules,
    list: 'materials',
    item: { materials: files(took, 'a'), products: files('p', 'a') },
    links: new Map([['build', { materials: files('m', 'a'), products: files(made, 'a') }]]),
    ...more,
  })

  test('of a step without a link to a statement, nothing is taken', () => {
    const item = { materials: files('1', 'a'), products: new Map(), fromStatement: true }
    expect(rulesFail({ ...asked('1', '1'), item, links: new Map() })).toBe(true)
    const lost = ['MATCH * IN src WITH PRODUCTS FROM build'].map((text) => parseRule(text.split(' ')))
    expect(
      rulesFail({
        ...asked('1', '1'),
        rules: lost,
        item: { ...item, materials: files('1', 'src//a') },
        links: new Map(),
      }),
    ).toBe(false)
  })

  test('REQUIRE is asked of an empty list too', () => {
    const none = { materials: new Map(), products: new Map() }
    expect(rulesFail({ ...asked('1', '1'), item: none, rules: [parseRule(['REQUIRE', 'a'])] })).toBe(true)
    expect(rulesFail({ ...asked('1', '1'), item: none, rules: [parseRule(['DISALLOW', '*'])] })).toBe(false)
  })
})

describe('the trace', () => {
  const digest = (text: string) => ({ sha256: text.repeat(64) })

  test('of a MATCH says from where, and shows both digests of what differs', () => {
    const { trace } = applyRules({
      rules: ['MATCH * WITH PRODUCTS FROM build', 'ALLOW b', 'DISALLOW *'].map((text) => parseRule(text.split(' '))),
      list: 'materials',
      item: {
        materials: new Map([
          ['a', digest('a')],
          ['b', digest('b')],
          ['c', digest('c')],
        ]),
        products: new Map(),
      },
      links: new Map([
        [
          'build',
          {
            materials: new Map(),
            products: new Map([
              ['a', digest('d')],
              ['c', digest('c')],
            ]),
          },
        ],
      ]),
    })
    expect(trace).toEqual({
      rules: [
        {
          list: 'materials',
          index: 0,
          text: 'MATCH * WITH PRODUCTS FROM build',
          keyword: 'MATCH',
          from: 'build',
          before: 3,
          consumed: 1,
          consumedNames: ['c'],
          left: [{ artifact: 'a', why: 'digest-differs', expected: digest('d'), found: digest('a') }],
          failed: false,
        },
        {
          list: 'materials',
          index: 1,
          text: 'ALLOW b',
          keyword: 'ALLOW',
          before: 2,
          consumed: 1,
          consumedNames: ['b'],
          left: [{ artifact: 'a', why: 'pattern' }],
          failed: false,
        },
        {
          list: 'materials',
          index: 2,
          text: 'DISALLOW *',
          keyword: 'DISALLOW',
          before: 1,
          consumed: 0,
          consumedNames: [],
          left: [{ artifact: 'a', why: 'disallowed' }],
          failed: true,
        },
      ],
      leftover: ['a'],
      leftoverCount: 1,
      failed: true,
    })
  })

  test('lists names by code point, at most a hundred, whatever order they came in', () => {
    const leftoverOf = (names: readonly string[]) =>
      evaluateRules({
        rules: [],
        list: 'products',
        item: { materials: new Map(), products: new Map(names.map((name) => [name, digest('a')])) },
        links: new Map(),
      }).leftover
    expect(leftoverOf(['b', 'a', 'c'])).toEqual(['a', 'b', 'c'])
    expect(leftoverOf(['a', 'c', 'b'])).toEqual(['a', 'b', 'c'])
    expect(leftoverOf(['\uffff', '😀'])).toEqual(['\uffff', '😀'])
    expect(leftoverOf(['😀', '\uffff'])).toEqual(['\uffff', '😀'])
    const many = Array.from({ length: 150 }, (_, index) => `f${String(index).padStart(3, '0')}`)
    expect(leftoverOf(many)).toEqual(many.slice(0, 100))
    expect(leftoverOf(many.toReversed())).toEqual(many.slice(0, 100))
  })

  test('of REQUIRE and of prefixes that no folder has', () => {
    const left = (rule: string) =>
      evaluateRules({
        rules: [parseRule(rule.split(' '))],
        list: 'products',
        item: { materials: new Map(), products: new Map([['a', digest('a')]]) },
        links: new Map([['build', { materials: new Map(), products: new Map([['a', digest('b')]]) }]]),
      }).rules[0]?.left
    expect(left('REQUIRE a')).toEqual([{ artifact: 'a', why: 'pattern' }])
    expect(left('MATCH * IN src WITH PRODUCTS FROM build')).toEqual([{ artifact: 'a', why: 'prefix' }])
    expect(left('MATCH * WITH PRODUCTS IN dist FROM build')).toEqual([{ artifact: 'a', why: 'source-missing' }])
    expect(left('MATCH b WITH PRODUCTS FROM build')).toEqual([{ artifact: 'a', why: 'pattern' }])
    expect(left('MATCH * WITH PRODUCTS FROM nowhere')).toEqual([{ artifact: 'a', why: 'source-step-missing' }])
  })

  test('of the very list that it is compared with: all is taken, but not under a prefix', () => {
    const made = new Map([
      ['a', digest('a')],
      ['dist/b', digest('b')],
    ])
    const item = { materials: made, products: made }
    const taken = (rule: string) =>
      applyRules({
        rules: [parseRule(rule.split(' '))],
        list: 'materials',
        item,
        links: new Map([['build', item]]),
      }).matched[0]?.artifacts()
    expect(taken('MATCH * WITH PRODUCTS FROM build')).toEqual(['a', 'dist/b'])
    expect(taken('MATCH a WITH PRODUCTS FROM build')).toEqual(['a'])
    expect(taken('MATCH * IN dist WITH PRODUCTS FROM build')).toEqual([])
    expect(taken('MATCH * WITH PRODUCTS IN dist FROM build')).toEqual([])
    expect(taken('MATCH * IN dist WITH PRODUCTS IN dist FROM build')).toEqual(['dist/b'])
    expect(taken('MATCH * IN dist/ WITH PRODUCTS IN dist/ FROM build')).toEqual(['dist/b'])
  })
})
