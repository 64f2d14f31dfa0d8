// Longer than most: every form of statement against every way to spoil it, over one chain.
import { describe, expect, test } from 'vitest'
import { type JsonObject, type JsonValue, jsonObject } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { type LayoutSpec, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import { type Candidate, type Report, readDocument, type StepForm, verifyLayout } from '../index.ts'

const AT = Date.parse('2026-06-01T00:00:00Z')
const owner = makeKey('owner')
const alice = makeKey('alice')
const bob = makeKey('bob', 'ecdsa-p256')
const mallory = makeKey('mallory')
const A = 'a'.repeat(64)
const B = 'b'.repeat(64)
const LONG = 'c'.repeat(128)

const SPEC: LayoutSpec = {
  expires: new Date('2030-01-01T00:00:00Z'),
  steps: [
    { name: 'build', keys: [alice.key], products: ['CREATE app', 'DISALLOW *'] },
    { name: 'test', keys: [bob.key], materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] },
  ],
}

/** Plain values as JSON of a document. */
function json(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(json)
  if (typeof value === 'number') return BigInt(value)
  if (value !== null && typeof value === 'object') {
    return new Map(Object.entries(value).map(([name, item]) => [name, json(item)]))
  }
  return typeof value === 'string' || typeof value === 'boolean' ? value : null
}

const V1 = 'https://in-toto.io/Statement/v1'
const V01 = 'https://in-toto.io/Statement/v0.1'
const LINK = 'https://in-toto.io/attestation/link/v0.3'
const WITNESS = 'https://witness.testifysec.com/attestation-collection/v0.1'
const SLSA = 'https://slsa.dev/provenance/v1'
const SLSA_OLD = 'https://slsa.dev/provenance/v0.2'
const RESULT = 'https://in-toto.io/attestation/test-result/v0.1'

function statement(predicateType: string, subject: unknown, predicate: unknown, type = V1): JsonObject {
  return jsonObject({ _type: type, subject: json(subject), predicateType, predicate: json(predicate) })
}

const app = (digest: Record<string, string> = { sha256: A }) => ({ name: 'app', digest })
const attested = (kind: string, attestation: unknown) => ({
  type: `https://witness.dev/attestations/${kind}/v0.1`,
  attestation,
})
const collection = (name: string, materials: unknown, products: unknown, more: unknown[] = []) =>
  statement(
    WITNESS,
    [{ name: 'https://witness.dev/attestations/git/v0.1/authoremail:dev@bank.example', digest: { sha256: B } }],
    {
      name,
      attestations: [
        attested('material', materials),
        attested('command-run', { cmd: ['make'], exitcode: 0 }),
        attested('product', products),
        ...more,
      ],
    },
    V01,
  )
const linkStatement = (name: string, materials: unknown, subject: unknown) =>
  statement(LINK, subject, { name, command: ['make'], materials })

const BUILD: Record<string, JsonObject> = {
  'link-statement': linkStatement('build', [], [app()]),
  'witness-collection': collection('build', {}, { app: { mime_type: 'x', digest: { sha256: A } } }),
  'slsa-provenance': statement(SLSA, [app()], {
    buildDefinition: { buildType: 'https://ci/type', resolvedDependencies: [] },
    runDetails: { builder: { id: 'https://ci' } },
  }),
}
const TEST: Record<string, JsonObject> = {
  'link-statement': linkStatement('test', [app()], []),
  'witness-collection': collection('test', { app: { sha256: A } }, {}),
  'test-result': statement(RESULT, [app()], { result: 'PASSED' }),
}
const PROVENANCE: StepForm = { form: 'slsa-provenance', builder: 'https://ci', buildType: 'https://ci/type' }

type Plain = Exclude<StepForm['form'], 'vsa'>
type Forms = Record<string, Plain | StepForm>
type Evidence = Record<string, Uint8Array | readonly Uint8Array[]>

function judge(evidence: Evidence, forms: Forms | null, spec = SPEC): Report {
  const steps = new Map<string, Candidate[]>()
  for (const [step, given] of Object.entries(evidence)) {
    const files = given instanceof Uint8Array ? [given] : given
    steps.set(
      step,
      files.map((bytes, index) => ({ document: readDocument(`${step}.${index}.json`, bytes), keyid: null })),
    )
  }
  const chosen = Object.entries(forms ?? {}).map(([step, form]) => [step, formOf(form)] as const)
  return verifyLayout({
    layout: readDocument('root.layout', metablock(layoutDocument(spec), [owner])),
    layoutKeys: [owner.key],
    links: { steps, namespaces: new Map() },
    ...(forms === null ? {} : { forms: new Map(chosen) }),
    at: AT,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
  })
}

function formOf(form: Plain | StepForm): StepForm {
  if (typeof form !== 'string') return form
  return form === 'slsa-provenance' ? PROVENANCE : { form }
}

const signed = (document: JsonObject | undefined, signer: TestKey) => dsse(document ?? new Map(), [signer])
const codes = ({ verdict, reasons }: Report) => [
  verdict,
  ...reasons.filter((one) => one.follows === undefined && one.severity !== 'warning').map(({ code }) => code),
]
const reject = (report: Report) => {
  expect(report.verdict).not.toBe('allow')
  const [reason] = report.reasons
  expect(reason?.message).toMatch(/\w.*[.)]$/s)
  return reason?.code
}

describe('statements stand for steps in the form that was chosen', () => {
  test.each(
    Object.entries(BUILD).flatMap(([build, one]) =>
      Object.entries(TEST).map(([tested, other]) => [build, tested, one, other] as const),
    ),
  )('%s and %s', (build, tested, one, other) => {
    const forms = { build, test: tested } as Forms
    const evidence = { build: signed(one, alice), test: signed(other, bob) }
    const report = judge(evidence, forms)
    expect(codes(report)).toEqual(['allow'])
    // no in-toto verifier takes statements for links
    expect(report.referenceVerdict).toBe('deny')
    expect(report.steps.map(({ counted }) => counted[0]?.kind)).toEqual(['statement', 'statement'])
    // and none of it counts unless somebody chose so
    expect(codes(judge(evidence, null))[0]).toBe('cannot-tell')
    expect(codes(judge(evidence, { build: 'link' }))[0]).toBe('cannot-tell')
  })

  test('beside classic links', () => {
    const link = metablock(linkDocument({ name: 'test', materials: { app: 'x' } }), [bob])
    const digest = linkDigest('x')
    const one = signed(linkStatement('build', [], [app({ sha256: digest })]), alice)
    expect(codes(judge({ build: one, test: link }, { build: 'link-statement' }))).toEqual(['allow'])
    // where a classic link takes part, digest sets are compared to the letter
    const more = signed(linkStatement('build', [], [app({ sha256: digest, sha512: LONG })]), alice)
    expect(codes(judge({ build: more, test: link }, { build: 'link-statement' }))).toEqual([
      'deny',
      'ARTIFACT_MODIFIED',
    ])
  })

  test('a link with a member that nobody knows counts in DSSE, whose signature covers the bytes, and not in Metablock', () => {
    const build = new Map([...linkDocument({ name: 'build', products: { app: 'x' } }), ['extra', 'x']])
    const tested = linkDocument({ name: 'test', materials: { app: 'x' } })
    const report = judge({ build: dsse(build, [alice]), test: metablock(tested, [bob]) }, null)
    expect([...codes(report), report.referenceVerdict]).toEqual(['allow', 'allow'])
    const classic = judge({ build: metablock(build, [alice]), test: metablock(tested, [bob]) }, null)
    expect(classic.verdict).not.toBe('allow')
    expect(classic.steps[0]?.skipped).toMatchObject([
      { code: 'MALFORMED', message: expect.stringContaining('"extra"') },
    ])
  })

  test('a test result with warnings, and a command that nobody names, are for people to judge', () => {
    const warned = signed(statement(RESULT, [app()], { result: 'WARNED' }), bob)
    const [build, tested] = SPEC.steps
    const steps = [build, tested].flatMap((step) => (step === undefined ? [] : [{ ...step, command: ['make'] }]))
    const evidence = { build: signed(BUILD['link-statement'], alice), test: warned }
    const report = judge(evidence, { build: 'link-statement', test: 'test-result' }, { ...SPEC, steps })
    expect(report.verdict).toBe('allow')
    expect(report.reasons.map(({ code, severity, message }) => [code, severity, message])).toEqual([
      [
        'COMMAND_MISMATCH',
        'warning',
        'The evidence of step test does not say with which command it was done, expected was "make".',
      ],
      ['STEP_FAILED', 'warning', 'The test result that stands for step test is WARNED, not PASSED.'],
    ])
  })

  test('older forms of provenance, and links with a map of materials', () => {
    const old = statement(SLSA_OLD, [app()], { builder: { id: 'https://ci' }, buildType: 'https://ci/type' }, V01)
    const map = statement('https://in-toto.io/Link/v0.2', [], { name: 'test', materials: { app: { sha256: A } } })
    const evidence = { build: signed(old, alice), test: signed(map, bob) }
    expect(codes(judge(evidence, { build: 'slsa-provenance', test: 'link-statement' }))).toEqual(['allow'])
  })
})

function linkDigest(content: string): string {
  const products = linkDocument({ name: 'x', products: { app: content } }).get('products')
  const digests = products instanceof Map ? products.get('app') : null
  return digests instanceof Map ? String(digests.get('sha256')) : ''
}

describe('what is signed by nobody who may, or for something else, does not count', () => {
  const forms: Forms = { build: 'witness-collection', test: 'witness-collection' }
  const good = { build: signed(BUILD['witness-collection'], alice), test: signed(TEST['witness-collection'], bob) }
  test.each<[string, Evidence, string, Forms?]>([
    ['another signer', { build: signed(BUILD['witness-collection'], mallory) }, 'SIGNER_NOT_ALLOWED'],
    ['a functionary of another step', { build: signed(BUILD['witness-collection'], bob) }, 'SIGNER_NOT_ALLOWED'],
    ['no signature', { build: dsse(BUILD['witness-collection'] ?? new Map(), []) }, 'SIGNATURE_INVALID'],
    [
      'another step',
      { build: signed(collection('test', {}, { app: { digest: { sha256: A } } }), alice) },
      'STEP_NAME_MISMATCH',
    ],
    ['a link statement', { build: signed(BUILD['link-statement'], alice) }, 'UNSUPPORTED'],
    [
      'a classic link',
      { build: metablock(linkDocument({ name: 'build', products: { app: 'x' } }), [alice]) },
      'UNSUPPORTED',
    ],
    [
      'another builder',
      { build: signed(BUILD['slsa-provenance'], alice) },
      'STEP_NAME_MISMATCH',
      { build: { form: 'slsa-provenance', builder: 'https://other', buildType: 'https://ci/type' } },
    ],
    [
      'another build type',
      { build: signed(BUILD['slsa-provenance'], alice) },
      'STEP_NAME_MISMATCH',
      { build: { form: 'slsa-provenance', builder: 'https://ci', buildType: 'https://ci/other' } },
    ],
    [
      'a verification of others',
      {
        build: signed(
          statement('https://slsa.dev/verification_summary/v1', [app()], { verificationResult: 'PASSED' }),
          alice,
        ),
      },
      'UNSUPPORTED',
    ],
    [
      'failed tests',
      { test: signed(statement(RESULT, [app()], { result: 'FAILED' }), bob) },
      'STEP_FAILED',
      { test: 'test-result' },
    ],
  ])('%s', (_, change, code, more = {}) => {
    expect(reject(judge({ ...good, ...change }, { ...forms, ...more }))).toBe(code)
  })
})

describe('what a statement leaves open is never filled in', () => {
  const files = { app: { digest: { sha256: A } } }
  const bad: [string, JsonObject, Plain][] = [
    ['a collection without a name (GHSA-g9jx-rqhm-mj7g)', collection('', {}, files), 'witness-collection'],
    [
      'no attestations (GHSA-567m-4668-m656)',
      statement(WITNESS, [app()], { name: 'build', attestations: [] }),
      'witness-collection',
    ],
    [
      'two product attestations (GHSA-r4fv-8r9j-vgcg)',
      collection('build', {}, {}, [attested('product', files)]),
      'witness-collection',
    ],
    ['two material attestations', collection('build', {}, files, [attested('material', {})]), 'witness-collection'],
    [
      'products of an unknown version',
      statement(WITNESS, [app()], {
        name: 'build',
        attestations: [
          attested('material', {}),
          { type: 'https://witness.dev/attestations/product/v0.2', attestation: files },
        ],
      }),
      'witness-collection',
    ],
    [
      'two attestations of a type that is not known',
      collection('build', {}, files, [{ type: 'x' }, { type: 'x' }]),
      'witness-collection',
    ],
    ['a product without a name', linkStatement('build', [], [app(), { digest: { sha256: B } }]), 'link-statement'],
    ['one product with two contents', linkStatement('build', [], [app(), app({ sha256: B })]), 'link-statement'],
    ['one material with two contents', linkStatement('build', [app(), app({ sha256: B })], [app()]), 'link-statement'],
    [
      'a subject of Witness that is no file',
      linkStatement(
        'build',
        [],
        [app(), { name: 'https://witness.dev/attestations/git/v0.1/refnameshort:main', digest: { sha256: B } }],
      ),
      'link-statement',
    ],
    ['a link without a name', linkStatement('', [], [app()]), 'link-statement'],
    [
      'provenance without a builder',
      statement(SLSA, [app()], { buildDefinition: { buildType: 'https://ci/type' } }),
      'slsa-provenance',
    ],
    ['provenance without a body', statement(SLSA, [app()], {}), 'slsa-provenance'],
    ['a test result about nothing', statement(RESULT, [], { result: 'PASSED' }), 'test-result'],
    ['a test result that is none', statement(RESULT, [app()], { result: 'passed' }), 'test-result'],
  ]
  test.each(bad)('%s', (_, document, form) => {
    const report = judge(
      { build: signed(document, alice), test: signed(TEST['link-statement'], bob) },
      { build: form, test: 'link-statement' },
    )
    expect(['MALFORMED', 'UNSUPPORTED', 'STEP_NAME_MISMATCH']).toContain(reject(report))
  })

  test('two steps that take the same kind of nameless evidence: one would serve both', () => {
    const evidence = { build: signed(TEST['test-result'], alice), test: signed(TEST['test-result'], bob) }
    const report = judge(evidence, { build: 'test-result', test: 'test-result' })
    expect(codes(report)[0]).toBe('cannot-tell')
    expect(report.reasons[0]?.message).toContain('one would serve both')
  })

  test('a file that no rule allows is seen, whatever form it comes in', () => {
    for (const [form, document] of Object.entries({
      'link-statement': linkStatement('build', [], [app(), { name: 'evil', digest: { sha256: B } }]),
      'witness-collection': collection('build', {}, { ...files, evil: { digest: { sha256: B } } }),
    })) {
      const evidence = { build: signed(document, alice), test: signed(TEST['link-statement'], bob) }
      expect(codes(judge(evidence, { build: form, test: 'link-statement' } as Forms))).toEqual([
        'deny',
        'ARTIFACT_UNEXPECTED',
      ])
    }
  })
})

describe('digest sets of two statements', () => {
  const compared = (made: Record<string, string>, took: Record<string, string>) =>
    codes(
      judge(
        {
          build: signed(linkStatement('build', [], [app(made)]), alice),
          test: signed(linkStatement('test', [app(took)], []), bob),
        },
        { build: 'link-statement', test: 'link-statement' },
      ),
    )
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['an algorithm that only one has', { sha256: A, sha512: LONG }, { sha256: A }],
    ['letter case beside one that agrees', { sha256: A, sha512: LONG }, { sha256: A, sha512: LONG.toUpperCase() }],
    [
      'gitoids, which are the same for all files of real collections',
      { sha256: A, 'gitoid:sha256': 'gitoid:blob:sha256:aa' },
      { sha256: A, 'gitoid:sha256': 'gitoid:blob:sha256:bb' },
    ],
    ['a weak algorithm that differs beside a strong one', { sha256: A, md5: 'aa' }, { sha256: A, md5: 'bb' }],
  ])('are of the same file but for %s', (_, made, took) => {
    expect(compared(made, took)).toEqual(['allow'])
  })
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['another digest', { sha256: A }, { sha256: B }],
    [
      'a strong one that differs beside a stronger that agrees',
      { sha512: LONG, sha256: A },
      { sha512: LONG, sha256: B },
    ],
    ['none in common', { sha256: A }, { sha512: LONG }],
    ['weak ones in common', { sha1: 'aa', sha256: A }, { sha1: 'aa', sha512: LONG }],
    ['one that is too short', { sha256: 'aa' }, { sha256: 'aa' }],
    ['capitals, which no DigestSet has', { sha256: A.toUpperCase() }, { sha256: A.toUpperCase() }],
    ['gitoids alone', { 'gitoid:sha256': 'gitoid:blob:sha256:aa' }, { 'gitoid:sha256': 'gitoid:blob:sha256:aa' }],
    ['git commits, which are SHA-1', { gitCommit: 'a'.repeat(40) }, { gitCommit: 'a'.repeat(40) }],
  ])('prove nothing with %s', (_, made, took) => {
    expect(compared(made, took)[0]).toBe('deny')
  })

  test('two signers of one step agree under the same rule', () => {
    const spec: LayoutSpec = {
      ...SPEC,
      steps: [{ name: 'build', keys: [alice.key, bob.key], threshold: 2, products: ['CREATE app', 'DISALLOW *'] }],
    }
    const two = (other: Record<string, string>) =>
      judge(
        {
          build: [
            signed(linkStatement('build', [], [app()]), alice),
            signed(linkStatement('build', [], [app(other)]), bob),
          ],
        },
        { build: 'link-statement' },
        spec,
      )
    expect(codes(two({ sha256: A, sha512: LONG }))).toEqual(['allow'])
    expect(codes(two({ sha256: B }))).toEqual(['deny', 'SIGNERS_DISAGREE'])
    expect(codes(two({ sha512: LONG }))).toEqual(['deny', 'SIGNERS_DISAGREE'])
  })

  test('MODIFY takes a file only where its change is certain', () => {
    const spec: LayoutSpec = {
      ...SPEC,
      steps: [{ name: 'build', keys: [alice.key], products: ['MODIFY app', 'DISALLOW *'] }],
    }
    const modified = (after: Record<string, string>) =>
      codes(
        judge(
          { build: signed(linkStatement('build', [app()], [app(after)]), alice) },
          { build: 'link-statement' },
          spec,
        ),
      )[0]
    expect(modified({ sha256: B })).toBe('allow')
    expect(modified({ sha256: A, sha512: LONG })).toBe('deny')
    expect(modified({ sha512: LONG })).toBe('deny')
  })
})

test('the form is part of what a verdict rests on', () => {
  const evidence = { build: signed(BUILD['link-statement'], alice), test: signed(TEST['link-statement'], bob) }
  const inputs = (forms: Forms | null) => judge(evidence, forms).inputs
  expect(inputs({ build: 'link-statement' })).not.toBe(inputs(null))
  expect(inputs({ build: 'link-statement' })).not.toBe(inputs({ build: 'witness-collection' }))
  expect(inputs({ build: PROVENANCE })).not.toBe(inputs({ build: { ...PROVENANCE, builder: 'https://other' } }))
})
