// Longer than most: each reason why a rule fails or leaves a file, with all that the report says of it.
import { describe, expect, test } from 'vitest'
import type { Recorded } from '../evaluate-rules.ts'
import type { Digests } from '../report.ts'
import { parseRule } from '../rule.ts'
import { type Finding, Findings } from './findings.ts'
import { type ItemRulesInput, verifyItemRules } from './item-rules.ts'

// What one rule list is found to say, to the letter: reasons are what people act upon.

const hex = (digit: string): Digests => ({ sha256: digit.repeat(64) })
type Files = Readonly<Record<string, Digests>>

function record(materials: Files, products: Files = {}, fromStatement = false): Recorded {
  const base = { materials: new Map(Object.entries(materials)), products: new Map(Object.entries(products)) }
  return fromStatement ? { ...base, fromStatement } : base
}

interface Asked extends Partial<Omit<ItemRulesInput, 'rules' | 'links' | 'absent'>> {
  readonly links?: Readonly<Record<string, Recorded>>
  readonly absent?: Readonly<Record<string, Finding>>
}

function found(
  rules: readonly string[],
  materials: Files | Recorded,
  { links = {}, absent = {}, ...more }: Asked = {},
) {
  const findings = new Findings()
  const item = 'products' in materials && materials.products instanceof Map ? (materials as Recorded) : null
  const outcome = verifyItemRules(
    {
      kind: 'step',
      name: 'pack',
      list: 'materials',
      rules: rules.map((text) => parseRule(text.split(' '))),
      item: item ?? record(materials as Files),
      links: new Map(Object.entries(links)),
      absent: new Map(Object.entries(absent)),
      evidence: ['doc'],
      ...more,
    },
    findings,
  )
  return { all: findings.all, checks: findings.checks, outcome }
}

const cause: Finding = {
  code: 'STEP_MISSING',
  severity: 'deny',
  message: 'There is no link.',
  step: 'build',
  strictOnly: false,
  because: null,
}

describe('a file that is left over', () => {
  test('by DISALLOW is named with its digest and the rule', () => {
    expect(found(['DISALLOW *'], { evil: hex('e') }).all).toEqual([
      {
        code: 'ARTIFACT_UNEXPECTED',
        severity: 'deny',
        message: 'Step pack lists evil among its materials, and no rule allows it: DISALLOW * refuses what is left.',
        step: 'pack',
        artifact: 'evil',
        strictOnly: false,
        rule: { list: 'materials', index: 0, text: 'DISALLOW *' },
        found: hex('e'),
        because: null,
      },
    ])
  })

  test('among several says how many, and names at most twenty', () => {
    const files = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`f${index}`, hex('e')]))
    const { all } = found(['ALLOW f1*', 'DISALLOW *'], files)
    expect(all.length).toBe(14)
    expect(all[0]?.message).toContain(' refuses what is left (14 such files).')
    expect(all[0]?.rule).toEqual({ list: 'materials', index: 1, text: 'DISALLOW *' })
    expect(found(['DISALLOW *'], files).all.length).toBe(20)
    expect(found(['DISALLOW *'], { a: hex('a'), b: hex('b') }).all[1]?.message).toContain('(2 such files)')
  })

  test('by no rule at all passes with a warning that is ours alone', () => {
    expect(found(['ALLOW a'], { a: hex('a'), b: hex('b'), c: hex('c') }).all).toEqual([
      {
        code: 'UNCONSUMED_ARTIFACTS',
        severity: 'warning',
        message:
          '2 file(s) among the materials of pack pass because no rule speaks about them, b first. End the list with DISALLOW *.',
        step: 'pack',
        artifact: 'b',
        strictOnly: true,
        because: null,
      },
    ])
    expect(found(['ALLOW *'], { a: hex('a') }).all).toEqual([])
    // where a rule failed, what is left over besides it is not the point
    expect(found(['DISALLOW a'], { a: hex('a'), b: hex('b') }).all.map(({ code }) => code)).toEqual([
      'ARTIFACT_UNEXPECTED',
    ])
  })

  test('whose name fits a DISALLOW but for letter case or Unicode form is told as well', () => {
    const twins = (name: string) =>
      found(['ALLOW e*', 'DISALLOW évil', 'REQUIRE x'], { [name]: hex('a'), x: hex('b') }).all
    for (const name of ['ÉVIL', 'E\u0301vil']) {
      expect(twins(name).find(({ code }) => code === 'CONFUSABLE_NAME')).toEqual({
        code: 'CONFUSABLE_NAME',
        severity: 'warning',
        message: `${name} among the materials of pack passes DISALLOW évil by letter case or Unicode form alone.`,
        step: 'pack',
        artifact: name,
        strictOnly: true,
        rule: { list: 'materials', index: 1, text: 'DISALLOW évil' },
        because: null,
      })
    }
    expect(twins('other').map(({ code }) => code)).toEqual(['UNCONSUMED_ARTIFACTS'])
    // an ALLOW forbids nothing
    expect(found(['ALLOW evil'], { EVIL: hex('a') }).all.map(({ code }) => code)).toEqual(['UNCONSUMED_ARTIFACTS'])
    expect(found(['DISALLOW straße'], { STRASSE: hex('a') }).all.map(({ code }) => code)).toEqual([
      'UNCONSUMED_ARTIFACTS',
    ])
  })
})

describe('REQUIRE', () => {
  const reason = (rules: readonly string[], files: Files) => found(rules, files).all[0]

  test('of a file that is not there', () => {
    expect(reason(['ALLOW *', 'REQUIRE a'], { b: hex('b') })).toEqual({
      code: 'ARTIFACT_REQUIRED_MISSING',
      severity: 'deny',
      message: 'Step pack must have a among its materials, and it is not there.',
      step: 'pack',
      artifact: 'a',
      strictOnly: false,
      rule: { list: 'materials', index: 1, text: 'REQUIRE a' },
      because: null,
    })
  })

  test('of a file that an earlier rule took', () => {
    expect(reason(['ALLOW *', 'REQUIRE a'], { a: hex('a') })?.message).toBe(
      'Step pack must still have a among its materials at this point, and an earlier rule already took it.',
    )
  })
})

describe('MATCH', () => {
  const RULES = ['MATCH * WITH PRODUCTS FROM build', 'DISALLOW *']
  const modified = (made: Digests, took: Digests, more: Asked = {}, rules = RULES) =>
    found(rules, { app: took }, { links: { build: record({}, { app: made }) }, ...more }).all

  test('of a file that is the same finds nothing', () => {
    expect(modified(hex('a'), hex('a'))).toEqual([])
  })

  test('of a file that was changed shows both digests and the step', () => {
    const [first, second] = modified(hex('a'), hex('b'))
    expect(first).toEqual({
      code: 'ARTIFACT_MODIFIED',
      severity: 'deny',
      message:
        'app is not what step build recorded: expected sha256 aaaaaaaaaaaa…, found bbbbbbbbbbbb…. It was changed between build and pack.',
      step: 'pack',
      artifact: 'app',
      strictOnly: false,
      expected: hex('a'),
      found: hex('b'),
      counterpart: 'build',
      rule: { list: 'materials', index: 0, text: 'MATCH * WITH PRODUCTS FROM build' },
      because: null,
    })
    expect(second).toMatchObject({ code: 'ARTIFACT_UNEXPECTED', because: first })
  })

  test.each<[string, Digests, Digests, string]>([
    ['letter case', { sha256: 'aa' }, { sha256: 'AA' }, 'sha256 differs in letter case only.'],
    [
      'the second algorithm',
      { md5: 'aa', sha256: 'bb' },
      { md5: 'aa', sha256: 'cc' },
      'expected sha256 bb…, found cc….',
    ],
    ['an algorithm that one lacks', { md5: 'aa', sha256: 'bb' }, { sha256: 'cc' }, 'expected sha256 bb…, found cc….'],
    ['no algorithm in common', { sha512: 'aa' }, { sha256: 'aa', md5: 'b' }, 'expected sha512, found sha256, md5.'],
    ['no digest', {}, { sha256: 'aa' }, 'expected no digest, found sha256.'],
    ['one algorithm more', { sha256: 'aa' }, { sha256: 'aa', md5: 'bb' }, 'expected sha256, found sha256, md5.'],
  ])('says in what digests differ: %s', (_, made, took, words) => {
    expect(modified(made, took)[0]?.message).toContain(`recorded: ${words}`)
  })

  test('of the same name in another step, before the rule that refuses it, not behind', () => {
    const rules = ['DISALLOW *', 'MATCH * WITH PRODUCTS FROM build']
    expect(modified(hex('a'), hex('b'), {}, rules).map(({ code }) => code)).toEqual(['ARTIFACT_UNEXPECTED'])
    expect(found(rules, { app: hex('a') }, { absent: { build: cause } }).all.map(({ code }) => code)).toEqual([
      'ARTIFACT_UNEXPECTED',
    ])
  })

  test('that does not look for the file blames nobody', () => {
    const rules = [
      'ALLOW x',
      'MATCH other* WITH PRODUCTS FROM build',
      'MATCH * IN src WITH PRODUCTS FROM build',
      'DISALLOW *',
    ]
    const [first] = modified(hex('a'), hex('b'), {}, rules)
    expect([first?.code, first?.because]).toEqual(['ARTIFACT_UNEXPECTED', null])
    const [absent] = found(rules, { app: hex('a') }, { absent: { build: cause } }).all
    expect([absent?.code, absent?.because]).toEqual(['ARTIFACT_UNEXPECTED', null])
  })

  test('from a step that has other files blames nobody', () => {
    const [first] = found(
      RULES,
      { app: hex('a') },
      { links: { build: record({ app: hex('b') }, { lib: hex('a') }) } },
    ).all
    expect([first?.code, first?.because]).toEqual(['ARTIFACT_UNEXPECTED', null])
  })

  test('from a step without a link says so, and why', () => {
    const [first, second] = found(RULES, { app: hex('a') }, { absent: { build: cause } }).all
    expect(first).toEqual({
      code: 'MATCH_SOURCE_MISSING',
      severity: 'deny',
      message: 'app of pack should be compared with step build, but that step has no valid link.',
      step: 'pack',
      artifact: 'app',
      strictOnly: false,
      counterpart: 'build',
      rule: { list: 'materials', index: 0, text: 'MATCH * WITH PRODUCTS FROM build' },
      because: cause,
    })
    expect(second).toMatchObject({ code: 'ARTIFACT_UNEXPECTED', because: first })
    const [unknown] = found(RULES, { app: hex('a') }).all
    expect(unknown).toMatchObject({ code: 'MATCH_SOURCE_MISSING', because: null })
    expect(unknown?.message).toContain('but there is no step of that name before it.')
  })

  test('beside one whose step has no link: a change may be that step’s own work', () => {
    const rules = ['ALLOW x', 'MATCH * WITH PRODUCTS FROM test', 'MATCH * WITH PRODUCTS FROM build', 'DISALLOW *']
    const [first] = modified(hex('a'), hex('b'), { absent: { test: cause } }, rules)
    expect(first).toMatchObject({ code: 'ARTIFACT_MODIFIED', because: cause, counterpart: 'build' })
    expect(first?.message).toContain('Whether step test made it so is not known: no valid link stands for that step.')
    const elsewhere = ['MATCH lib* WITH PRODUCTS FROM test', 'MATCH * WITH PRODUCTS FROM build', 'DISALLOW *']
    const [sure] = modified(hex('a'), hex('b'), { absent: { test: cause } }, elsewhere)
    expect(sure).toMatchObject({ code: 'ARTIFACT_MODIFIED', because: null })
    const behind = ['MATCH * WITH PRODUCTS FROM build', 'DISALLOW *', 'MATCH * WITH PRODUCTS FROM test']
    expect(modified(hex('a'), hex('b'), { absent: { test: cause } }, behind)[0]).toMatchObject({ because: null })
    const nobody = ['MATCH * WITH PRODUCTS FROM nowhere', 'MATCH * WITH PRODUCTS FROM build', 'DISALLOW *']
    expect(modified(hex('a'), hex('b'), { absent: { test: cause } }, nobody)[0]).toMatchObject({ because: null })
  })

  test('of two statements without an algorithm in common proves nothing either way', () => {
    const sets = [{ sha512: 'a'.repeat(128) }, hex('a')] as const
    const judged = (item: boolean, from: boolean, [made, took]: readonly [Digests, Digests] = sets) =>
      found(RULES, record({ app: took }, {}, item), { links: { build: record({}, { app: made }, from) } }).all[0]
    expect(judged(true, true)).toMatchObject({
      code: 'NO_STRONG_DIGEST',
      message:
        'Whether app is what step build recorded cannot be proven: expected sha512, found sha256. Record it with SHA-256 in both steps.',
    })
    expect(judged(true, true, [hex('a'), hex('b')])?.code).toBe('ARTIFACT_MODIFIED')
    for (const [item, from] of [
      [false, true],
      [true, false],
      [false, false],
    ] as const) {
      expect(judged(item, from)?.code).toBe('ARTIFACT_MODIFIED')
    }
  })

  test('over digests that prove nothing is refused, and that is ours alone', () => {
    const weak = { md5: 'a'.repeat(32) }
    const links = { build: record({}, { a: weak, b: weak, c: hex('c') }) }
    expect(found(['ALLOW x', ...RULES], { a: weak, b: weak, c: hex('c') }, { links }).all).toEqual([
      {
        code: 'NO_STRONG_DIGEST',
        severity: 'deny',
        message:
          'MATCH * WITH PRODUCTS FROM build in step pack rests on digests that prove nothing: a and 1 more has no whole SHA-256 or stronger, in lower-case hex.',
        step: 'pack',
        artifact: 'a',
        strictOnly: true,
        rule: { list: 'materials', index: 1, text: 'MATCH * WITH PRODUCTS FROM build' },
        because: null,
      },
    ])
    const one = found(RULES, { a: weak, c: hex('c') }, { links }).all
    expect(one.length).toBe(1)
    expect(one[0]?.message).toContain('nothing: a has no whole')
    // each list by itself: what was looked through before says nothing of another
    expect(found(RULES, { c: hex('c') }, { links }).all).toEqual([])
    const shared = record({ a: weak })
    expect([1, 2].map(() => found(RULES, shared, { links }).all.length)).toEqual([1, 1])
    const strong = record({ c: hex('c') })
    expect([1, 2].map(() => found(RULES, strong, { links }).all.length)).toEqual([0, 0])
  })

  test('rests on what it took, not on weak digests beside that', () => {
    const weak = { md5: 'a'.repeat(32) }
    const rules = ['MATCH c WITH PRODUCTS FROM build', 'ALLOW *']
    expect(found(rules, { a: weak, c: hex('c') }, { links: { build: record({}, { c: hex('c') }) } }).all).toEqual([])
  })
})

test('every rule is a check, with what was before it and what it took', () => {
  const { checks } = found(['ALLOW a', 'DISALLOW *'], { a: hex('a'), b: hex('b') })
  expect(checks).toEqual([
    {
      id: 'step.pack.materials.0',
      title: 'ALLOW a',
      outcome: 'passed',
      detail: '2 before it, 1 taken.',
      step: 'pack',
      evidence: ['doc'],
      strictOnly: false,
    },
    {
      id: 'step.pack.materials.1',
      title: 'DISALLOW *',
      outcome: 'failed',
      detail: '1 before it, 0 taken.',
      step: 'pack',
      evidence: ['doc'],
      strictOnly: false,
    },
  ])
})

test('an inspection is called one', () => {
  const asked = { kind: 'inspection' as const, name: 'untar', list: 'products' as const }
  const { all, checks } = found(['DISALLOW *'], record({}, { evil: hex('e') }), asked)
  expect(all[0]).toEqual({
    code: 'ARTIFACT_UNEXPECTED',
    severity: 'deny',
    message: 'Inspection untar lists evil among its products, and no rule allows it: DISALLOW * refuses what is left.',
    inspection: 'untar',
    artifact: 'evil',
    strictOnly: false,
    rule: { list: 'products', index: 0, text: 'DISALLOW *' },
    found: hex('e'),
    because: null,
  })
  expect(checks.map((check) => [check.id, 'step' in check])).toEqual([['inspection.untar.products.0', false]])
  const weak = { md5: 'a'.repeat(32) }
  const links = { build: record({}, { a: weak }) }
  const [first] = found(['MATCH * WITH PRODUCTS FROM build'], record({}, { a: weak }), { ...asked, links }).all
  expect(first?.message).toContain('in inspection untar rests')
})
