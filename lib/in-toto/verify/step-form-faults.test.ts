import { describe, expect, test } from 'vitest'
import { type JsonObject, type JsonValue, jsonObject } from '#lib/crypto/index.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import type { Envelope, Layout, Statement } from '../index.ts'
import { parseLayoutDocument, parseStatementDocument, readDocument } from '../index.ts'
import { contentFault, formFault, recordOf, type StepForm, sameForm } from './step-form.ts'

const alice = makeKey('alice')
const A = 'a'.repeat(64)

const file = (name: string | null): JsonObject =>
  jsonObject({ ...(name === null ? {} : { name }), digest: jsonObject({ sha256: A }) })
const document = (predicateType: string, predicate: JsonValue, subject: JsonObject[] = [file('app')]): JsonObject =>
  jsonObject({ _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate })

const TYPES = {
  'link-statement': 'https://in-toto.io/attestation/link/v0.3',
  'witness-collection': 'https://witness.testifysec.com/attestation-collection/v0.1',
  'slsa-provenance': 'https://slsa.dev/provenance/v1',
  'test-result': 'https://in-toto.io/attestation/test-result/v0.1',
} as const

const link = (name: string, more: Record<string, JsonValue> = {}, subject?: JsonObject[]): JsonObject =>
  document(TYPES['link-statement'], jsonObject({ name, materials: [], ...more }), subject)
const collection = (name: string): JsonObject =>
  document(TYPES['witness-collection'], jsonObject({ name, attestations: [] }))
const provenance = (id = 'https://ci', buildType = 'https://ci/type', subject?: JsonObject[]): JsonObject =>
  document(
    TYPES['slsa-provenance'],
    jsonObject({
      buildDefinition: jsonObject({ buildType }),
      runDetails: jsonObject({ builder: jsonObject({ id }) }),
    }),
    subject,
  )
const result = (text: string, subject?: JsonObject[]): JsonObject =>
  document(TYPES['test-result'], jsonObject({ result: text }), subject)

const FORMS: Record<keyof typeof TYPES, { form: StepForm; says: string; one: JsonObject }> = {
  'link-statement': {
    form: { form: 'link-statement' },
    says: 'a statement with a link predicate',
    one: link('build'),
  },
  'witness-collection': {
    form: { form: 'witness-collection' },
    says: 'a Witness collection',
    one: collection('build'),
  },
  'slsa-provenance': {
    form: { form: 'slsa-provenance', builder: 'https://ci', buildType: 'https://ci/type' },
    says: 'SLSA provenance',
    one: provenance(),
  },
  'test-result': { form: { form: 'test-result' }, says: 'a test result', one: result('PASSED') },
}

function envelopeOf(bytes: Uint8Array): Envelope {
  const read = readDocument('x', bytes)
  if (!('envelope' in read)) throw new Error(read.problem.message)
  return read.envelope
}

const SPEC = { expires: new Date('2030-01-01T00:00:00Z') }
const layoutOf = (...names: string[]): Layout =>
  parseLayoutDocument(layoutDocument({ ...SPEC, steps: names.map((name) => ({ name, keys: [alice.key] })) }))
const LAYOUT = layoutOf('build', 'test')

describe('a document is of the form in which the evidence of its step comes', () => {
  const classic = envelopeOf(metablock(linkDocument({ name: 'build' }), [alice]))
  const sublayout = envelopeOf(metablock(LAYOUT.value, [alice]))

  test('links and sublayouts where nothing else is said, and no statement', () => {
    expect(formFault(classic, { form: 'link' })).toBeNull()
    expect(formFault(sublayout, { form: 'link' })).toBeNull()
    for (const [kind, { one }] of Object.entries(FORMS)) {
      expect(formFault(envelopeOf(dsse(one, [alice])), { form: 'link' })).toEqual({
        code: 'UNSUPPORTED',
        message: `It is a statement (${TYPES[kind as keyof typeof TYPES]}), not a link or a sublayout.`,
      })
    }
  })

  test.each(Object.entries(FORMS))(
    'a statement of its own type where %s is asked for, and nothing else',
    (asked, { form, says }) => {
      const expected = `the evidence of this step comes as ${says}.`
      expect(formFault(classic, form)).toEqual({ code: 'UNSUPPORTED', message: `It is a link, and ${expected}` })
      expect(formFault(sublayout, form)).toEqual({ code: 'UNSUPPORTED', message: `It is a layout, and ${expected}` })
      for (const [kind, { one }] of Object.entries(FORMS)) {
        const fault = formFault(envelopeOf(dsse(one, [alice])), form)
        const message = `It is a statement of the type ${TYPES[kind as keyof typeof TYPES]}, and ${expected}`
        expect(fault).toEqual(kind === asked ? null : { code: 'UNSUPPORTED', message })
      }
      const unknown = document('https://example.org/unknown', jsonObject({}))
      expect(formFault(envelopeOf(dsse(unknown, [alice])), form)?.code).toBe('UNSUPPORTED')
    },
  )
})

describe('what a statement says may stand for the step', () => {
  const judge = (
    value: JsonObject,
    form: StepForm,
    step = 'build',
    rivals: readonly string[] = [],
    layout = LAYOUT,
  ) => {
    const named = layout.steps.find(({ name }) => name === step)
    if (named === undefined) throw new Error('no such step')
    return contentFault({ document: parseStatementDocument(value), form }, named, layout, rivals)
  }
  const built = (builder = 'https://ci', buildType = 'https://ci/type'): StepForm => ({
    form: 'slsa-provenance',
    builder,
    buildType,
  })

  test('where it names this step', () => {
    const whole = document(
      TYPES['witness-collection'],
      jsonObject({
        name: 'build',
        attestations: ['material', 'product'].map((kind) =>
          jsonObject({ type: `https://witness.dev/attestations/${kind}/v0.1`, attestation: jsonObject({}) }),
        ),
      }),
    )
    for (const [value, form] of [
      [link('build'), { form: 'link-statement' }],
      [whole, { form: 'witness-collection' }],
    ] as const) {
      expect(judge(value, form)).toBeNull()
      expect(judge(value, form, 'test')).toEqual({
        code: 'STEP_NAME_MISMATCH',
        message: 'It was recorded for step "build", not for "test".',
      })
      // where links are asked for it is refused before, and nothing is said of its name
      expect(judge(value, { form: 'link' }, 'test')).toBeNull()
      // it names its step, so that others may take the same form
      expect(judge(value, form, 'build', ['build', 'test'])).toBeNull()
    }
  })

  test('where it is of this builder and this kind of build', () => {
    expect(judge(provenance(), built())).toBeNull()
    expect(judge(provenance(), built('https://other'))).toEqual({
      code: 'STEP_NAME_MISMATCH',
      message: 'It is of the builder https://ci (https://ci/type); this step asks for https://other (https://ci/type).',
    })
    expect(judge(provenance(), built('https://ci', 'https://ci/other'))?.code).toBe('STEP_NAME_MISMATCH')
    for (const one of [provenance(''), provenance('https://ci', '')]) {
      expect(judge(one, built())).toEqual({
        code: 'UNSUPPORTED',
        message: 'It names no builder or no build type, so that nobody can tell for which step it stands.',
      })
    }
  })

  test('unless the tests that it reports failed', () => {
    const { form } = FORMS['test-result']
    expect(judge(result('PASSED'), form)).toBeNull()
    expect(judge(result('WARNED'), form)).toBeNull()
    expect(judge(result('FAILED'), form)).toEqual({
      code: 'STEP_FAILED',
      message: 'The tests that it reports FAILED.',
    })
  })

  test('unless it leaves something open: that is told before anything else', () => {
    const nameless = [file('app'), file(null)]
    expect(judge(link('other', {}, nameless), { form: 'link-statement' })).toMatchObject({
      code: 'UNSUPPORTED',
      place: 'subject[1]',
    })
    expect(judge(provenance('https://other', 'x', nameless), built())).toMatchObject({ place: 'subject[1]' })
    // what was tested are the subjects, which a test result lists and nothing else reads
    const { form } = FORMS['test-result']
    expect(judge(result('FAILED', nameless), form)).toMatchObject({ code: 'UNSUPPORTED', place: 'subject[1]' })
    expect(judge(result('passed', nameless), form)).toMatchObject({ code: 'MALFORMED', place: 'predicate.result' })
    expect(judge(link('build', { command: 'make' }), { form: 'link-statement' })?.code).toBe('MALFORMED')
  })

  test.each(['slsa-provenance', 'test-result'] as const)('unless another step takes %s of this kind, too', (kind) => {
    const { form, one, says } = FORMS[kind]
    const fault = {
      code: 'UNSUPPORTED',
      message: `Steps "build" and "test" both take ${says} of this kind, which names no step: one would serve both.`,
    }
    expect(judge(one, form, 'build', ['build', 'test'])).toEqual(fault)
    expect(judge(one, form, 'build', ['test', 'build'])).toEqual(fault)
    expect(judge(one, form, 'build', ['build'])).toBeNull()
    expect(judge(one, form, 'build', ['build', 'elsewhere'])).toBeNull()
    expect(judge(one, form, 'build', ['elsewhere', 'test'])).toEqual(fault)
    expect(judge(one, form, 'build', ['build', 'test'], layoutOf('build'))).toBeNull()
  })
})

test('steps of one layout share a form that names no step to the letter, wherever the layout is', () => {
  const ofType = (buildType: string): StepForm => ({ form: 'slsa-provenance', builder: 'https://ci', buildType })
  const layout = layoutOf('build', 'pack', 'sign', 'test')
  const forms = new Map<string, StepForm>([
    ['build', ofType('a')],
    ['pack', ofType('a')],
    ['sign', ofType('b')],
    ['outer/test', ofType('a')],
    ['outer/sign', { form: 'test-result' }],
  ])
  expect(sameForm(ofType('a'), layout, [], forms)).toEqual(['build', 'pack'])
  expect(sameForm(ofType('b'), layout, [], forms)).toEqual(['sign'])
  // a link names its step
  expect(sameForm({ form: 'link' }, layout, [], forms)).toEqual([])
  expect(sameForm(ofType('a'), layout, ['outer'], forms)).toEqual(['test'])
  expect(sameForm({ form: 'test-result' }, layout, ['outer'], forms)).toEqual(['sign'])
})

describe('what a statement records about its step', () => {
  const read = (value: JsonObject): Statement => parseStatementDocument(value)
  const app = new Map([['app', { sha256: A }]])

  test('are the files of its predicate, and that a statement recorded them', () => {
    const byproducts = jsonObject({ 'return-value': 2n })
    const one = read(link('build', { command: ['make', 'all'], byproducts, materials: [file('src')] }))
    expect(recordOf(one)).toEqual({
      command: ['make', 'all'],
      returnValue: 2,
      fromStatement: true,
      materials: new Map([['src', { sha256: A }]]),
      products: app,
    })
    expect(recordOf(read(provenance()))).toEqual({
      command: [],
      returnValue: null,
      fromStatement: true,
      materials: new Map(),
      products: app,
    })
  })

  test('of a test are the files that were tested; nothing came out of it', () => {
    expect(recordOf(read(result('PASSED')))).toEqual({
      command: [],
      returnValue: null,
      fromStatement: true,
      materials: app,
      products: new Map(),
    })
  })
})
