import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Key, parsePublicKeyPem } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { layoutDocument, type StepSpec } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import {
  type Candidate,
  parseWitnessPolicy,
  type Report,
  readDocument,
  type SignatureVerifier,
  type StepForms,
  verifyEnvelope,
  verifyLayout,
} from '../index.ts'

const folder = join(import.meta.dirname, '../vectors/real-witness')
const read = (name: string): Uint8Array => readFileSync(join(folder, name))
const keyOf = (name: string): Key => parsePublicKeyPem(readFileSync(join(folder, name), 'utf8'))
const verify: SignatureVerifier = (key, message, signature) => verifySignature(key, message, signature)

const AT = Date.parse('2026-12-01T00:00:00Z')
const owner = makeKey('owner')
const signed = parseWitnessPolicy(read('policy.signed.json'))
const { policy } = signed

/** The policy's steps and keys as a layout; what its steps share is what `witness verify` would have compared. */
function layoutOf(test: Partial<StepSpec> = {}, keys: readonly Key[] = [keyOf('k.pub')]): Uint8Array {
  const rules = ['MATCH app WITH PRODUCTS FROM build', 'MATCH * WITH MATERIALS FROM build', 'DISALLOW *']
  const steps: StepSpec[] = [
    { name: 'build', keys, command: ['make'], materials: ['ALLOW *'], products: ['CREATE app', 'DISALLOW *'] },
    { name: 'test', keys, materials: rules, products: ['DISALLOW *'], ...test },
  ]
  return metablock(layoutDocument({ expires: new Date('2035-12-17T00:00:00Z'), steps }), [owner])
}

const FORMS: StepForms = new Map(policy.steps.map(({ name }) => [name, { form: 'witness-collection' }]))

function judge(
  layout: Uint8Array,
  change: Partial<Record<string, Uint8Array>> = {},
  forms: StepForms | null = FORMS,
): Report {
  const steps = new Map<string, Candidate[]>(
    policy.steps.map(({ name }) => [
      name,
      [{ document: readDocument(`${name}.json`, change[name] ?? read(`${name}.json`)), keyid: null }],
    ]),
  )
  return verifyLayout({
    layout: readDocument('root.layout', layout),
    layoutKeys: [owner.key],
    links: { steps, namespaces: new Map() },
    ...(forms === null ? {} : { forms }),
    at: AT,
    profile: 'strict',
    verifySignature: verify,
  })
}

test('what Witness recorded passes a layout with the same demands', () => {
  const report = judge(layoutOf())
  expect(report.reasons).toEqual([])
  expect(report.verdict).toBe('allow')
  expect(report.steps.map(({ name, counted }) => [name, counted[0]?.command, counted[0]?.returnValue])).toEqual([
    ['build', ['make'], 0],
    ['test', ['sh', '-c', 'test -s app'], 0],
  ])
  expect(report.steps.map(({ counted }) => [counted[0]?.materials, counted[0]?.products])).toEqual([
    [28, 1],
    [29, 0],
  ])
})

test('only where somebody chose the form', () => {
  const report = judge(layoutOf(), {}, null)
  expect([report.verdict, report.reasons[0]?.code]).toEqual(['cannot-tell', 'UNSUPPORTED'])
})

test('another key, and a file that nobody may bring, are refused', () => {
  const other = judge(layoutOf({}, [keyOf('pol.pub')]))
  expect([other.verdict, other.reasons[0]?.code]).toEqual(['deny', 'SIGNER_NOT_ALLOWED'])
  const strict = judge(layoutOf({ materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] }))
  expect([strict.verdict, strict.reasons[0]?.code]).toEqual(['deny', 'ARTIFACT_UNEXPECTED'])
})

test('each collection stands for its own step alone', () => {
  const report = judge(layoutOf(), { test: read('build.json') })
  expect([report.verdict, report.reasons[0]?.code]).toEqual(['deny', 'STEP_NAME_MISMATCH'])
})

test('one changed byte anywhere in a collection never allows', () => {
  const layout = layoutOf()
  const bytes = read('build.json')
  const allowed: number[] = []
  for (let at = 0; at < bytes.length; at += 61) {
    const changed = Uint8Array.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    if (judge(layout, { build: changed }).verdict === 'allow') allowed.push(at)
  }
  // letters of the keyid are a hint only; nothing else may change
  const text = Buffer.from(bytes).toString('latin1')
  const keyid = text.indexOf('10a59784')
  expect(allowed.filter((at) => at < keyid || at >= keyid + 64)).toEqual([])
})

test('the policy says which steps, signers and attestations it demands', () => {
  const key = '10a59784a9a79e2b2325d9887a92dd4efba43f1be9645cdb64f447106cd7e439'
  expect(policy.expires).toBe('2035-12-17T23:57:40-05:00')
  expect([...policy.keys].map(([keyid, { fingerprint }]) => [keyid, fingerprint])).toEqual([
    [key, keyOf('k.pub').fingerprint],
  ])
  expect(policy.steps.map(({ name, functionaries }) => [name, functionaries])).toEqual([
    ['test', [{ kind: 'key', keyid: key }]],
    ['build', [{ kind: 'key', keyid: key }]],
  ])
  expect(policy.steps.map(({ attestations }) => attestations.map(({ type }) => type.split('/').at(-2)))).toEqual([
    ['material', 'command-run'],
    ['material', 'command-run'],
  ])
  const [rego] = policy.steps[1]?.attestations[1]?.regoPolicies ?? []
  expect(rego?.name).toBe('expected command')
  expect(rego?.module).toContain('exitcode not 0')
})

test('what it demands and nobody judges here is told', () => {
  expect(policy.notJudged).toEqual([
    'Step build judges https://witness.dev/attestations/command-run/v0.1 by the Rego module "expected command", which is not run here.',
  ])
})

test('its signature is checked with the key that one trusts, not with those in it', () => {
  expect(verifyEnvelope(signed, [keyOf('pol.pub')], 1, AT, verify).enough).toBe(true)
  expect(verifyEnvelope(signed, [keyOf('k.pub')], 1, AT, verify).enough).toBe(false)
  expect(() => parseWitnessPolicy(read('build.json'))).toThrowError(expect.objectContaining({ code: 'UNSUPPORTED' }))
})
