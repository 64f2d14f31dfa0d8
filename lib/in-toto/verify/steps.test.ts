import { describe, expect, test } from 'vitest'
import { type JsonObject, type JsonValue, jsonObject, type Key } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { type LayoutSpec, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import { gpgKey, plainSignature, plainVerifier } from '#lib/testing/authority/plain-keys.ts'
import type { Candidate, Document, Report, StepForms, VerifyInput } from '../index.ts'
import { readDocument, verifyLayout } from '../index.ts'
import { InspectionBook } from './inspection-book.ts'
import { allKeyids } from './keyids.ts'

const AT = Date.parse('2026-06-01T00:00:00Z')
const EXPIRES = new Date('2040-01-01T00:00:00Z')
const [owner, alice, bob] = [makeKey('owner'), makeKey('alice'), makeKey('bob')]

const build = (more: Partial<LayoutSpec['steps'][number]> = {}, spec: Partial<LayoutSpec> = {}) =>
  layoutDocument({
    expires: EXPIRES,
    steps: [{ name: 'build', keys: [alice.key, bob.key], products: ['ALLOW *'], ...more }],
    ...spec,
  })
const anyName = (bytes: Uint8Array): Candidate => ({ document: readDocument('build.link', bytes), keyid: null })
const by = (signers: readonly TestKey[], document: JsonObject) => anyName(metablock(document, signers))

function judge(layout: JsonObject, candidates: readonly Candidate[], more: Partial<VerifyInput> = {}): Report {
  return verifyLayout({
    layout: readDocument('root.layout', metablock(layout, [owner])),
    layoutKeys: [owner.key],
    links: { steps: new Map([['build', candidates]]), namespaces: new Map() },
    at: AT,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
    ...more,
  })
}

const forms: StepForms = new Map([['build', { form: 'link-statement' }]])
const statement = (digest: Record<string, string>, predicate: Record<string, JsonValue> = {}): JsonObject =>
  jsonObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [jsonObject({ name: 'app', digest: jsonObject(digest) })],
    predicateType: 'https://in-toto.io/attestation/link/v0.3',
    predicate: jsonObject({ name: 'build', materials: [], ...predicate }),
  })

describe('signers of one step agree', () => {
  test('where they signed the very same document, whatever its digests prove', () => {
    const weak = statement({ sha1: 'a'.repeat(40) })
    const same = judge(build({ threshold: 2 }), [anyName(dsse(weak, [alice, bob]))], { forms })
    expect(same.checks.find(({ id }) => id === 'step.build.agreement')?.outcome).toBe('passed')
    const twice = [alice, bob].map((signer) => anyName(dsse(weak, [signer])))
    const apart = judge(build({ threshold: 2 }), twice, { forms })
    expect(apart.reasons.map(({ code }) => code)).toContain('SIGNERS_DISAGREE')
  })

  test('not where one lists a file more, were it without any digest', () => {
    const document = () => linkDocument({ name: 'build', products: { app: 'good' } })
    const more = document()
    const products = more.get('products')
    if (products instanceof Map) products.set('extra', new Map())
    for (const [first, second] of [
      [document(), more],
      [more, document()],
    ] as const) {
      const report = judge(build({ threshold: 2 }), [by([alice], first), by([bob], second)])
      expect(report.verdict).toBe('deny')
      const found = report.reasons.find(({ code }) => code === 'SIGNERS_DISAGREE')
      expect(found).toMatchObject({
        artifact: 'extra',
        message: expect.stringContaining('extra is among the products of one only'),
      })
    }
  })
})

describe('another command is for people to judge', () => {
  const told = (report: Report) =>
    report.reasons.filter(({ code }) => code === 'COMMAND_MISMATCH').map(({ message }) => message)

  test('be it as long as the expected one', () => {
    const link = (command: readonly string[]) => by([alice], linkDocument({ name: 'build', command }))
    const layout = build({ command: ['make', 'all'] })
    expect(told(judge(layout, [link(['make', 'all'])]))).toEqual([])
    expect(told(judge(layout, [link(['make', 'other'])]))).toEqual([
      'Step build was done with "make other", expected was "make all".',
    ])
    expect(told(judge(layout, [link(['other', 'all'])]))).toHaveLength(1)
    expect(told(judge(layout, [link(['make', 'all', 'more'])]))).toHaveLength(1)
  })

  test('and is told as the statement says it, or that it says none', () => {
    const layout = build({ command: ['make'] })
    const said = (predicate: Record<string, JsonValue>) =>
      told(judge(layout, [anyName(dsse(statement({ sha256: 'a'.repeat(64) }, predicate), [alice]))], { forms }))
    expect(said({ command: ['make'] })).toEqual([])
    expect(said({ command: ['cc'] })).toEqual(['Step build was done with "cc", expected was "make".'])
    expect(said({})).toEqual([
      'The evidence of step build does not say with which command it was done, expected was "make".',
    ])
  })
})

describe('inspections', () => {
  const inspection = { name: 'look', run: ['ls'] }

  test('that were not run are remembered as that, and those that were as what they gave', () => {
    const none = { returnValue: null, materials: new Map(), products: new Map(), problem: 'it was not performed' }
    const gave = { returnValue: 0, materials: new Map(), products: new Map([['a', {}]]) }
    expect(new InspectionBook(null).run).toBeNull()
    expect(new InspectionBook(null).recall(inspection, [])).toEqual(none)
    const book = new InspectionBook(() => gave)
    expect(book.recall(inspection, [])).toEqual(none)
    expect(book.run?.(inspection, ['sub'])).toBe(gave)
    expect(book.recall(inspection, ['sub'])).toBe(gave)
    expect(book.recall(inspection, [])).toEqual(none)
    expect(book.recall({ ...inspection, name: 'other' }, ['sub'])).toEqual(none)
  })

  test('that nobody performs follow from what failed before, not from what was warned of', () => {
    const layout = build({ command: ['make'], products: ['DISALLOW *'] }, { inspections: [inspection] })
    const { reasons } = judge(layout, [by([alice], linkDocument({ name: 'build', products: { app: 'good' } }))])
    const found = reasons.find(({ code }) => code === 'INSPECTION_NOT_RUN')
    expect(reasons.map(({ code }) => code)).toContain('COMMAND_MISMATCH')
    expect(reasons[found?.follows ?? -1]?.code).toBe('ARTIFACT_UNEXPECTED')
  })
})

describe('the signature of a layout', () => {
  test('is shown by the keyid that it has, the missing one by that of its key', () => {
    const other = allKeyids(owner.key).find((keyid) => keyid !== owner.keyid) ?? ''
    const signed = (signer: TestKey) => readDocument('root.layout', metablock(build(), [signer]))
    const shown = (layout: Document) => judge(build(), [], { layout }).layout.signatures.map(({ keyid }) => keyid)
    expect(shown(signed({ ...owner, keyid: other }))).toEqual([other])
    expect(shown(signed(alice))).toEqual([owner.keyid, alice.keyid])
  })

  test('by a gpg key that has expired says so', () => {
    const layout = readDocument('root.layout', metablock(build(), []))
    if (!('envelope' in layout)) throw new Error(layout.problem.message)
    const codes = (key: Key) => {
      const signatures = [plainSignature(key.keyid, key)]
      const signed: Document = { ...layout, envelope: { ...layout.envelope, signatures } }
      const report = judge(build(), [], { layout: signed, layoutKeys: [key], verifySignature: plainVerifier() })
      return report.reasons.map(({ code }) => code)
    }
    expect(codes(gpgKey('late', [], { expiresAt: AT / 1000 }))).toEqual(['KEY_EXPIRED', 'STEP_MISSING'])
    expect(codes(gpgKey('good', [], { expiresAt: AT / 1000 + 1 }))).toEqual(['STEP_MISSING'])
  })
})

test('a step that is no sublayout has none in the report', () => {
  const report = judge(build(), [by([alice], linkDocument({ name: 'build' }))])
  expect(Object.keys(report.steps[0] ?? {})).not.toContain('sublayout')
})
