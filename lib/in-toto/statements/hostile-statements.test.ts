// Longer than most: every form of statement, changed in every place, under the same properties.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type JsonObject, type JsonValue, jsonObject, parseJson, printJson, utf8 } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { layoutDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { parseEnvelope, type Report, readDocument, type StepForm, verificationsIn, verifyLayout } from '../index.ts'
import { parseWitnessPolicy, WITNESS_POLICY } from './witness-policy.ts'

const AT = Date.parse('2026-06-01T00:00:00Z')
const owner = makeKey('owner')
const alice = makeKey('alice')
const A = 'a'.repeat(64)
const B = 'b'.repeat(64)

const app = { name: 'app', digest: { sha256: A } }
const src = { name: 'src', uri: 'git+https://forge/src', digest: { sha256: B } }
const attested = (kind: string, attestation: unknown) => ({
  type: `https://witness.dev/attestations/${kind}/v0.1`,
  attestation,
})
const statement = (predicateType: string, predicate: unknown) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [app],
  predicateType,
  predicate,
})
const FORMS: readonly (readonly [StepForm, unknown])[] = [
  [
    { form: 'link-statement' },
    statement('https://in-toto.io/attestation/link/v0.3', {
      name: 'build',
      command: ['make'],
      materials: [src],
      byproducts: { 'return-value': 0 },
    }),
  ],
  [
    { form: 'witness-collection' },
    statement('https://witness.testifysec.com/attestation-collection/v0.1', {
      name: 'build',
      attestations: [
        attested('material', { src: { sha256: B } }),
        attested('command-run', { cmd: ['make'], exitcode: 0 }),
        attested('product', { app: { mime_type: 'text/plain', digest: { sha256: A } } }),
      ],
    }),
  ],
  [
    { form: 'slsa-provenance', builder: 'https://ci', buildType: 'https://ci/type' },
    statement('https://slsa.dev/provenance/v1', {
      buildDefinition: { buildType: 'https://ci/type', resolvedDependencies: [src] },
      runDetails: { builder: { id: 'https://ci' } },
    }),
  ],
  [
    { form: 'test-result' },
    { ...statement('https://in-toto.io/attestation/test-result/v0.1', { result: 'PASSED' }), subject: [src] },
  ],
  [
    { form: 'vsa', verifier: 'https://verifier', policy: 'https://policy', level: 'SLSA_BUILD_LEVEL_2' },
    {
      ...statement('https://slsa.dev/verification_summary/v1', {
        verifier: { id: 'https://verifier' },
        timeVerified: '2026-05-01T12:00:00Z',
        resourceUri: 'oci://registry/src',
        policy: { uri: 'https://policy' },
        inputAttestations: [app],
        verificationResult: 'PASSED',
        verifiedLevels: ['SLSA_BUILD_LEVEL_3'],
      }),
      subject: [src],
    },
  ],
]

function parsed(value: unknown): JsonObject {
  const json = parseJson(utf8(JSON.stringify(value)))
  return json instanceof Map ? json : jsonObject({})
}

const layout = (form: StepForm): Uint8Array =>
  metablock(
    layoutDocument({
      expires: new Date('2030-01-01T00:00:00Z'),
      steps: [
        {
          name: 'build',
          keys: [alice.key],
          materials: ['REQUIRE src', 'ALLOW src', 'DISALLOW *'],
          products:
            form.form === 'test-result' || form.form === 'vsa'
              ? ['DISALLOW *']
              : ['REQUIRE app', 'CREATE app', 'DISALLOW *'],
        },
      ],
    }),
    [owner],
  )

function judge(bytes: Uint8Array, form: StepForm, against = layout(form)): Report {
  return verifyLayout({
    layout: readDocument('root.layout', against),
    layoutKeys: [owner.key],
    links: {
      steps: new Map([['build', [{ document: readDocument('build.json', bytes), keyid: null }]]]),
      namespaces: new Map(),
    },
    forms: new Map([['build', form]]),
    at: AT,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
  })
}

/** What every "no" owes to people: a code, a sentence, and the file that it is about. */
function expectSentence(report: Report): void {
  const [reason] = report.reasons
  expect(report.verdict).not.toBe('allow')
  expect(reason?.code).toMatch(/^[A-Z_]+$/)
  expect(reason?.message).toMatch(/\S.*[.)"]$/s)
  expect(reason?.step).toBe('build')
}

type Path = readonly (string | number)[]

/** Every place in a document, the document itself not. */
function places(value: JsonValue, path: Path = []): Path[] {
  const entries: [string | number, JsonValue][] =
    value instanceof Map ? [...value] : Array.isArray(value) ? [...value.entries()] : []
  return entries.flatMap(([name, item]) => [[...path, name], ...places(item, [...path, name])])
}

const REMOVE = Symbol('remove')

/** A copy with another value at a place. */
function changed(value: JsonValue, [name, ...rest]: Path, to: JsonValue | typeof REMOVE): JsonValue {
  if (value instanceof Map) {
    const copy = new Map(value)
    const next = rest.length === 0 ? to : changed(value.get(String(name)) ?? null, rest, to)
    if (next === REMOVE) copy.delete(String(name))
    else copy.set(String(name), next)
    return copy
  }
  if (!Array.isArray(value)) return value
  return value.flatMap((item, index) => {
    if (index !== name) return [item]
    const next = rest.length === 0 ? to : changed(item, rest, to)
    return next === REMOVE ? [] : [next]
  })
}

const hostile: fc.Arbitrary<JsonValue | typeof REMOVE> = fc.oneof(
  fc.constant(REMOVE),
  fc.constantFrom<JsonValue>(
    null,
    true,
    0n,
    -1n,
    2n ** 70n,
    '',
    'x',
    '../evil',
    '__proto__',
    [],
    [null],
    ['x'],
    new Map(),
  ),
  fc.constantFrom<JsonValue>(jsonObject({ sha256: 'zz' }), jsonObject({ sha256: B }), jsonObject({ name: 'evil' })),
  fc.string().map((text) => text.toWellFormed()),
)

/** Members without which nobody can tell what was done, besides those of every statement. */
const NEEDED: Readonly<Record<StepForm['form'], readonly string[]>> = {
  link: [],
  'link-statement': ['predicate.name', 'predicate.materials', 'predicate.materials.0', 'subject.0', 'subject.0.name'],
  'witness-collection': [
    'predicate.name',
    'predicate.attestations',
    ...[0, 2].flatMap((index) => ['', '.type', '.attestation'].map((name) => `predicate.attestations.${index}${name}`)),
    'predicate.attestations.0.attestation.src',
    'predicate.attestations.2.attestation.app.digest',
  ],
  'slsa-provenance': [
    'predicate.buildDefinition',
    'predicate.buildDefinition.buildType',
    'predicate.buildDefinition.resolvedDependencies',
    'predicate.runDetails.builder',
    'predicate.runDetails.builder.id',
    'subject.0',
    'subject.0.name',
  ],
  'test-result': ['predicate.result', 'subject.0', 'subject.0.name', 'subject.0.digest'],
  vsa: [
    ...['verifier', 'verifier.id', 'timeVerified', 'resourceUri', 'policy', 'policy.uri', 'verificationResult'].map(
      (name) => `predicate.${name}`,
    ),
    'predicate.verifiedLevels',
    'predicate.verifiedLevels.0',
    'subject.0',
    'subject.0.name',
    'subject.0.digest',
  ],
}

describe.each(FORMS)('$form', (form, written) => {
  const good = parsed(written)
  const against = layout(form)

  test('is allowed as it is, whatever the order of its members', () => {
    expect(judge(dsse(good, [alice]), form).verdict).toBe('allow')
    const shuffled = (value: JsonValue): fc.Arbitrary<JsonValue> => {
      if (Array.isArray(value)) return value.length === 0 ? fc.constant(value) : fc.tuple(...value.map(shuffled))
      if (!(value instanceof Map)) return fc.constant(value)
      return fc
        .shuffledSubarray([...value.keys()], { minLength: value.size })
        .chain((names) =>
          fc.tuple(...names.map((name) => shuffled(value.get(name) ?? null).map((item) => [name, item] as const))),
        )
        .map((entries) => new Map(entries))
    }
    fc.assert(
      fc.property(shuffled(good), (value) => {
        const bytes = dsse(value instanceof Map ? value : jsonObject({}), [alice])
        expect(judge(bytes, form, against).verdict).toBe('allow')
      }),
      { numRuns: 60 },
    )
  })

  test('signed with any member changed: judged on what it says, and never thrown', () => {
    fc.assert(
      fc.property(fc.constantFrom(...places(good)), hostile, (path, value) => {
        const document = changed(good, path, value)
        const report = judge(dsse(document instanceof Map ? document : jsonObject({}), [alice]), form, against)
        if (report.verdict !== 'allow') expectSentence(report)
        // an allow is only possible where the files are still the same: all of them, by name
        else expect(report.steps[0]?.counted[0]?.materials).toBe(1)
        expect(JSON.parse(JSON.stringify(report)).verdict).toBe(report.verdict)
      }),
      { numRuns: 400 },
    )
  })

  test.each(['_type', 'predicateType', 'predicate', 'subject', ...NEEDED[form.form]])('not without %s', (name) => {
    const path = places(good).find((one) => one.join('.') === name) ?? []
    expect(path).not.toEqual([])
    const document = changed(good, path, REMOVE)
    expectSentence(judge(dsse(document instanceof Map ? document : jsonObject({}), [alice]), form, against))
  })

  test('with any bit of the file changed it never allows something else', () => {
    const bytes = dsse(good, [alice])
    const before = JSON.stringify(judge(bytes, form, against).steps[0]?.counted[0]?.signer)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const broken = Uint8Array.from(bytes)
        broken[at] = (broken[at] ?? 0) ^ (1 << bit)
        const report = judge(broken, form, against)
        if (report.verdict === 'allow') expect(JSON.stringify(report.steps[0]?.counted[0]?.signer)).toBe(before)
        else expectSentence(report)
      }),
      { numRuns: 500 },
    )
  })

  test('cut short anywhere it is refused with a sentence', () => {
    const bytes = dsse(good, [alice])
    for (let end = 0; end < bytes.length; end += 13) expectSentence(judge(bytes.subarray(0, end), form, against))
  })

  test('a deny never becomes an allow by a changed byte', () => {
    const bad = dsse(parsed(JSON.parse(JSON.stringify(written).replaceAll('"src"', '"evil"'))), [alice])
    expect(judge(bad, form, against).verdict).toBe('deny')
    fc.assert(
      fc.property(fc.nat(bad.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const broken = Uint8Array.from(bad)
        broken[at] = (broken[at] ?? 0) ^ mask
        expectSentence(judge(broken, form, against))
      }),
      { numRuns: 500 },
    )
  })
})

test('hostile verifications and policies are read or refused with a place', () => {
  const policy = parsed({
    expires: '2035-01-01T00:00:00Z',
    publickeys: {},
    steps: { a: { name: 'a', functionaries: [{ publickeyid: 'x' }], attestations: [{ type: 't', regopolicies: [] }] } },
  })
  const summary = parsed(
    statement('https://slsa.dev/verification_summary/v1', {
      verifier: { id: 'v' },
      timeVerified: '2026-01-01T00:00:00Z',
      policy: { uri: 'p' },
      verificationResult: 'PASSED',
      inputAttestations: [src],
    }),
  )
  const read = (make: () => unknown) => {
    try {
      make()
    } catch (error) {
      expect(error).toMatchObject({
        name: 'FormatError',
        code: expect.any(String),
        message: expect.stringMatching(/\.$/),
      })
    }
  }
  const asMap = (value: JsonValue) => (value instanceof Map ? value : jsonObject({}))
  fc.assert(
    fc.property(fc.constantFrom(...places(policy)), fc.constantFrom(...places(summary)), hostile, (one, two, value) => {
      read(() => parseWitnessPolicy(dsse(asMap(changed(policy, one, value)), [alice], WITNESS_POLICY)))
      read(() => printJson(asMap(changed(summary, two, value))))
      read(() => verificationsIn(parseEnvelope(dsse(asMap(changed(summary, two, value)), [alice]))))
    }),
    { numRuns: 500 },
  )
})
