import { describe, expect, test } from 'vitest'
import { type JsonObject, utf8 } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import type { Candidate, Report } from '../index.ts'
import { readDocument, verifyLayout } from '../index.ts'

const [owner, alice, bob] = ['owner', 'alice', 'bob'].map((name) => makeKey(name)) as [TestKey, TestKey, TestKey] // safe: three names
const APP = { name: 'build', products: { app: 'good' } }

/** A layout whose one step both may sign, changed before it is signed. */
function layoutWith(change: (step: JsonObject) => void, threshold = 1): Uint8Array {
  const steps = [{ name: 'build', keys: [alice.key, bob.key], products: ['ALLOW *'], threshold }]
  const layout = layoutDocument({ expires: new Date('2030-01-01T00:00:00Z'), steps })
  const list = layout.get('steps')
  const step = Array.isArray(list) ? list[0] : null
  if (step instanceof Map) change(step)
  return metablock(layout, [owner])
}

const candidate = (bytes: Uint8Array, keyid: string | null, source = 'build.link'): Candidate => ({
  document: readDocument(source, bytes),
  keyid: keyid?.slice(0, 8) ?? null,
})

function judge(layout: Uint8Array, candidates: readonly Candidate[]): Report {
  return verifyLayout({
    layout: readDocument('root.layout', layout),
    layoutKeys: [owner.key],
    links: { steps: new Map([['build', candidates]]), namespaces: new Map() },
    at: Date.parse('2026-06-01T00:00:00Z'),
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
  })
}
const whole = layoutWith(() => undefined)
const codes = ({ reasons }: Report) => reasons.map(({ code }) => code)

describe('who may sign for a step', () => {
  test('a keyid that no key of the layout has lets nobody in', () => {
    const layout = layoutWith((step) => step.set('pubkeys', ['ab'.repeat(32)]))
    for (const signer of [alice, bob]) {
      for (const keyid of [signer.keyid, 'ab'.repeat(32), null]) {
        const report = judge(layout, [candidate(metablock(linkDocument(APP), [signer]), keyid)])
        expect(report.verdict).toBe('deny')
        expect(report.steps[0]?.counted).toEqual([])
        expect(codes(report)).toContain('SIGNER_NOT_ALLOWED')
      }
    }
  })

  test('a document without a file name of its own stands for everyone who signed it, one with for him alone', () => {
    const two = layoutWith(() => undefined, 2)
    const both = metablock(linkDocument(APP), [alice, bob])
    expect(judge(two, [candidate(both, null)]).verdict).toBe('allow')
    expect(codes(judge(two, [candidate(both, alice.keyid)]))).toContain('STEP_THRESHOLD')
  })

  test('the same document under two names counts once', () => {
    const bytes = metablock(linkDocument(APP), [alice])
    const report = judge(whole, [candidate(bytes, alice.keyid), candidate(bytes, null), candidate(bytes, alice.keyid)])
    expect(report.verdict).toBe('allow')
    expect(report.steps[0]?.counted).toHaveLength(1)
  })

  test('who is listed first in the layout stands for the step, whichever file comes first', () => {
    const files = [alice, bob].map((signer) => candidate(metablock(linkDocument(APP), [signer]), signer.keyid))
    for (const order of [files, files.toReversed()]) {
      const counted = judge(whole, order).steps[0]?.counted.map(({ signer }) => signer.keyid)
      expect(counted).toEqual([alice.keyid, bob.keyid])
    }
    const other = layoutWith((step) => step.set('pubkeys', [bob.keyid, alice.keyid]))
    expect(judge(other, files).steps[0]?.counted[0]?.signer.keyid).toBe(bob.keyid)
  })
})

describe('documents that count for nobody', () => {
  test('a Metablock link with a member that in-toto drops before it checks the signature', () => {
    const document = linkDocument(APP)
    document.set('extra', 'x')
    const report = judge(whole, [candidate(metablock(document, [alice]), alice.keyid)])
    expect([report.verdict, report.referenceVerdict]).toEqual(['cannot-tell', 'deny'])
    expect(report.reasons[0]).toMatchObject({ code: 'MALFORMED', message: expect.stringContaining('"extra"') })
  })

  test.each([
    ['nested too deep', `${'['.repeat(70)}${']'.repeat(70)}`, 'LIMIT'],
    ['cut off', '{"signed":{"_type":"link"', 'MALFORMED'],
    ['of another type', '{"signed":{"_type":"root"},"signatures":[]}', 'UNSUPPORTED'],
  ])('one that is %s is named with its code, and where it is wrong', (_, text, code) => {
    const report = judge(whole, [candidate(utf8(text), alice.keyid, 'build.x.link')])
    expect(report.verdict).toBe('cannot-tell')
    expect(report.reasons[0]).toMatchObject({ code, message: expect.stringContaining('build.x.link does not count') })
  })

  test('one that is signed by a stranger says by whom, one whose signature is wrong whose', () => {
    const stranger = makeKey('stranger')
    const [said] = judge(whole, [candidate(metablock(linkDocument(APP), [stranger]), stranger.keyid)]).reasons
    expect(said).toMatchObject({ code: 'SIGNER_NOT_ALLOWED', keyid: stranger.keyid })
    expect(said?.message).toContain(`key ${stranger.keyid.slice(0, 8)}, which`)
    const wrong = metablock(linkDocument(APP), [{ ...alice, sign: () => alice.sign(utf8('else')) }])
    const [broken] = judge(whole, [candidate(wrong, alice.keyid)]).reasons
    expect(broken).toMatchObject({ code: 'SIGNATURE_INVALID', keyid: alice.keyid })
    expect(broken?.message).toContain(`key ${alice.keyid.slice(0, 8)} does not verify`)
  })
})
