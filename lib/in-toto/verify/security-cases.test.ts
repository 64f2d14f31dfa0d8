import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type JsonObject, utf8 } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { type LayoutSpec, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import type { Candidate, LinkStore, Report, VerifyInput } from '../index.ts'
import { readDocument, verifyLayout } from '../index.ts'

// The catalogue of attacks and bad input, A to E: for each case the test that makes it, and its code, or why there is none.

const ROOT = join(import.meta.dirname, '../../..')
const HERE = 'lib/in-toto/verify/security-cases.test.ts'
const ATTACKS = 'lib/in-toto/verify/attacks.test.ts'
const ENVELOPE = 'lib/in-toto/envelope.test.ts'
const RULES = 'lib/in-toto/evaluate-rules.test.ts'
const GLOB = 'lib/in-toto/glob.test.ts'
const KEYS = 'lib/crypto/keys.test.ts'
const SIGNATURES = 'lib/crypto/node/verify-signature.test.ts'
const LAYOUTS = 'lib/services/layouts/layouts.test.ts'
const DECLARED = 'lib/in-toto/verify/declared-functionaries.test.ts'
const CERTIFICATES = 'lib/in-toto/verify/certificates.test.ts'
const STAMPS = 'lib/in-toto/time-evidence.test.ts'
const STAMPED = 'lib/in-toto/statements/certificates.test.ts'

/** Case, where it is made, words of the test's title, and the code that it ends in (null: it has none, see the title). */
const CASES: readonly (readonly [string, string, string, string | null])[] = [
  ['A-01', ENVELOPE, 'one changed byte of a signed link is either refused or no longer verifies', null],
  ['A-02', HERE, 'A-02 a payload type in capitals', 'UNSUPPORTED'],
  ['A-03', HERE, 'A-03 a payload type beyond ASCII', 'UNSUPPORTED'],
  ['A-04', HERE, 'A-04 the payload signed instead of its encoding', 'SIGNATURE_INVALID'],
  ['A-05', SIGNATURES, 'gives the right answer to all its', null],
  ['A-06', HERE, 'A-06 a signature that is cut off', 'SIGNATURE_INVALID'],
  ['A-07', KEYS, 'Ed25519 of small order', 'WEAK_KEY'],
  ['A-08', SIGNATURES, 'the Wycheproof list is whole: 2,264 cases', null],
  ['A-09', SIGNATURES, 'is refused as in-toto signature, with a hint', null],
  ['A-10', KEYS, 'RSA of 1024 bits', 'WEAK_KEY'],
  ['A-11', KEYS, 'an ecdsa key with the scheme ed25519', 'KEY_SCHEME'],
  ['A-12', KEYS, 'a certificate given as public key', null],
  ['A-13', ATTACKS, "mallory's signature under alice's keyid", 'SIGNATURE_INVALID'],
  ['A-14', ATTACKS, 'one signature twice in a file', 'STEP_THRESHOLD'],
  ['A-15', HERE, 'A-15 A-17 two signatures of one key', 'STEP_THRESHOLD'],
  ['A-16', ATTACKS, 'one key under two keyids', 'LAYOUT_STRICT'],
  ['A-17', HERE, 'A-15 A-17 two signatures of one key', 'STEP_THRESHOLD'],
  ['A-18', ENVELOPE, 'nobody is reported as signer who did not sign', null],
  ['A-19', HERE, 'A-19 a signature without a keyid', null],
  ['A-20', ENVELOPE, 'a member twice', 'DUPLICATE_KEY'],
  ['A-21', ENVELOPE, 'a member twice but for letter case', 'DUPLICATE_KEY'],
  ['A-22', ENVELOPE, 'a member twice inside the payload', 'DUPLICATE_KEY'],
  ['A-23', ENVELOPE, 'a payload that is cut off', 'JSON_SYNTAX'],
  ['A-24', ENVELOPE, 'a payload with blanks in its base64', 'BASE64'],
  ['A-25', ENVELOPE, 'too many signatures', 'LIMIT'],
  ['A-26', ENVELOPE, 'signatures that are an object', 'MALFORMED'],
  ['A-27', ENVELOPE, 'DSSE in DSSE', 'UNSUPPORTED'],
  ['A-28', ENVELOPE, 'a fraction in the signed part', 'CANONICAL_FLOAT'],
  ['B-01', ATTACKS, '0n, -1n,', 'LAYOUT_INVALID'],
  ['B-02', ATTACKS, 'threshold true', 'LAYOUT_INVALID'],
  ['B-03', ATTACKS, 'threshold above the number of keys', 'STEP_THRESHOLD'],
  ['B-04', CERTIFICATES, 'B-04 two SVIDs of one workload', 'STEP_THRESHOLD'],
  ['B-05', CERTIFICATES, 'B-05 the same SPIFFE ID from the root of another trust domain', 'CERT_UNTRUSTED'],
  ['B-06', CERTIFICATES, 'B-06 a key of the layout and a certificate for it are one', 'STEP_THRESHOLD'],
  ['B-06', DECLARED, 'B-06 with a key and an SVID', 'STEP_THRESHOLD'],
  ['B-07', CERTIFICATES, 'B-07 roots over time: in force when it signed, withdrawn after', 'CERT_UNTRUSTED'],
  ['B-08', ATTACKS, 'signed by one who may sign another step', 'SIGNER_NOT_ALLOWED'],
  ['B-09', ATTACKS, 'a link of another step', 'STEP_NAME_MISMATCH'],
  ['B-10', ATTACKS, 'a link less', 'STEP_MISSING'],
  ['B-11', HERE, 'B-11 a step and an inspection of one name', 'LAYOUT_INVALID'],
  ['B-12', ATTACKS, 'an empty layout', 'LAYOUT_STRICT'],
  ['B-13', ATTACKS, 'that are nested too deep', 'SUBLAYOUT_FAILED'],
  ['B-14', HERE, 'B-14 one sublayout for two steps', 'SUBLAYOUT_FAILED'],
  ['B-15', ATTACKS, 'signers who disagree, threshold 2', 'SIGNERS_DISAGREE'],
  ['B-16', ATTACKS, 'signers who disagree, threshold 1', 'SIGNERS_DISAGREE'],
  ['B-17', ATTACKS, 'an inspection that nobody performs', 'INSPECTION_NOT_RUN'],
  ['B-18', 'lib/services/verdicts/judging.test.ts', 'needs every owner key over exactly these bytes', 'CONFLICT'],
  ['B-19', LAYOUTS, 'a signer who saw other bytes is told so', null],
  ['B-21', HERE, 'B-21 a parameter that would be read again', 'ARTIFACT_UNEXPECTED'],
  ['B-21', 'app/api/v1/software/software.test.ts', 'B-21: a value that would widen a rule', '400'],
  ['B-22', ATTACKS, 'an unknown member in a DSSE layout', 'UNSUPPORTED'],
  ['C-01', ATTACKS, "'x/../evil'", 'ARTIFACT_NAME_NOT_NORMAL'],
  ['C-02', ATTACKS, "'dir\\\\evil'", 'ARTIFACT_NAME_NOT_NORMAL'],
  ['C-03', HERE, 'C-03 a file under two names', 'ARTIFACT_NAME_NOT_NORMAL'],
  ['C-04', ATTACKS, 'a file %s beside DISALLOW evil', 'CONFUSABLE_NAME'],
  ['C-05', HERE, 'C-05 line breaks, controls and invisible letters in names', 'ARTIFACT_UNEXPECTED'],
  ['C-06', HERE, 'C-06 names that climb', 'ARTIFACT_NAME_NOT_NORMAL'],
  ['C-07', ATTACKS, 'a file %s beside DISALLOW evil', 'UNCONSUMED_ARTIFACTS'],
  ['C-08', GLOB, 'all 49 patterns and names agree with Python', null],
  ['C-09', GLOB, 'no pattern takes long', null],
  ['C-10', HERE, 'C-10 a file outside the prefix', 'ARTIFACT_UNEXPECTED'],
  ['C-11', RULES, 'IN %s is a folder: srcfoo/x is not in it', null],
  ['C-12', ATTACKS, 'MATCH from a step that is not there', 'MATCH_SOURCE_MISSING'],
  ['C-13', ATTACKS, 'a MATCH over %s proves nothing', 'NO_STRONG_DIGEST'],
  ['C-14', RULES, '200,000 files and 200 rules come to an end within the time of the test', null],
  ['C-15', RULES, 'names of prototypes are ordinary names', null],
  ['C-16', RULES, 'a file taken before is not there for REQUIRE', null],
  ['C-17', LAYOUTS, 'freezing the same bytes again gives the same version; other bytes give the next number', null],
  ['D-01', ATTACKS, "'2026-13-01T00:00:00Z'", 'LAYOUT_INVALID'],
  ['D-02', ATTACKS, 'expired this second', 'LAYOUT_EXPIRED'],
  ['D-03', HERE, 'D-03 the report says for which time it speaks', null],
  ['D-06', STAMPS, 'by an authority that nobody trusts', 'UNTRUSTED'],
  [
    'D-06',
    STAMPED,
    'with a trusted token it counts after the SVID has ended, and with no other',
    'CERT_EXPIRED_NO_TIMESTAMP',
  ],
  // D-07, D-08: a stamp that is wrong is none, so that nobody can spoil evidence by adding one; without it: cannot-tell
  ['D-07', STAMPS, 'by an authority that had ended', 'EXPIRED'],
  ['D-08', STAMPS, 'over another signature', 'IMPRINT'],
  ['D-08', CERTIFICATES, 'D-08 over another signature', 'CERT_EXPIRED_NO_TIMESTAMP'],
  ['D-09', 'components/ui/time-text.test.ts', 'exact times are UTC whatever the reader', null],
  ['D-10', HERE, 'D-10 the last year there is', null],
  ['E-01', CERTIFICATES, 'E-01 two URIs', 'CERT_INVALID'],
  ['E-01', CERTIFICATES, 'E-01 no URI', 'CERT_CONSTRAINT'],
  ['E-02', CERTIFICATES, 'E-02 an authority', 'CERT_INVALID'],
  ['E-03', CERTIFICATES, 'E-03 upper-case scheme', 'CERT_INVALID'],
  ['E-04', CERTIFICATES, 'E-04 ended, without proof of when it signed', 'CERT_EXPIRED_NO_TIMESTAMP'],
  [
    'E-05',
    CERTIFICATES,
    'E-05 an intermediate that had ended when it is proven to have signed',
    'CERT_EXPIRED_NO_TIMESTAMP',
  ],
  ['E-06', CERTIFICATES, 'E-06 the same path in another trust domain', 'CERT_CONSTRAINT'],
  ['E-07', CERTIFICATES, 'E-07 too long for the path length', 'CERT_UNTRUSTED'],
  ['E-07', CERTIFICATES, 'E-07 a hundred intermediates, and ones that issue each other: bounded', 'LIMIT'],
  ['E-08', CERTIFICATES, 'E-08 a leaf that is its own root', 'CERT_UNTRUSTED'],
  ['E-10', CERTIFICATES, 'E-10 a wildcard within a name is that character', 'CERT_CONSTRAINT'],
  ['E-11', CERTIFICATES, 'E-11 a constraint that is empty', 'LAYOUT_STRICT'],
  ['E-12', CERTIFICATES, 'E-12 a wildcard beside other values', 'LAYOUT_STRICT'],
  ['E-13', CERTIFICATES, 'E-13 a constraint that names one of two roots', 'CERT_CONSTRAINT'],
  ['E-14', CERTIFICATES, 'E-14 the right common name alone', 'CERT_CONSTRAINT'],
  ['E-15', CERTIFICATES, 'E-15 a certificate of another key', 'SIGNATURE_INVALID'],
  ['E-16', CERTIFICATES, 'E-16 certificates that belong to nothing do no harm', 'CERT_UNTRUSTED'],
  ['E-17', CERTIFICATES, 'E-17 a trust domain that looks alike', 'CERT_CONSTRAINT'],
  ['E-17', 'lib/crypto/spiffe-id.test.ts', 'spiffe://ex\\u0430mple.org/ci', null],
]

/** Cases that nobody can make yet, with the reason. */
const OPEN: Readonly<Record<string, string>> = {
  'B-20':
    'approvals do not exist: any version that is put in force, an old one too, needs every owner key, and leaves an audit row',
  'D-04': 'nothing admits by a clock of its own: the time is an argument of the engine',
  'D-05': 'links carry no time',
  'E-09': 'bundles are given, not fetched from an endpoint',
}

const all = (letter: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${letter}-${String(index + 1).padStart(2, '0')}`)

describe('the catalogue', () => {
  test('has a test or a reason for each case of A to E', () => {
    const known = [...CASES.map(([id]) => id), ...Object.keys(OPEN)]
    expect([...new Set(known)].sort()).toEqual(
      [...all('A', 28), ...all('B', 22), ...all('C', 17), ...all('D', 10), ...all('E', 17)].sort(),
    )
    for (const id of Object.keys(OPEN)) expect(CASES.some(([made]) => made === id)).toBe(false)
  })

  test.each(CASES)('%s is made in %s: %s', (_, file, title, code) => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    // in this file the table names it once already
    const start = text.indexOf(title, file === HERE ? text.indexOf("describe('the catalogue'") : 0)
    expect(start).toBeGreaterThan(-1)
    // up to where the next test begins
    const length = text.slice(start).search(/\n {0,2}(test|describe)\b/)
    const own = text.slice(start, length < 0 ? undefined : start + length)
    if (code !== null) expect(own).toContain(code)
  })
})

const AT = Date.parse('2026-06-01T00:00:00Z')
const EXPIRES = new Date('2030-01-01T00:00:00Z')
const owner = makeKey('owner')
const alice = makeKey('alice')
const bob = makeKey('bob', 'ecdsa-p256')

interface Filed {
  readonly step: string
  readonly keyid: string
  readonly bytes: Uint8Array
}

const filed = (step: string, signer: TestKey, bytes: Uint8Array): Filed => ({
  step,
  keyid: signer.keyid.slice(0, 8),
  bytes,
})
const signed = (document: JsonObject, signer: TestKey, step = 'build') =>
  filed(step, signer, metablock(document, [signer]))
const APP = linkDocument({ name: 'build', products: { app: 'good' } })

function storeOf(files: readonly Filed[], namespaces: LinkStore['namespaces'] = new Map()): LinkStore {
  const steps = new Map<string, Candidate[]>()
  for (const { step, keyid, bytes } of files) {
    const candidate = { document: readDocument(`${step}.${keyid}.link`, bytes), keyid }
    steps.set(step, [...(steps.get(step) ?? []), candidate])
  }
  return { steps, namespaces }
}

function judge(layout: JsonObject, links: LinkStore, more: Partial<VerifyInput> = {}): Report {
  return verifyLayout({
    layout: readDocument('root.layout', metablock(layout, [owner])),
    layoutKeys: [owner.key],
    links,
    at: AT,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
    ...more,
  })
}

/** One step, signed by the keys, whose products the rules look at. */
function oneStep(products: readonly string[], signers: readonly TestKey[] = [alice], threshold = 1): LayoutSpec {
  return { expires: EXPIRES, steps: [{ name: 'build', keys: signers.map(({ key }) => key), threshold, products }] }
}

const outcome = ({ verdict, reasons }: Report) => [verdict, reasons[0]?.code]
const layoutOf = (products: readonly string[], signers?: readonly TestKey[], threshold?: number) =>
  layoutDocument(oneStep(products, signers, threshold))
const changedText = (bytes: Uint8Array, from: string, to: string) =>
  utf8(new TextDecoder().decode(bytes).replaceAll(from, to))

describe('envelopes', () => {
  test.each([
    ['A-02 a payload type in capitals', 'APPLICATION/VND.IN-TOTO+JSON'],
    ['A-03 a payload type beyond ASCII', 'application/vnd.in-tötö+json'],
  ])('%s cannot be told', (_, type) => {
    const bytes = dsse(APP, [alice], type)
    expect(outcome(judge(layoutOf(['ALLOW *']), storeOf([filed('build', alice, bytes)])))).toEqual([
      'cannot-tell',
      'UNSUPPORTED',
    ])
  })

  test('A-02 a payload type that was changed after signing', () => {
    const type = 'application/vnd.in-toto.link+json'
    const bytes = changedText(dsse(APP, [alice]), 'application/vnd.in-toto+json', type)
    expect(outcome(judge(layoutOf(['ALLOW *']), storeOf([filed('build', alice, bytes)])))).toEqual([
      'deny',
      'SIGNATURE_INVALID',
    ])
  })

  test('A-04 the payload signed instead of its encoding', () => {
    const bytes = dsse(APP, [{ ...alice, sign: () => alice.sign(utf8('{}')) }])
    expect(outcome(judge(layoutOf(['ALLOW *']), storeOf([filed('build', alice, bytes)])))).toEqual([
      'deny',
      'SIGNATURE_INVALID',
    ])
  })

  test('A-06 a signature that is cut off or goes on', () => {
    for (const change of [(sig: Uint8Array) => sig.slice(0, -1), (sig: Uint8Array) => new Uint8Array([...sig, 0])]) {
      for (const signer of [alice, bob]) {
        const odd = { ...signer, sign: (message: Uint8Array) => change(signer.sign(message)) }
        const report = judge(layoutOf(['ALLOW *'], [signer]), storeOf([filed('build', signer, metablock(APP, [odd]))]))
        expect(outcome(report)).toEqual(['deny', 'SIGNATURE_INVALID'])
      }
    }
  })

  test('A-15 A-17 two signatures of one key are one signer', () => {
    const layout = layoutOf(['ALLOW *'], [alice, bob], 2)
    const bytes = metablock(APP, [bob, bob])
    const sigs = [...new TextDecoder().decode(bytes).matchAll(/"sig": "([0-9a-f]+)"/g)].map(([, sig]) => sig)
    expect(new Set(sigs).size).toBe(2)
    expect(outcome(judge(layout, storeOf([filed('build', bob, bytes)])))).toEqual(['deny', 'STEP_THRESHOLD'])
  })

  test('A-19 a signature without a keyid is whose key verifies it', () => {
    const bytes = changedText(dsse(APP, [alice]), alice.keyid, '')
    const report = judge(layoutOf(['ALLOW *']), storeOf([filed('build', alice, bytes)]))
    expect(report.verdict).toBe('allow')
    expect(report.steps[0]?.counted[0]?.signer.fingerprint).toBe(alice.key.fingerprint)
  })
})

describe('layout logic', () => {
  test('B-11 a step and an inspection of one name', () => {
    const layout = layoutDocument({ ...oneStep(['ALLOW *']), inspections: [{ name: 'build', run: ['true'] }] })
    expect(outcome(judge(layout, storeOf([signed(APP, alice)])))).toEqual(['deny', 'LAYOUT_INVALID'])
  })

  test('B-14 one sublayout for two steps is verified for each, over its own links', () => {
    const inner = metablock(layoutOf(['ALLOW *']), [bob])
    const layout = layoutDocument({
      expires: EXPIRES,
      steps: [
        { name: 'one', keys: [bob.key] },
        { name: 'two', keys: [bob.key] },
      ],
    })
    const files = [filed('one', bob, inner), filed('two', bob, inner)]
    const inside = storeOf([signed(APP, alice)])
    const id = bob.keyid.slice(0, 8)
    const both = storeOf(
      files,
      new Map([
        [`one.${id}`, inside],
        [`two.${id}`, inside],
      ]),
    )
    expect(judge(layout, both).verdict).toBe('allow')
    const report = judge(layout, storeOf(files, new Map([[`one.${id}`, inside]])))
    expect(report.verdict).toBe('deny')
    expect(report.reasons.map(({ code, step }) => [code, step])).toContainEqual(['SUBLAYOUT_FAILED', 'two'])
  })

  test('B-21 a parameter that would be read again stays what it is', () => {
    const link = linkDocument({ name: 'build', products: { evil: 'x' } })
    const layout = layoutOf(['ALLOW {name}', 'DISALLOW *'])
    const parameters = new Map([
      ['name', '{other}'],
      ['other', '*'],
    ])
    expect(outcome(judge(layout, storeOf([signed(link, alice)]), { parameters }))).toEqual([
      'deny',
      'ARTIFACT_UNEXPECTED',
    ])
  })
})

describe('files', () => {
  test('C-03 a file under two names with two digests', () => {
    const link = linkDocument({ name: 'build', products: { foo: 'good', './foo': 'evil' } })
    expect(outcome(judge(layoutOf(['ALLOW *']), storeOf([signed(link, alice)])))).toEqual([
      'deny',
      'ARTIFACT_NAME_NOT_NORMAL',
    ])
  })

  test.each(['a\u0000', 'app\n', 'app\u202e', 'a\u200bpp'])(
    'C-05 line breaks, controls and invisible letters in names make another file: %j',
    (name) => {
      const link = linkDocument({ name: 'build', products: { [name]: 'evil' } })
      expect(outcome(judge(layoutOf(['ALLOW app', 'DISALLOW *']), storeOf([signed(link, alice)])))).toEqual([
        'deny',
        'ARTIFACT_UNEXPECTED',
      ])
    },
  )

  test.each(['../up', 'a/../../up', 'C:\\windows', 'a\\..\\b', '/a/../b'])(
    'C-06 names that climb or have backslashes: %s',
    (name) => {
      const link = linkDocument({ name: 'build', products: { [name]: 'x' } })
      expect(outcome(judge(layoutOf(['ALLOW *']), storeOf([signed(link, alice)])))).toEqual([
        'deny',
        'ARTIFACT_NAME_NOT_NORMAL',
      ])
    },
  )

  test('C-10 a file outside the prefix is not taken', () => {
    const layout = layoutDocument({
      expires: EXPIRES,
      steps: [
        { name: 'build', keys: [alice.key], products: ['ALLOW *'] },
        {
          name: 'pack',
          keys: [bob.key],
          materials: ['MATCH app IN src WITH PRODUCTS FROM build', 'DISALLOW *'],
          products: ['ALLOW *'],
        },
      ],
    })
    const pack = (name: string) => signed(linkDocument({ name: 'pack', materials: { [name]: 'good' } }), bob, 'pack')
    expect(judge(layout, storeOf([signed(APP, alice), pack('src/app')])).verdict).toBe('allow')
    expect(outcome(judge(layout, storeOf([signed(APP, alice), pack('app')])))).toEqual(['deny', 'ARTIFACT_UNEXPECTED'])
  })
})

describe('time', () => {
  test('D-03 the report says for which time it speaks, past ones too', () => {
    const links = storeOf([signed(APP, alice)])
    const past = judge(layoutOf(['ALLOW *']), links, { at: Date.parse('2020-01-01T00:00:00Z') })
    expect([past.at, past.verdict]).toEqual(['2020-01-01T00:00:00Z', 'allow'])
    const late = judge(layoutOf(['ALLOW *']), links, { at: Date.parse('2031-01-01T00:00:00Z') })
    expect([late.at, ...outcome(late)]).toEqual(['2031-01-01T00:00:00Z', 'deny', 'LAYOUT_EXPIRED'])
  })

  test('D-10 the last year there is', () => {
    const until = (expires: string) => {
      const layout = layoutOf(['ALLOW *'])
      layout.set('expires', expires)
      return outcome(judge(layout, storeOf([signed(APP, alice)])))
    }
    expect(until('9999-12-31T23:59:59Z')).toEqual(['allow', undefined])
    expect(until('10000-01-01T00:00:00Z')).toEqual(['deny', 'LAYOUT_INVALID'])
  })
})
