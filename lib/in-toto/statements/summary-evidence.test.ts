import { describe, expect, test } from 'vitest'
import { type JsonObject, type JsonValue, jsonObject } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { type LayoutSpec, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { type SummarySpec, summaryDocument } from '#lib/testing/authority/verifications.ts'
import { parseForm, type Report, readDocument, verifyLayout } from '../index.ts'

const AT = Date.parse('2026-06-01T00:00:00Z')
const owner = makeKey('owner')
const builder = makeKey('builder')
const verifier = makeKey('verifier')
const mallory = makeKey('mallory')

const ID = 'https://verifier.example'
const POLICY = 'https://policies.example/release'
const BUILD = linkDocument({ name: 'build', products: { app: 'app' } })
const APP = digestOf(BUILD)

const SPEC: LayoutSpec = {
  expires: new Date('2030-01-01T00:00:00Z'),
  steps: [
    { name: 'build', keys: [builder.key], products: ['CREATE app', 'DISALLOW *'] },
    {
      name: 'review',
      keys: [verifier.key],
      materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'],
      products: ['DISALLOW *'],
    },
  ],
}

function digestOf(link: JsonObject): string {
  const products = link.get('products')
  const app = products instanceof Map ? products.get('app') : null
  return app instanceof Map ? String(app.get('sha256')) : ''
}

const summary = (change: Partial<SummarySpec> = {}) =>
  summaryDocument({
    subjects: [{ name: 'app', sha256: APP }],
    verifier: ID,
    result: 'PASSED',
    at: new Date('2026-05-01T00:00:00Z'),
    policy: { uri: POLICY },
    ...change,
  })

/** The summary with one member of its predicate changed; undefined takes it away. */
function withMember(name: string, value: JsonValue | undefined): JsonObject {
  const document = summary()
  const predicate = document.get('predicate')
  if (predicate instanceof Map && value === undefined) predicate.delete(name)
  else if (predicate instanceof Map) predicate.set(name, value ?? null)
  return document
}

function judge(
  documents: readonly JsonObject[],
  form = `vsa ${ID} ${POLICY}`,
  {
    signer = verifier,
    spec = SPEC,
    forms = {},
  }: { signer?: typeof verifier; spec?: LayoutSpec; forms?: Record<string, string> } = {},
): Report {
  const chosen = Object.entries({ review: form, ...forms }).flatMap(([step, text]) => {
    const parsed = parseForm(text)
    return parsed === null ? [] : [[step, parsed] as const]
  })
  const reviews = documents.map((document, index) => ({
    document: readDocument(`review.${index}.json`, dsse(document, [signer])),
    keyid: null,
  }))
  return verifyLayout({
    layout: readDocument('root.layout', metablock(layoutDocument(spec), [owner])),
    layoutKeys: [owner.key],
    links: {
      steps: new Map([
        ['build', [{ document: readDocument('build.link', metablock(BUILD, [builder])), keyid: null }]],
        ...['review', 'again'].map((step) => [step, reviews] as const),
      ]),
      namespaces: new Map(),
    },
    forms: new Map(chosen),
    at: AT,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
  })
}

const skipped = (report: Report) => report.steps.find(({ name }) => name === 'review')?.skipped[0]?.code

const skippedWhy = (report: Report) => report.steps.find(({ name }) => name === 'review')?.skipped[0]?.message

describe('a verification summary stands for a step', () => {
  test('whose verifier signed that what the build made passed his policy', () => {
    const report = judge([summary()])
    expect([report.verdict, report.referenceVerdict]).toEqual(['allow', 'deny'])
    expect(report.reasons).toEqual([])
    // what was verified went in, and nothing came out
    expect(report.steps[1]?.counted[0]).toMatchObject({ kind: 'statement', materials: 1, products: 0 })
  })

  test('also in the older form, whose members are written with underscores', () => {
    const old = new Map(summary())
    old.set('predicateType', 'https://slsa.dev/verification_summary/v0.2')
    old.set(
      'predicate',
      jsonObject({
        verifier: jsonObject({ id: ID }),
        time_verified: '2026-05-01T00:00:00Z',
        resource_uri: 'oci://registry/app',
        policy: jsonObject({ uri: POLICY }),
        verification_result: 'PASSED',
        policy_level: 'SLSA_LEVEL_3',
      }),
    )
    expect(judge([old]).verdict).toBe('allow')
    expect(judge([old], `vsa ${ID} ${POLICY} SLSA_LEVEL_2`).verdict).toBe('allow')
    expect(skipped(judge([old], `vsa ${ID} ${POLICY} SLSA_BUILD_LEVEL_2`))).toBe('STEP_FAILED')
  })

  test('as a Witness writes it, who names neither resource nor levels', () => {
    const witness = summary({ verifier: 'witness' })
    const predicate = witness.get('predicate')
    if (predicate instanceof Map) for (const name of ['resourceUri', 'verifiedLevels']) predicate.delete(name)
    expect(judge([witness], `vsa witness ${POLICY}`).verdict).toBe('allow')
    const asked = judge([witness], `vsa witness ${POLICY} SLSA_BUILD_LEVEL_1`)
    expect(skipped(asked)).toBe('STEP_FAILED')
    expect(skippedWhy(asked)).toBe('It verified no level; this step asks for SLSA_BUILD_LEVEL_1.')
  })
})

describe('it does not where', () => {
  test.each<[string, () => Report, string]>([
    ['it failed', () => judge([summary({ result: 'FAILED' })]), 'STEP_FAILED'],
    ['it failed, and lists no level', () => judge([summary({ result: 'FAILED', levels: [] })]), 'STEP_FAILED'],
    ['it says PASSED and lists FAILED', () => judge([summary({ levels: ['FAILED'] })]), 'STEP_FAILED'],
    ['another verifier decided', () => judge([summary({ verifier: 'https://other.example' })]), 'STEP_NAME_MISMATCH'],
    [
      'the name of the verifier goes on',
      () => judge([summary({ verifier: `${ID}.evil.example` })]),
      'STEP_NAME_MISMATCH',
    ],
    ['another policy was met', () => judge([summary({ policy: { uri: `${POLICY}-draft` } })]), 'STEP_NAME_MISMATCH'],
    [
      'the policy has a digest and no name',
      () => judge([withMember('policy', jsonObject({ digest: jsonObject({ sha256: APP }) }))]),
      'STEP_NAME_MISMATCH',
    ],
    [
      'somebody else signed in his name',
      () => judge([summary()], undefined, { signer: mallory }),
      'SIGNER_NOT_ALLOWED',
    ],
    ['the builder signed it', () => judge([summary()], undefined, { signer: builder }), 'SIGNER_NOT_ALLOWED'],
    ['it does not say when', () => judge([withMember('timeVerified', undefined)]), 'UNSUPPORTED'],
    ['its result is in another case', () => judge([withMember('verificationResult', 'passed')]), 'UNSUPPORTED'],
    ['its predicate is no object', () => judge([new Map([...summary(), ['predicate', 'PASSED']])]), 'UNSUPPORTED'],
    ['it is about nothing', () => judge([summary({ subjects: [] })]), 'UNSUPPORTED'],
    ['nobody chose that form', () => judge([summary()], 'link'), 'UNSUPPORTED'],
    ['a test result is asked for', () => judge([summary()], 'test-result'), 'UNSUPPORTED'],
  ])('%s', (_, judged, code) => {
    const report = judged()
    expect(report.verdict).not.toBe('allow')
    expect(skipped(report)).toBe(code)
    expect(report.reasons[0]?.message).toMatch(/\S.*[.)]$/s)
  })

  test('somebody else decided, or under something else: both are named', () => {
    const other = judge([summary({ verifier: 'https://other.example', policy: { uri: `${POLICY}-draft` } })])
    expect(skippedWhy(other)).toBe(
      `It is a verification by https://other.example under ${POLICY}-draft; this step asks for one by ${ID} under ${POLICY}.`,
    )
    const unnamed = judge([withMember('policy', jsonObject({ digest: jsonObject({ sha256: APP }) }))])
    expect(skippedWhy(unnamed)).toContain(`by ${ID} under a policy without URI;`)
  })

  test('it is about another file than the build made', () => {
    const report = judge([summary({ subjects: [{ name: 'app', sha256: 'e'.repeat(64) }] })])
    expect(report.verdict).toBe('deny')
    expect(report.reasons[0]).toMatchObject({ code: 'ARTIFACT_MODIFIED', artifact: 'app' })
  })

  test('it is about one file more', () => {
    const subjects = [
      { name: 'app', sha256: APP },
      { name: 'evil', sha256: 'e'.repeat(64) },
    ]
    expect(judge([summary({ subjects })]).reasons[0]).toMatchObject({ code: 'ARTIFACT_UNEXPECTED', artifact: 'evil' })
  })

  test('two steps ask the same verifier and policy, be it at other levels: one would serve both', () => {
    const steps = [...SPEC.steps, { name: 'again', keys: [verifier.key] }]
    const options = { spec: { ...SPEC, steps }, forms: { again: `vsa ${ID} ${POLICY} SLSA_BUILD_LEVEL_2` } }
    const report = judge([summary()], `vsa ${ID} ${POLICY}`, options)
    expect(report.verdict).toBe('cannot-tell')
    expect(report.reasons[0]?.message).toContain('one would serve both')
    expect(judge([summary()], `vsa ${ID} ${POLICY}`, { ...options, forms: { again: 'link' } }).verdict).not.toBe(
      'allow',
    )
  })
})

describe('levels of a SLSA track include those below it', () => {
  test.each<[string, string, boolean]>([
    ['SLSA_BUILD_LEVEL_3', 'SLSA_BUILD_LEVEL_2', true],
    ['SLSA_BUILD_LEVEL_2', 'SLSA_BUILD_LEVEL_2', true],
    ['SLSA_BUILD_LEVEL_1', 'SLSA_BUILD_LEVEL_2', false],
    ['SLSA_SOURCE_LEVEL_3', 'SLSA_BUILD_LEVEL_2', false],
    ['SLSA_LEVEL_3', 'SLSA_BUILD_LEVEL_2', false],
    ['SLSA_BUILD_LEVEL_UNEVALUATED', 'SLSA_BUILD_LEVEL_0', false],
    ['xSLSA_BUILD_LEVEL_3', 'SLSA_BUILD_LEVEL_2', false],
    ['SLSA_BUILD_LEVEL_30', 'SLSA_BUILD_LEVEL_2', false],
    ['BANK_HARDENED', 'BANK_HARDENED', true],
    ['BANK_HARDENED_2', 'BANK_HARDENED', false],
  ])('%s for %s: %s', (reached, asked, enough) => {
    const report = judge([summary({ levels: ['OTHER', reached] })], `vsa ${ID} ${POLICY} ${asked}`)
    expect(report.verdict === 'allow').toBe(enough)
    if (enough) return
    expect(skipped(report)).toBe('STEP_FAILED')
    expect(skippedWhy(report)).toBe(`It verified OTHER, ${reached}; this step asks for ${asked}.`)
  })
})

test('one that failed beside one that passed neither helps nor hinders, in any order', () => {
  const both = [summary({ result: 'FAILED' }), summary()]
  for (const documents of [both, both.toReversed()]) {
    const report = judge(documents)
    expect(report.verdict).toBe('allow')
    expect(report.steps[1]?.skipped.map(({ code }) => code)).toEqual(['STEP_FAILED'])
  }
})

test('verifier, policy and level are part of what a verdict rests on', () => {
  const inputs = [
    `vsa ${ID} ${POLICY}`,
    `vsa ${ID} other`,
    `vsa other ${POLICY}`,
    `vsa ${ID} ${POLICY} SLSA_BUILD_LEVEL_1`,
  ].map((form) => judge([summary()], form).inputs)
  expect(new Set(inputs).size).toBe(4)
})
