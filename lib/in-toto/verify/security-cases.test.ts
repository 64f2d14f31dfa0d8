// Longer than most: the table of attack cases with their codes, and the test that each row points at.
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type JsonObject, jsonObject, keyObject, pae, printJson, utf8 } from '#lib/crypto/index.ts'
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
const DRAFTS = 'lib/layout-draft/layout-draft.test.ts'
const KEYS = 'lib/crypto/keys.test.ts'
const SIGNATURES = 'lib/crypto/node/verify-signature.test.ts'
const LAYOUTS = 'lib/services/layouts/layouts.test.ts'
const DECLARED = 'lib/in-toto/verify/declared-functionaries.test.ts'
const REVOKED = 'lib/in-toto/verify/revoked-keys.test.ts'
const CERTIFICATES = 'lib/in-toto/verify/certificates.test.ts'
const STAMPS = 'lib/in-toto/time-evidence.test.ts'
const STAMPED = 'lib/in-toto/statements/certificates.test.ts'

/** Case, where it is made, words of the test's title, and the code that it ends in (null: it has none, see the title). */
const CASES: readonly (readonly [string, string, string, string | null])[] = [
  ['A-01', HERE, 'A-01 one bit of what is signed', 'INVALID'],
  ['A-01', ENVELOPE, 'one changed byte of a signed link is either refused or no longer verifies', null],
  ['A-02', HERE, 'A-02 a payload type in capitals', 'UNSUPPORTED'],
  ['A-03', HERE, 'A-03 a payload type beyond ASCII', 'UNSUPPORTED'],
  ['A-04', HERE, 'A-04 the payload signed instead of its encoding', 'SIGNATURE_INVALID'],
  ['A-05', HERE, 'A-05 Ed25519 with S + L for S', 'INVALID'],
  ['A-05', SIGNATURES, 'gives the right answer to all its', null],
  ['A-06', HERE, 'A-06 a signature that is cut off', 'SIGNATURE_INVALID'],
  ['A-07', KEYS, 'Ed25519 of small order', 'WEAK_KEY'],
  ['A-08', HERE, 'A-08 ECDSA with r = 0 and s = 0', 'INVALID'],
  ['A-08', HERE, 'A-08 ECDSA of r and s beyond the order', 'INVALID'],
  ['A-09', HERE, 'A-09 r‖s where DER is expected', 'INVALID'],
  ['A-09', SIGNATURES, 'is refused as in-toto signature, with a hint', null],
  ['A-10', KEYS, 'RSA of 1024 bits', 'WEAK_KEY'],
  ['A-10', HERE, 'A-10 RSA of 1024 bits', 'LAYOUT_INVALID'],
  ['A-11', KEYS, 'an ecdsa key with the scheme ed25519', 'KEY_SCHEME'],
  ['A-11', HERE, 'A-11 an ecdsa key with the scheme ed25519', 'LAYOUT_INVALID'],
  ['A-12', KEYS, 'a certificate given as public key', null],
  ['A-12', HERE, 'A-12 a certificate for a key', 'LAYOUT_INVALID'],
  ['A-13', ATTACKS, "mallory's signature under alice's keyid", 'SIGNATURE_INVALID'],
  ['A-14', ATTACKS, 'one signature twice in a file', 'STEP_THRESHOLD'],
  ['A-15', HERE, 'A-15 A-17 two signatures of one key', 'STEP_THRESHOLD'],
  ['A-16', ATTACKS, 'one key under two keyids', 'LAYOUT_STRICT'],
  ['A-17', HERE, 'A-15 A-17 two signatures of one key', 'STEP_THRESHOLD'],
  ['A-18', HERE, 'A-18 a wrong keyid of somebody else who may sign', 'deny'],
  ['A-18', ENVELOPE, 'nobody is reported as signer who did not sign', null],
  ['A-19', HERE, 'A-19 a signature without a keyid', null],
  ['A-20', ENVELOPE, 'a member twice', 'DUPLICATE_KEY'],
  ['A-21', ENVELOPE, 'a member twice but for letter case', 'DUPLICATE_KEY'],
  ['A-22', ENVELOPE, 'a member twice inside the payload', 'DUPLICATE_KEY'],
  ['A-23', ENVELOPE, 'a payload that is cut off', 'JSON_SYNTAX'],
  ['A-23', HERE, 'A-23 that begins with a byte order mark', 'MALFORMED'],
  ['A-23', HERE, 'A-23 that is not UTF-8', 'MALFORMED'],
  ['A-24', ENVELOPE, 'a payload with blanks in its base64', 'BASE64'],
  ['A-24', HERE, 'A-24 with garbage in its base64', 'MALFORMED'],
  ['A-24', HERE, 'A-24 with bits behind its end', 'MALFORMED'],
  ['A-24', HERE, 'A-24 in both alphabets of base64', 'MALFORMED'],
  ['A-25', ENVELOPE, 'too many signatures', 'LIMIT'],
  ['A-26', ENVELOPE, 'signatures that are an object', 'MALFORMED'],
  ['A-27', ENVELOPE, 'DSSE in DSSE', 'UNSUPPORTED'],
  ['A-28', ENVELOPE, 'a fraction in the signed part', 'CANONICAL_FLOAT'],
  ['B-01', ATTACKS, 'threshold $', 'LAYOUT_INVALID'],
  ['B-02', ATTACKS, 'threshold true', 'LAYOUT_INVALID'],
  ['B-02', HERE, 'B-01 B-02 the threshold %s in signed bytes', 'LAYOUT_INVALID'],
  ['B-02', HERE, 'B-02 no threshold at all', 'LAYOUT_INVALID'],
  ['B-03', ATTACKS, 'threshold above the number of keys', 'STEP_THRESHOLD'],
  ['B-04', CERTIFICATES, 'B-04 two SVIDs of one workload', 'STEP_THRESHOLD'],
  ['B-05', CERTIFICATES, 'B-05 the same SPIFFE ID from the root of another trust domain', 'CERT_UNTRUSTED'],
  ['B-06', CERTIFICATES, 'B-06 a key of the layout and a certificate for it are one', 'STEP_THRESHOLD'],
  ['B-06', DECLARED, 'B-06 with a key and an SVID', 'STEP_THRESHOLD'],
  ['B-07', REVOKED, 'B-07 what it signed after is denied', 'KEY_REVOKED'],
  ['B-07', REVOKED, 'B-07 what it signed before stays, and the report says so', 'KEY_REVOKED_LATER'],
  ['B-07', CERTIFICATES, 'B-07 roots over time: in force when it signed, withdrawn after', 'CERT_UNTRUSTED'],
  ['B-08', ATTACKS, 'signed by one who may sign another step', 'SIGNER_NOT_ALLOWED'],
  ['B-09', ATTACKS, 'a link of another step', 'STEP_NAME_MISMATCH'],
  ['B-10', ATTACKS, 'a link less', 'STEP_MISSING'],
  ['B-11', HERE, 'B-11 a step and an inspection of one name', 'LAYOUT_INVALID'],
  ['B-11', HERE, 'B-11 two steps whose names differ by Unicode form alone', 'LAYOUT_STRICT'],
  ['B-11', ATTACKS, 'a step twice', 'LAYOUT_INVALID'],
  ['B-11', ATTACKS, 'names that look alike', 'LAYOUT_STRICT'],
  ['B-12', ATTACKS, 'an empty layout', 'LAYOUT_STRICT'],
  // eight deep, as every limit is set
  ['B-13', ATTACKS, 'that are nested too deep', 'SUBLAYOUT_FAILED'],
  ['B-13', ATTACKS, 'that contain themselves', 'SUBLAYOUT_FAILED'],
  ['B-14', HERE, 'B-14 one sublayout for two steps', 'SUBLAYOUT_FAILED'],
  ['B-15', ATTACKS, 'signers who disagree, threshold 2', 'SIGNERS_DISAGREE'],
  ['B-16', ATTACKS, 'signers who disagree, threshold 1', 'SIGNERS_DISAGREE'],
  ['B-17', ATTACKS, 'an inspection that nobody performs', 'INSPECTION_NOT_RUN'],
  ['B-18', 'lib/services/verdicts/judging.test.ts', 'needs every owner key over exactly these bytes', 'CONFLICT'],
  ['B-19', LAYOUTS, 'a signer who saw other bytes is told so', null],
  ['B-21', HERE, 'B-21 a parameter that would be read again', 'ARTIFACT_UNEXPECTED'],
  ['B-21', 'app/api/v1/software/software.test.ts', 'B-21: a value that would widen a rule', '400'],
  ['B-22', ATTACKS, 'an unknown member in a DSSE layout', 'UNSUPPORTED'],
  ['C-01', ATTACKS, 'the file $', 'ARTIFACT_NAME_NOT_NORMAL'],
  ['C-02', ATTACKS, 'the file $', 'ARTIFACT_NAME_NOT_NORMAL'],
  ['C-03', HERE, 'C-03 a file under two names', 'ARTIFACT_NAME_NOT_NORMAL'],
  ['C-04', HERE, 'C-04 a file that differs from a disallowed one by Unicode form', 'CONFUSABLE_NAME'],
  ['C-04', ATTACKS, 'a file %s beside DISALLOW evil', 'CONFUSABLE_NAME'],
  ['C-05', HERE, 'C-05 line breaks, controls and invisible letters in names', 'ARTIFACT_UNEXPECTED'],
  // absolute paths and URIs name one file only: in-toto records them where it was told to, and they may stay
  ['C-06', HERE, 'C-06 names that climb', 'ARTIFACT_NAME_NOT_NORMAL'],
  ['C-07', ATTACKS, 'a file %s beside DISALLOW evil', 'UNCONSUMED_ARTIFACTS'],
  ['C-08', GLOB, 'all 49 patterns and names agree with Python', null],
  ['C-09', GLOB, 'no pattern takes long', null],
  ['C-10', HERE, 'C-10 a file outside the prefix', 'ARTIFACT_UNEXPECTED'],
  ['C-11', RULES, 'IN %s is a folder: srcfoo/x is not in it', null],
  ['C-12', ATTACKS, 'MATCH from a step that is not there', 'MATCH_SOURCE_MISSING'],
  ['C-12', DRAFTS, 'MATCH_UNKNOWN_STEP', null],
  ['C-12', DRAFTS, 'MATCH_ITSELF', null],
  // FROM a later step is fine unless files then go in a circle: in-toto knows no order of steps
  ['C-12', DRAFTS, 'CYCLE', null],
  ['C-13', ATTACKS, 'a MATCH over %s proves nothing', 'NO_STRONG_DIGEST'],
  ['C-14', RULES, '200,000 files and 200 rules come to an end within the time of the test', null],
  ['C-15', RULES, 'names of prototypes are ordinary names', null],
  ['C-16', RULES, 'a file taken before is not there for REQUIRE', null],
  ['C-17', LAYOUTS, 'freezing the same bytes again gives the same version; other bytes give the next number', null],
  ['D-01', ATTACKS, 'expires $', 'LAYOUT_INVALID'],
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
  ['E-06', CERTIFICATES, 'E-06 the same path in another trust domain', 'CERT_UNTRUSTED'],
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
    const own = ownText(text, start)
    // a row of a table that stands by itself is all there is
    expect(own.includes('expect(') || own.startsWith('[')).toBe(true)
    if (code !== null) expect(own).toContain(code)
  })
})

/**
 * What a test says: from its title to the next test. Of a test over a table, which begins with the title of each row:
 * the one row, and what is done with every row.
 */
function ownText(text: string, title: number): string {
  const upToNext = (from: number) => {
    const length = text.slice(from).search(/\n {0,2}(test|describe)\b/)
    return text.slice(from, length < 0 ? undefined : from + length)
  }
  const before = text.slice(0, title - 1).trimEnd()
  if (!before.endsWith('[')) return upToNext(title)
  const row = text.slice(before.length - 1, closing(text, before.length - 1))
  const body = text.slice(title).search(/\n {2}\]\)\(/)
  return body < 0 ? row : row + upToNext(title + body)
}

/** Behind the bracket that closes the one at this place; brackets in texts do not count. */
function closing(text: string, open: number): number {
  let depth = 0
  for (const { 0: token, index } of text.slice(open).matchAll(/'(?:[^'\\\n]|\\.)*'|"[^"\n]*"|`[^`]*`|[[\]]/g)) {
    if (token === '[') depth++
    if (token === ']') depth--
    if (depth === 0) return open + index + 1
  }
  return text.length
}

const WEAK_RSA = generateKeyPairSync('rsa', { modulusLength: 1024 })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString()
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

describe('signatures', () => {
  const judged = (bytes: Uint8Array, signers = [alice], signer = signers[0] ?? alice) =>
    judge(layoutOf(['ALLOW *'], signers), storeOf([filed('build', signer, bytes)]))
  const INVALID = ['deny', 'SIGNATURE_INVALID']

  test('A-01 one bit of what is signed', () => {
    const text = new TextDecoder().decode(metablock(APP, [alice]))
    const digest = /"sha256": "([0-9a-f]{64})"/.exec(text)?.[1] ?? ''
    const flipped = `${digest.slice(0, -1)}${(Number.parseInt(digest.slice(-1), 16) ^ 1).toString(16)}`
    expect(outcome(judged(utf8(text)))).toEqual(['allow', undefined])
    expect(outcome(judged(utf8(text.replace(digest, flipped))))).toEqual(INVALID)
    const envelope = JSON.parse(new TextDecoder().decode(dsse(APP, [alice])))
    const changedPayload = (change: (payload: string) => string) => {
      const payload = change(Buffer.from(envelope.payload, 'base64').toString())
      return utf8(JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') }))
    }
    expect(outcome(judged(changedPayload((payload) => payload)))).toEqual(['allow', undefined])
    expect(outcome(judged(changedPayload((payload) => payload.replace(digest, flipped))))).toEqual(INVALID)
  })

  test.each<[string, TestKey, (sig: Uint8Array) => Uint8Array]>([
    ['A-05 Ed25519 with S + L for S', alice, plusOrder],
    ['A-08 ECDSA with r = 0 and s = 0', bob, () => Uint8Array.of(0x30, 6, 2, 1, 0, 2, 1, 0)],
    ['A-08 ECDSA of r and s beyond the order', bob, () => derOf([new Uint8Array(33).fill(0x7f), Uint8Array.of(1)])],
    ['A-09 r‖s where DER is expected', bob, rawOf],
  ])('%s is no signature', (title, signer, change) => {
    const odd = { ...signer, sign: (message: Uint8Array) => change(signer.sign(message)) }
    const report = judged(metablock(APP, [odd]), [signer])
    expect(outcome(report)).toEqual(INVALID)
    if (title.startsWith('A-09')) expect(report.reasons[0]?.message).toContain('r‖s')
  })

  test('A-18 a wrong keyid of somebody else who may sign: whose key verifies it is the signer', () => {
    const bytes = changedText(dsse(APP, [alice]), alice.keyid, bob.keyid)
    const report = judged(bytes, [alice, bob], bob)
    const counted = report.steps.flatMap((step) => step.counted.map(({ signer }) => signer.fingerprint))
    expect(counted).not.toContain(bob.key.fingerprint)
    expect([report.verdict, counted]).toEqual(['deny', []])
  })

  test.each([
    ['A-10 RSA of 1024 bits', 'rsa', 'rsassa-pss-sha256', WEAK_RSA],
    ['A-11 an ecdsa key with the scheme ed25519', 'ecdsa', 'ed25519', bob.key.pem ?? ''],
    [
      'A-12 a certificate for a key',
      'ecdsa',
      'ecdsa-sha2-nistp256',
      '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----',
    ],
  ])('%s: the layout is refused', (_, keytype, scheme, text) => {
    const layout = layoutOf(['ALLOW *'])
    const keys = layout.get('keys')
    const object = jsonObject({ keytype, scheme, keyval: jsonObject({ public: text, private: '' }) })
    if (keys instanceof Map) keys.set('cd'.repeat(32), new Map([...object, ['keyid', 'cd'.repeat(32)]]))
    expect(outcome(judge(layout, storeOf([signed(APP, alice)])))).toEqual(['deny', 'LAYOUT_INVALID'])
    // the same place with a key that is one
    if (keys instanceof Map)
      keys.set('cd'.repeat(32), new Map([...keyObject(bob.key, 'legacy'), ['keyid', 'cd'.repeat(32)]]))
    expect(outcome(judge(layout, storeOf([signed(APP, alice)])))).toEqual(['allow', undefined])
  })

  const TYPE = 'application/vnd.in-toto+json'
  // with both special digits of base64 in it, and one byte more than three times anything
  const long = (stdout: string) => utf8(printJson(linkDocument({ name: 'build', products: { app: 'good' }, stdout })))
  const LONG = [0, 1, 2].map((more) => long(`>>>>????~~~~${'x'.repeat(more)}QQ`)).find(({ length }) => length % 3 === 1)
  const PAYLOAD = LONG ?? utf8('')
  const inBase64 = (change: (base64: string) => string, payload: Uint8Array = PAYLOAD) =>
    utf8(
      JSON.stringify({
        payloadType: TYPE,
        payload: change(Buffer.from(payload).toString('base64')),
        signatures: [{ keyid: alice.keyid, sig: Buffer.from(alice.sign(pae(TYPE, payload))).toString('base64') }],
      }),
    )
  const same = (text: string) => text
  const notUtf8 = () => {
    const bytes = Uint8Array.from(PAYLOAD)
    bytes[Buffer.from(bytes).indexOf('QQ')] = 0xff
    return bytes
  }

  test('a payload that is as it should be is allowed', () => {
    expect(outcome(judged(inBase64(same)))).toEqual(['allow', undefined])
    expect(Buffer.from(PAYLOAD).toString('base64')).toMatch(/^(?=.*\+)(?=.*\/).*==$/)
  })

  test.each<[string, Uint8Array]>([
    ['A-23 that is cut off', inBase64(same, PAYLOAD.slice(0, -1))],
    ['A-23 that begins with a byte order mark', inBase64(same, Uint8Array.from([0xef, 0xbb, 0xbf, ...PAYLOAD]))],
    ['A-23 that is not UTF-8', inBase64(same, notUtf8())],
    ['A-24 with blanks in its base64', inBase64((text) => `${text.slice(0, 4)} ${text.slice(4)}`)],
    ['A-24 with garbage in its base64', inBase64((text) => `${text.slice(0, 4)}!${text.slice(4)}`)],
    ['A-24 with bits behind its end', inBase64((text) => text.replace(/.==$/, (end) => `${nextDigit(end)}==`))],
    ['A-24 in both alphabets of base64', inBase64((text) => text.replace('+', '-'))],
  ])('a payload %s cannot be read, though it is signed', (_, bytes) => {
    expect(outcome(judged(bytes))).toEqual(['cannot-tell', 'MALFORMED'])
  })
})

/** The digit of base64 after this one: with two `=` behind it, it stands for the same byte. */
function nextDigit(text: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return digits[digits.indexOf(text.slice(0, 1)) + 1] ?? ''
}

/** S + L of an Ed25519 signature: the same point, were S not checked against the order. */
function plusOrder(sig: Uint8Array): Uint8Array {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const s = BigInt(`0x${Buffer.from(sig.slice(32)).reverse().toString('hex')}`) + order
  const bytes = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse()
  return new Uint8Array([...sig.slice(0, 32), ...bytes])
}

function derOf(numbers: readonly Uint8Array[]): Uint8Array {
  const body = numbers.flatMap((one) => [2, one.length, ...one])
  return Uint8Array.from([0x30, body.length, ...body])
}

/** r and s of a DER signature side by side, 32 bytes each. */
function rawOf(der: Uint8Array): Uint8Array {
  const length = der[3] ?? 0
  const [r, s] = [der.slice(4, 4 + length), der.slice(6 + length)]
  const fixed = (one: Uint8Array) => Buffer.from(one).toString('hex').padStart(64, '0').slice(-64)
  return Uint8Array.from(Buffer.from(`${fixed(r)}${fixed(s)}`, 'hex'))
}

describe('layout logic', () => {
  const withThreshold = (text: string) => {
    const bytes = changedText(metablock(layoutOf(['ALLOW *']), [owner]), '"threshold": 1', `"threshold": ${text}`)
    expect(new TextDecoder().decode(bytes)).toContain(`"threshold": ${text}`)
    return verifyLayout({
      layout: readDocument('root.layout', bytes),
      layoutKeys: [owner.key],
      links: storeOf([signed(APP, alice)]),
      at: AT,
      profile: 'strict',
      // whatever the bytes: what is wrong is the threshold
      verifySignature: () => ({ valid: true }),
    })
  }

  test.each([
    ['1.5', 'cannot-tell'],
    ['1e2', 'cannot-tell'],
    ['NaN', 'cannot-tell'],
    ['-1', 'deny'],
    ['0', 'deny'],
    ['"1"', 'deny'],
    ['true', 'deny'],
    ['null', 'deny'],
    ['[1]', 'deny'],
  ])('B-01 B-02 the threshold %s in signed bytes refuses the layout', (text, verdict) => {
    expect(withThreshold('1').verdict).toBe('allow')
    const code = verdict === 'deny' ? 'LAYOUT_INVALID' : 'MALFORMED'
    expect(outcome(withThreshold(text))).toEqual([verdict, code])
  })

  test('B-02 no threshold at all', () => {
    const layout = layoutOf(['ALLOW *'])
    const steps = layout.get('steps')
    if (Array.isArray(steps) && steps[0] instanceof Map) steps[0].delete('threshold')
    expect(outcome(judge(layout, storeOf([signed(APP, alice)])))).toEqual(['deny', 'LAYOUT_INVALID'])
  })

  test('B-11 two steps whose names differ by Unicode form alone', () => {
    const step = (name: string) => ({ name, keys: [alice.key] })
    const layout = layoutDocument({ expires: EXPIRES, steps: [step('\u00e9tape'), step('e\u0301tape')] })
    const links = ['\u00e9tape', 'e\u0301tape'].map((name) => signed(linkDocument({ name }), alice, name))
    expect(outcome(judge(layout, storeOf(links)))).toEqual(['deny', 'LAYOUT_STRICT'])
  })

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
  test('C-04 a file that differs from a disallowed one by Unicode form or letter case alone is named', () => {
    for (const name of ['e\u0301vil', '\u00c9VIL']) {
      const link = linkDocument({ name: 'build', products: { [name]: 'x' } })
      const report = judge(layoutOf(['DISALLOW \u00e9vil']), storeOf([signed(link, alice)]))
      expect(report.reasons.map(({ code, severity }) => [code, severity])).toContainEqual([
        'CONFUSABLE_NAME',
        'warning',
      ])
    }
  })

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
