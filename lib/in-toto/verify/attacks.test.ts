// Longer than most: tampered chains in one table, each beside the whole one.
import { describe, expect, test } from 'vitest'
import { type JsonObject, type JsonValue, jsonObject, keyObject, utf8 } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { type LayoutSpec, type LinkSpec, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import type { Candidate, LinkStore, Report, VerifyInput } from '../index.ts'
import { readDocument, verifyLayout } from '../index.ts'

const AT = Date.parse('2026-06-01T00:00:00Z')
const owner = makeKey('owner')
const alice = makeKey('alice')
const bob = makeKey('bob', 'ecdsa-p256')
const mallory = makeKey('mallory')

const EXPIRES = new Date('2030-01-01T00:00:00Z')
const SPEC: LayoutSpec = {
  expires: EXPIRES,
  steps: [
    { name: 'build', keys: [alice.key], products: ['CREATE app', 'DISALLOW *'] },
    {
      name: 'package',
      keys: [bob.key],
      materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'],
      products: ['CREATE app.tgz', 'MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'],
    },
  ],
}

interface Filed {
  readonly step: string
  readonly keyid: string
  readonly bytes: Uint8Array
}

const file = (step: string, signer: TestKey, document: JsonObject, signers = [signer]): Filed => ({
  step,
  keyid: signer.keyid.slice(0, 8),
  bytes: metablock(document, signers),
})
const link = (spec: LinkSpec, signer: TestKey, step = spec.name) => file(step, signer, linkDocument(spec))

const BUILD = link({ name: 'build', products: { app: 'good' } }, alice)
const PACKAGE = link({ name: 'package', materials: { app: 'good' }, products: { app: 'good', 'app.tgz': 'tgz' } }, bob)

function store(files: readonly Filed[]): LinkStore {
  const steps = new Map<string, Candidate[]>()
  for (const { step, keyid, bytes } of files) {
    const candidate = { document: readDocument(`${step}.${keyid}.link`, bytes), keyid }
    steps.set(step, [...(steps.get(step) ?? []), candidate])
  }
  return { steps, namespaces: new Map() }
}

function judge(layout: Uint8Array | JsonObject, files: readonly Filed[], more: Partial<VerifyInput> = {}): Report {
  const bytes = layout instanceof Uint8Array ? layout : metablock(layout, [owner])
  return verifyLayout({
    layout: readDocument('root.layout', bytes),
    layoutKeys: [owner.key],
    links: store(files),
    at: AT,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
    ...more,
  })
}

const whole = () => layoutDocument(SPEC)
const stepOf = (layout: JsonObject, index: number): JsonObject => {
  const steps = layout.get('steps')
  const step = Array.isArray(steps) ? steps[index] : null
  if (step instanceof Map) return step
  throw new Error('no such step')
}
const changed = (change: (layout: JsonObject) => void): JsonObject => {
  const layout = whole()
  change(layout)
  return layout
}
const first = (report: Report) => [report.verdict, report.reasons[0]?.code, report.referenceVerdict]

test('the chain that all attacks start from is allowed, by everyone', () => {
  const report = judge(whole(), [BUILD, PACKAGE])
  expect(report.reasons).toEqual([])
  expect([report.verdict, report.referenceVerdict]).toEqual(['allow', 'allow'])
  expect(report.checks.every(({ outcome }) => outcome === 'passed')).toBe(true)
})

test('the same inputs give the same bytes', () => {
  const layout = metablock(whole(), [owner])
  expect(JSON.stringify(judge(layout, [BUILD, PACKAGE]))).toBe(JSON.stringify(judge(layout, [BUILD, PACKAGE])))
})

describe('a tampered file', () => {
  const tampered = link(
    { name: 'package', materials: { app: 'evil' }, products: { app: 'evil', 'app.tgz': 'tgz' } },
    bob,
  )
  const report = judge(whole(), [BUILD, tampered])

  test('is the root cause, with file, both digests, step and rule', () => {
    expect(first(report)).toEqual(['deny', 'ARTIFACT_MODIFIED', 'deny'])
    expect(report.reasons[0]).toMatchObject({
      step: 'package',
      artifact: 'app',
      counterpart: 'build',
      expected: { sha256: expect.stringMatching(/^770e607624d6/) },
      found: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      rule: { list: 'materials', index: 0, text: 'MATCH app WITH PRODUCTS FROM build' },
      strictOnly: false,
    })
  })

  test('has the refused rest as its consequence', () => {
    expect(report.reasons[1]).toMatchObject({
      code: 'ARTIFACT_UNEXPECTED',
      follows: 0,
      rule: { index: 1, text: 'DISALLOW *' },
    })
  })
})

describe('each attack has its code, and never ends in allow', () => {
  const evil = { name: 'build', products: { app: 'good', evil: 'evil' } }
  const named = (name: string) => [link({ name: 'build', products: { app: 'good', [name]: 'x' } }, alice), PACKAGE]
  const open = changed((layout) => stepOf(layout, 0).set('expected_products', [['DISALLOW', 'evil']]))
  const two = (keys: TestKey[], threshold = 2) =>
    layoutDocument({
      expires: EXPIRES,
      steps: [{ name: 'build', keys: keys.map(({ key }) => key), threshold, products: ['ALLOW *'] }],
    })
  const good = linkDocument({ name: 'build', products: { app: 'good' } })

  test.each<[string, () => Report, unknown[]]>([
    ['a file more', () => judge(whole(), [link(evil, alice), PACKAGE]), ['deny', 'ARTIFACT_UNEXPECTED', 'deny']],
    ['a link less', () => judge(whole(), [PACKAGE]), ['deny', 'STEP_MISSING', 'deny']],
    [
      'signed by nobody of the layout',
      () => judge(whole(), [file('build', alice, good, [mallory]), PACKAGE]),
      ['deny', 'SIGNER_NOT_ALLOWED', 'deny'],
    ],
    [
      'signed by one who may sign another step',
      () => judge(whole(), [file('build', bob, good), PACKAGE]),
      ['deny', 'SIGNER_NOT_ALLOWED', 'deny'],
    ],
    [
      "mallory's signature under alice's keyid",
      () => {
        const text = new TextDecoder().decode(metablock(good, [mallory])).replaceAll(mallory.keyid, alice.keyid)
        return judge(whole(), [{ ...BUILD, bytes: utf8(text) }, PACKAGE])
      },
      ['deny', 'SIGNATURE_INVALID', 'deny'],
    ],
    [
      'no signature',
      () => judge(whole(), [file('build', alice, good, []), PACKAGE]),
      ['deny', 'SIGNATURE_INVALID', 'deny'],
    ],
    [
      'a link of another step',
      () => judge(whole(), [link({ name: 'test', products: { app: 'good' } }, alice, 'build'), PACKAGE]),
      ['deny', 'STEP_NAME_MISMATCH', 'allow'],
    ],
    [
      'an unreadable link',
      () => judge(whole(), [{ ...BUILD, bytes: utf8('{') }, PACKAGE]),
      ['cannot-tell', 'MALFORMED', 'deny'],
    ],
    ['no layout key', () => judge(whole(), [BUILD, PACKAGE], { layoutKeys: [] }), ['deny', 'LAYOUT_UNSIGNED', 'deny']],
    [
      'a layout by mallory',
      () => judge(metablock(whole(), [mallory]), [BUILD, PACKAGE]),
      ['deny', 'LAYOUT_UNSIGNED', 'deny'],
    ],
    ['no layout', () => judge(whole(), [BUILD, PACKAGE], { layout: null }), ['deny', 'NO_LAYOUT', 'deny']],
    ['a link as layout', () => judge(BUILD.bytes, [BUILD, PACKAGE]), ['deny', 'LAYOUT_INVALID', 'deny']],
    ['an unreadable layout', () => judge(utf8('[}'), [BUILD, PACKAGE]), ['cannot-tell', 'MALFORMED', 'deny']],
    [
      'expired a second ago',
      () => judge(layoutDocument({ ...SPEC, expires: new Date(AT - 1_000) }), [BUILD, PACKAGE]),
      ['deny', 'LAYOUT_EXPIRED', 'deny'],
    ],
    [
      'expired this second',
      () => judge(layoutDocument({ ...SPEC, expires: new Date(AT) }), [BUILD, PACKAGE]),
      ['deny', 'LAYOUT_EXPIRED', 'deny'],
    ],
    ...[
      'never',
      '2026-13-01T00:00:00Z',
      '2030-02-31T00:00:00Z',
      '2030-01-01T00:00:00',
      '2030-01-01T00:00:00+00:00',
      '2030-01-01T00:00:00.5Z',
      '10000-01-01T00:00:00Z',
    ].map((expires): [string, () => Report, unknown[]] => [
      `expires ${expires}`,
      () =>
        judge(
          changed((layout) => layout.set('expires', expires)),
          [BUILD, PACKAGE],
        ),
      ['deny', 'LAYOUT_INVALID', 'deny'],
    ]),
    ...([0n, -1n, '2', null, [], 1_000_001n] satisfies JsonValue[]).map(
      (threshold): [string, () => Report, unknown[]] => [
        `threshold ${String(threshold)}`,
        () =>
          judge(
            changed((layout) => stepOf(layout, 0).set('threshold', threshold)),
            [PACKAGE],
          ),
        ['deny', 'LAYOUT_INVALID', 'deny'],
      ],
    ),
    [
      'threshold true',
      () =>
        judge(
          changed((layout) => stepOf(layout, 0).set('threshold', true)),
          [BUILD, PACKAGE],
        ),
      ['deny', 'LAYOUT_INVALID', 'allow'],
    ],
    [
      'threshold above the number of keys',
      () => judge(two([alice, bob], 3), [file('build', alice, good), file('build', bob, good)]),
      ['deny', 'STEP_THRESHOLD', 'deny'],
    ],
    [
      'one signature of two',
      () => judge(two([alice, bob]), [file('build', alice, good)]),
      ['deny', 'STEP_THRESHOLD', 'deny'],
    ],
    [
      'one signature twice in a file',
      () => judge(two([alice, bob]), [file('build', alice, good, [alice, alice])]),
      ['deny', 'STEP_THRESHOLD', 'deny'],
    ],
    [
      'one key under two keyids',
      () => {
        const alias = 'ab'.repeat(32)
        const layout = two([alice])
        const keys = layout.get('keys')
        if (keys instanceof Map) keys.set(alias, new Map([...keyObject(alice.key, 'legacy'), ['keyid', alias]]))
        stepOf(layout, 0).set('pubkeys', [alice.keyid, alias])
        const again = utf8(new TextDecoder().decode(metablock(good, [alice])).replaceAll(alice.keyid, alias))
        return judge(layout, [file('build', alice, good), { step: 'build', keyid: alias.slice(0, 8), bytes: again }])
      },
      ['deny', 'LAYOUT_STRICT', 'allow'],
    ],
    [
      'signers who disagree, threshold 1',
      () =>
        judge(two([alice, bob], 1), [
          file('build', alice, good),
          file('build', bob, linkDocument({ name: 'build', products: { app: 'other' } })),
        ]),
      ['deny', 'SIGNERS_DISAGREE', 'allow'],
    ],
    [
      'signers who disagree, threshold 2',
      () =>
        judge(two([alice, bob]), [
          file('build', alice, good),
          file('build', bob, linkDocument({ name: 'build', products: { app: 'other' } })),
        ]),
      ['deny', 'SIGNERS_DISAGREE', 'deny'],
    ],
    [
      'an empty layout',
      () => judge(layoutDocument({ expires: EXPIRES, steps: [] }), []),
      ['deny', 'LAYOUT_STRICT', 'allow'],
    ],
    [
      'a step twice',
      () =>
        judge(
          changed((layout) => stepOf(layout, 1).set('name', 'build')),
          [BUILD, PACKAGE],
        ),
      ['deny', 'LAYOUT_INVALID', 'deny'],
    ],
    [
      'a step name that leads elsewhere',
      () =>
        judge(
          changed((layout) => stepOf(layout, 0).set('name', '../build')),
          [BUILD, PACKAGE],
        ),
      ['deny', 'LAYOUT_STRICT', 'deny'],
    ],
    [
      'names that look alike',
      () =>
        judge(
          changed((layout) => stepOf(layout, 1).set('name', 'Build')),
          [BUILD, PACKAGE],
        ),
      ['deny', 'LAYOUT_STRICT', 'deny'],
    ],
    ...['./evil', 'x/../evil', 'evil/', '//evil', 'dir\\evil', 'a//b', '../up'].map(
      (name): [string, () => Report, unknown[]] => [
        `the file ${name}`,
        () => judge(open, named(name)),
        ['deny', 'ARTIFACT_NAME_NOT_NORMAL', 'allow'],
      ],
    ),
    [
      'an unknown member in a DSSE layout',
      () =>
        judge(
          dsse(
            changed((layout) => stepOf(layout, 0).set('expected_predicates', [])),
            [owner],
          ),
          [BUILD, PACKAGE],
        ),
      ['cannot-tell', 'UNSUPPORTED', 'allow'],
    ],
    [
      'an unknown member in a Metablock layout',
      () =>
        judge(
          changed((layout) => layout.set('extra', '')),
          [BUILD, PACKAGE],
        ),
      ['deny', 'LAYOUT_INVALID', 'deny'],
    ],
    [
      'MATCH from a step that is not there',
      () =>
        judge(
          changed((layout) =>
            stepOf(layout, 1).set('expected_materials', [
              ['MATCH', 'app', 'WITH', 'PRODUCTS', 'FROM', 'bild'],
              ['DISALLOW', '*'],
            ]),
          ),
          [BUILD, PACKAGE],
        ),
      ['deny', 'MATCH_SOURCE_MISSING', 'deny'],
    ],
    [
      'a required file that is missing',
      () =>
        judge(
          changed((layout) =>
            stepOf(layout, 0).set('expected_products', [
              ['REQUIRE', 'sbom'],
              ['ALLOW', '*'],
            ]),
          ),
          [BUILD, PACKAGE],
        ),
      ['deny', 'ARTIFACT_REQUIRED_MISSING', 'deny'],
    ],
    [
      'an inspection that nobody performs',
      () => judge(layoutDocument({ ...SPEC, inspections: [{ name: 'look', run: ['true'] }] }), [BUILD, PACKAGE]),
      ['cannot-tell', 'INSPECTION_NOT_RUN', 'deny'],
    ],
    [
      'a parameter without a value',
      () =>
        judge(
          changed((layout) => stepOf(layout, 0).set('expected_products', [['CREATE', '{file}']])),
          [BUILD, PACKAGE],
          { parameters: new Map([['other', 'x']]) },
        ),
      ['deny', 'PARAMETER', 'deny'],
    ],
    [
      'a statement as link',
      () =>
        judge(whole(), [
          {
            ...BUILD,
            bytes: dsse(jsonObject({ _type: 'https://in-toto.io/Statement/v1', predicateType: 'x', subject: [] }), [
              alice,
            ]),
          },
          PACKAGE,
        ]),
      ['cannot-tell', 'UNSUPPORTED', 'deny'],
    ],
  ])('%s', (_, run, expected) => {
    const report = run()
    expect(first(report)).toEqual(expected)
    expect(report.reasons[0]?.message).toMatch(/[.)]$/)
  })

  test.each([
    ['no digests', new Map()],
    ['md5 alone', jsonObject({ md5: 'ab'.repeat(16) })],
    ['a SHA-256 that is cut off', jsonObject({ sha256: 'aa' })],
    ['a SHA-256 that is cut off by one', jsonObject({ sha256: 'a'.repeat(63) })],
    ['a SHA-256 that goes on', jsonObject({ sha256: 'a'.repeat(65) })],
    ['a SHA-512 of the length of a SHA-256', jsonObject({ sha512: 'a'.repeat(64) })],
    ['a SHA-384 of the length of a SHA-512', jsonObject({ sha384: 'a'.repeat(128) })],
    ['a SHA-256 in capitals', jsonObject({ sha256: 'AB'.repeat(32) })],
    ['SHA-1 by the name and length of nothing strong', jsonObject({ sha1: 'a'.repeat(64) })],
  ])('a MATCH over %s proves nothing', (_, digest) => {
    const weak = (document: JsonObject) => {
      for (const list of ['materials', 'products']) {
        const files = document.get(list)
        if (files instanceof Map && files.has('app')) files.set('app', digest)
      }
      return document
    }
    const build = file('build', alice, weak(linkDocument({ name: 'build', products: { app: '' } })))
    const pack = file(
      'package',
      bob,
      weak(linkDocument({ name: 'package', materials: { app: '' }, products: { app: '', 'app.tgz': 'x' } })),
    )
    expect(first(judge(whole(), [build, pack]))).toEqual(['deny', 'NO_STRONG_DIGEST', 'allow'])
  })

  test.each([
    ['sha384', 96],
    ['sha512', 128],
    ['sha3-256', 64],
    ['blake2b-256', 64],
  ])('a MATCH over %s of %i digits is as good as one over SHA-256', (algorithm, length) => {
    const recorded = (document: JsonObject) => {
      for (const list of ['materials', 'products']) {
        const files = document.get(list)
        if (files instanceof Map && files.has('app')) files.set('app', jsonObject({ [algorithm]: 'c'.repeat(length) }))
      }
      return document
    }
    const build = file('build', alice, recorded(linkDocument({ name: 'build', products: { app: '' } })))
    const spec = { name: 'package', materials: { app: '' }, products: { app: '', 'app.tgz': 'x' } }
    expect(judge(whole(), [build, file('package', bob, recorded(linkDocument(spec)))]).verdict).toBe('allow')
  })
})

describe('what people should know although it decides nothing', () => {
  test.each<[string, LinkSpec, string]>([
    ['another command', { name: 'build', products: { app: 'good' }, command: ['evil'] }, 'COMMAND_MISMATCH'],
    [
      'a command that failed',
      { name: 'build', products: { app: 'good' }, command: ['make'], returnValue: 1 },
      'STEP_FAILED',
    ],
  ])('%s', (_, spec, code) => {
    const layout = changed((one) => stepOf(one, 0).set('expected_command', ['make']))
    const report = judge(layout, [link(spec, alice), PACKAGE])
    expect(report.verdict).toBe('allow')
    expect(report.reasons).toMatchObject([{ code, severity: 'warning', step: 'build' }])
    expect(report.steps[0]?.outcome).toBe('warning')
  })

  test.each([
    ['EVIL', 'CONFUSABLE_NAME'],
    ['e\u0301vil', null],
  ])('a file %s beside DISALLOW evil', (name, code) => {
    const layout = changed((one) =>
      stepOf(one, 0).set('expected_products', [
        ['DISALLOW', 'evil'],
        ['ALLOW', 'app'],
      ]),
    )
    const report = judge(layout, [link({ name: 'build', products: { app: 'good', [name]: 'x' } }, alice), PACKAGE])
    expect(report.verdict).toBe('allow')
    const codes = report.reasons.map((reason) => reason.code)
    expect(codes).toContain('UNCONSUMED_ARTIFACTS')
    expect(codes.includes('CONFUSABLE_NAME')).toBe(code !== null)
  })
})

describe('the reference profile answers as in-toto', () => {
  test('a strict reason becomes a warning', () => {
    const report = judge(whole(), [link({ name: 'test', products: { app: 'good' } }, alice, 'build'), PACKAGE], {
      profile: 'reference',
    })
    expect(report.verdict).toBe('allow')
    expect(report.reasons[0]).toMatchObject({ code: 'STEP_NAME_MISMATCH', severity: 'warning' })
  })

  test('what only in-toto refuses is a reason of its own', () => {
    const both = layoutDocument({
      expires: EXPIRES,
      steps: [{ name: 'build', keys: [alice.key, bob.key], products: ['ALLOW *'] }],
    })
    const broken = { step: 'build', keyid: bob.keyid.slice(0, 8), bytes: utf8('{') }
    expect(judge(both, [BUILD, broken]).verdict).toBe('allow')
    expect(first(judge(both, [BUILD, broken], { profile: 'reference' }))).toEqual(['deny', 'MALFORMED', 'deny'])
  })
})

describe('sublayouts end', () => {
  const sublayout = (readme: string) =>
    metablock(
      layoutDocument({ expires: EXPIRES, readme, steps: [{ name: 'sub', keys: [owner.key], products: ['ALLOW *'] }] }),
      [owner],
    )
  const keyid = owner.keyid.slice(0, 8)
  const nested = (documents: readonly Uint8Array[]): LinkStore => {
    const [bytes, ...rest] = documents
    if (bytes === undefined) return { steps: new Map(), namespaces: new Map() }
    return {
      steps: new Map([['sub', [{ document: readDocument(`sub.${keyid}.link`, bytes), keyid }]]]),
      namespaces: new Map([[`sub.${keyid}`, nested(rest)]]),
    }
  }
  const judgeNested = (root: Uint8Array, inner: readonly Uint8Array[]) => judge(root, [], { links: nested(inner) })

  test('that contain themselves', () => {
    const report = judgeNested(sublayout('a'), [sublayout('a')])
    expect(first(report)).toEqual(['deny', 'SUBLAYOUT_FAILED', 'deny'])
    expect(report.reasons[0]?.message).toContain('contains itself')
  })

  test('that are nested too deep', () => {
    const layouts = Array.from({ length: 12 }, (_, depth) => sublayout(`${depth}`))
    const report = judgeNested(sublayout('root'), layouts)
    expect(first(report)).toEqual(['deny', 'SUBLAYOUT_FAILED', 'deny'])
    expect(report.reasons[0]?.message).toContain('more than 8 deep')
    expect(report.reasons[0]?.path).toHaveLength(8)
  })

  test('with the root cause of the innermost first, and the way there', () => {
    const link = metablock(linkDocument({ name: 'sub', products: { app: 'x' } }), [mallory])
    const report = judgeNested(sublayout('root'), [sublayout('a'), link])
    expect(report.reasons.map(({ code, path, follows }) => [code, path, follows])).toEqual([
      ['SIGNER_NOT_ALLOWED', ['sub'], undefined],
      ['STEP_THRESHOLD', ['sub'], 0],
      ['SUBLAYOUT_FAILED', undefined, 0],
    ])
    expect(report.steps[0]?.sublayout?.verdict).toBe('deny')
  })
})
