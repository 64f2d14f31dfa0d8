import { describe, expect, test } from 'vitest'
import { type JsonObject, jsonObject, type Key } from '#lib/crypto/index.ts'
import { verifyCertificate } from '#lib/crypto/node/index.ts'
import {
  authoritiesObject,
  makeAuthority,
  makeSvid,
  type TestCertificate,
} from '#lib/testing/authority/certificates.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { gpgKey, plainKey, plainSignature, plainVerifier } from '#lib/testing/authority/plain-keys.ts'
import type { Envelope, EnvelopeSignature, Layout } from '../index.ts'
import { parseLayoutDocument, readDocument } from '../index.ts'
import { CertificateBook } from './certificates.ts'
import { documentCode, documentMessage } from './document-problem.ts'
import type { Candidate, ReadDocument } from './input.ts'
import { allKeyids } from './keyids.ts'
import { RevokedKeys } from './revoked-keys.ts'
import { SignatureBook } from './signatures.ts'
import { groupSigners } from './signers.ts'
import { authorisedKeys, gatherEvidence } from './step-evidence.ts'
import type { StepForms } from './step-form.ts'

// Who counts for a step and what is said of everybody else, with keys whose signatures are their names.

const AT = Date.parse('2026-06-01T00:00:00Z')
const root = makeAuthority('root', 'example.org')
const EXPIRES = new Date('2040-01-01T00:00:00Z')
const ANY = { commonName: '*', dnsNames: ['*'], emails: ['*'], organizations: ['*'], roots: ['*'] }

interface Asked {
  readonly keys?: readonly Key[]
  readonly pubkeys?: readonly string[]
  /** SPIFFE IDs that may sign */
  readonly uris?: readonly string[]
  readonly forms?: StepForms
}

function layoutOf({ keys = [], pubkeys = keys.map(({ keyid }) => keyid), uris = [] }: Asked): Layout {
  const document = layoutDocument({ expires: EXPIRES, steps: [{ name: 'build', keys: [makeKey('x').key] }] })
  document.set('rootcas', authoritiesObject([root]))
  const layout = parseLayoutDocument(document)
  const certConstraints = uris.map((uri) => ({ ...ANY, uris: [uri] }))
  return {
    ...layout,
    keys: new Map(keys.map((key) => [key.keyid, key])),
    steps: layout.steps.map((step) => ({ ...step, pubkeys, certConstraints })),
  }
}

function gather(asked: Asked, ...candidates: readonly Candidate[]) {
  const layout = layoutOf(asked)
  const [step] = layout.steps
  if (step === undefined) throw new Error('no step')
  const book = new SignatureBook(plainVerifier(), AT)
  const certificates = new CertificateBook({ verifyCertificate, intermediates: [], bundles: [] }, AT)
  const forms = { of: asked.forms ?? new Map(), path: [] }
  const books = { book, certificates, revoked: new RevokedKeys([], AT) }
  return gatherEvidence(step, layout, candidates, groupSigners(layout.keys.values()), books, forms)
}

const envelopeOf = (bytes: Uint8Array): Envelope => {
  const read = readDocument('x', bytes)
  if (!('envelope' in read)) throw new Error(read.problem.message)
  return read.envelope
}
const linkOf = (change: (link: JsonObject) => void = () => undefined): JsonObject => {
  const link = linkDocument({ name: 'build', products: { app: 'good' } })
  change(link)
  return link
}
const LINK = envelopeOf(metablock(linkOf(), []))
const DSSE = envelopeOf(dsse(linkOf(), []))

function signed(sha256: string, signatures: readonly EnvelopeSignature[], envelope = LINK): ReadDocument {
  return { source: `${sha256}.link`, sha256, envelope: { ...envelope, sha256, signatures } }
}
const anyName = (document: ReadDocument): Candidate => ({ document, keyid: null })
const by = (...keys: readonly Key[]) => keys.map((key) => plainSignature(key.keyid, key))
/** Under the one's keyid, by the other. */
const forged = (key: Key) => plainSignature(key.keyid, plainKey('somebody else', { keytype: key.keytype }))
const certified = (svid: TestCertificate) => plainSignature(svid.keyid, svid.key.key, { certificate: svid.pem })
const names = (found: ReturnType<typeof gather>) =>
  found.counted.map(({ document, keyid }) => `${document.sha256} ${keyid}`)
const told = (found: ReturnType<typeof gather>) =>
  found.skipped.map(({ code, keyid, message }) => [code, keyid, message])

const [alice, bob] = [plainKey('alice'), plainKey('bob')]
const sub = gpgKey('sub')
const master = gpgKey('master', [sub])

describe('who may sign for a step', () => {
  const allowed = (pubkeys: readonly string[], keys = [alice, master]) => {
    const layout = layoutOf({ keys, pubkeys })
    return layout.steps.flatMap((step) => authorisedKeys(step, layout).map(({ keyid, key }) => `${keyid} ${key.keyid}`))
  }

  test('the keys that it lists, in its order, each with its subkeys; a subkey that it lists by itself', () => {
    expect(allowed(['master', 'alice'])).toEqual(['master master', 'sub master', 'alice alice'])
    expect(allowed(['sub'])).toEqual(['sub master'])
    expect(allowed(['nobody', 'alice'])).toEqual(['alice alice'])
    expect(allowed(['sub'], [gpgKey('first', [sub]), alice, master])).toEqual(['sub first', 'sub master'])
    // a key that has the subkey's name itself is that key
    expect(allowed(['sub'], [master, sub])).toEqual(['sub sub'])
  })

  test('under the keyid that the file name begins with, and no other', () => {
    const both = signed('1', by(alice, bob))
    const keys = [alice, bob]
    expect(names(gather({ keys }, anyName(both)))).toEqual(['1 alice', '1 bob'])
    expect(names(gather({ keys }, { document: both, keyid: 'ali' }))).toEqual(['1 alice'])
    expect(names(gather({ keys }, { document: both, keyid: 'bob' }))).toEqual(['1 bob'])
    expect(names(gather({ keys }, { document: both, keyid: 'lice' }))).toEqual([])
  })

  test('a statement also under the names that other tools have for his key, a link under the layout’s alone', () => {
    const real = makeKey('real').key
    const other = allKeyids(real).find((keyid) => keyid !== real.keyid) ?? ''
    expect(other).not.toBe('')
    const statement = jsonObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [],
      predicateType: 'https://in-toto.io/attestation/link/v0.3',
      predicate: jsonObject({ name: 'build', materials: [] }),
    })
    const forms: StepForms = new Map([['build', { form: 'link-statement' }]])
    const named = (keyid: string) => [plainSignature(keyid, real)]
    const wrapped = envelopeOf(dsse(statement, []))
    for (const keyid of [other, real.keyid]) {
      expect(names(gather({ keys: [real], forms }, anyName(signed('1', named(keyid), wrapped))))).toEqual([
        `1 ${real.keyid}`,
      ])
    }
    expect(names(gather({ keys: [real] }, anyName(signed('1', named(other), DSSE))))).toEqual([])
    expect(names(gather({ keys: [real] }, anyName(signed('1', named(real.keyid), DSSE))))).toEqual([`1 ${real.keyid}`])
  })
})

describe('who is counted', () => {
  test('one document of one person once, under whatever file names and keyids', () => {
    const one = signed('1', by(alice))
    expect(names(gather({ keys: [alice] }, anyName(one), { document: one, keyid: 'alice' }))).toEqual(['1 alice'])
    expect(names(gather({ keys: [alice] }, anyName(one), anyName(signed('2', by(alice)))))).toEqual([
      '1 alice',
      '2 alice',
    ])
    const again = plainKey('again', { fingerprint: alice.fingerprint })
    expect(names(gather({ keys: [alice, again] }, anyName(signed('1', by(again, alice)))))).toEqual(['1 alice'])
    // the same bytes by two people are two
    expect(names(gather({ keys: [alice, bob] }, anyName(signed('1', by(alice, bob)))))).toEqual(['1 alice', '1 bob'])
  })

  test('in the order of the layout, holders of certificates behind it by keyid, whatever order the files have', () => {
    const svids = [1, 2, 3].map((n) => makeSvid(root, `spiffe://example.org/${n}`))
    const uris = svids.map((_, index) => `spiffe://example.org/${index + 1}`)
    const last = plainKey('~ after every hex digit')
    const documents = [
      signed('a', by(alice)),
      signed('z', by(last)),
      ...svids.map((svid, index) => signed(`${index}`, [certified(svid)])),
    ].map(anyName)
    const holders = svids.map(({ keyid }, index) => `${index} ${keyid}`)
    const byKeyid = holders.toSorted((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1))
    for (const order of [documents, documents.toReversed(), [...documents.slice(3), ...documents.slice(0, 3)]]) {
      const found = gather({ keys: [last, alice], uris }, ...order)
      expect(names(found)).toEqual([`z ${last.keyid}`, 'a alice', ...byKeyid])
    }
  })

  test('by the certificate of each keyid where no file name says whose it is, else by the first of that name', () => {
    const [one, two] = [makeSvid(root, 'spiffe://example.org/1'), makeSvid(root, 'spiffe://example.org/2')]
    const uris = ['spiffe://example.org/1', 'spiffe://example.org/2']
    const both = signed('1', [certified(one), certified(two)])
    expect(names(gather({ uris }, anyName(both))).toSorted()).toEqual([`1 ${one.keyid}`, `1 ${two.keyid}`].toSorted())
    expect(names(gather({ uris }, { document: both, keyid: two.keyid.slice(0, 8) }))).toEqual([`1 ${two.keyid}`])
    expect(names(gather({}, anyName(both)))).toEqual([])
    // of several under one name the first alone is asked, as in in-toto-golang
    const bare = plainSignature(one.keyid, one.key.key)
    for (const keyid of [null, one.keyid.slice(0, 8)]) {
      expect(names(gather({ uris }, { document: signed('1', [bare, certified(one)]), keyid }))).toEqual([])
      expect(names(gather({ uris }, { document: signed('1', [certified(one), bare]), keyid }))).toEqual([
        `1 ${one.keyid}`,
      ])
    }
    // a prefix that both have
    expect(names(gather({ uris }, { document: both, keyid: '' }))).toEqual([`1 ${one.keyid}`])
  })

  test('as one person: a key of the layout and a certificate that holds it, in either order', () => {
    const svid = makeSvid(root, 'spiffe://example.org/1')
    const own = svid.key.key
    const documents = [signed('1', by(own)), signed('2', [certified(svid)])].map(anyName)
    for (const order of [documents, documents.toReversed()]) {
      const { counted } = gather({ keys: [own], uris: ['spiffe://example.org/1'] }, ...order)
      expect(counted).toHaveLength(2)
      expect(new Set(counted.map(({ identity }) => identity)).size).toBe(1)
    }
  })
})

describe('of whoever does not count the nearest miss is told', () => {
  const expired = gpgKey('expired since', [], { expiresAt: AT / 1000 })
  const keys = [alice, expired]

  test('a key that has expired, a signature that is wrong: the first in the layout’s order', () => {
    const found = signed('1', [forged(alice), plainSignature(expired.keyid, expired)])
    const wrong = ['SIGNATURE_INVALID', 'alice', 'The signature of key alice does not verify: another key made it.']
    const late = ['KEY_EXPIRED', expired.keyid, 'The key expired  that signed it has expired.']
    expect(told(gather({ keys }, anyName(found)))).toEqual([wrong])
    expect(told(gather({ keys: [expired, alice] }, anyName(found)))).toEqual([late])
    expect(told(gather({ keys: [bob, ...keys] }, anyName(found)))).toEqual([wrong])
    expect(names(gather({ keys: [alice, bob] }, anyName(signed('1', [forged(alice), ...by(bob)]))))).toEqual(['1 bob'])
  })

  test('a stranger, somebody who is not named, nobody', () => {
    const code = 'SIGNER_NOT_ALLOWED'
    const ending = 'which may not sign for step "build" under this file name.'
    const stranger = plainKey('a stranger with a long name')
    expect(told(gather({ keys }, anyName(signed('1', by(stranger, bob)))))).toEqual([
      [code, stranger.keyid, `It is signed by key a strang, ${ending}`],
    ])
    const nameless = signed('1', [plainSignature('', stranger)], DSSE)
    expect(told(gather({ keys }, anyName(nameless)))).toEqual([
      [code, '', `It is signed by a key that it does not name, ${ending}`],
    ])
    expect(told(gather({ keys }, { document: signed('1', []), keyid: 'alice' }))).toEqual([
      ['SIGNATURE_INVALID', 'alice', 'It carries no signature.'],
    ])
  })

  test('a certificate that does not suit, before keys that do not', () => {
    const svid = makeSvid(root, 'spiffe://example.org/1')
    const found = signed('1', [forged(alice), certified(svid)])
    expect(told(gather({ keys, uris: ['spiffe://example.org/2'] }, anyName(found)))).toMatchObject([
      ['CERT_CONSTRAINT', svid.keyid, expect.stringContaining('spiffe://example.org/1')],
    ])
    // nor does it hurt somebody who may
    const good = signed('1', [certified(svid), ...by(alice)])
    expect(names(gather({ keys, uris: ['spiffe://example.org/2'] }, anyName(good)))).toEqual(['1 alice'])
  })

  test('another step, whoever signed it', () => {
    const other = envelopeOf(metablock(linkDocument({ name: 'test' }), []))
    const message = 'The link was recorded for step "test", not for "build".'
    expect(told(gather({ keys }, anyName(signed('1', by(alice), other))))).toEqual([
      ['STEP_NAME_MISMATCH', null, message],
    ])
    expect(told(gather({ keys }, anyName(signed('1', by(bob), other))))[0]?.[0]).toBe('SIGNER_NOT_ALLOWED')
  })

  test('a Metablock link with a member that in-toto drops, and no other kind of document', () => {
    const extra = linkOf((link) => link.set('extra', 'x'))
    const [metablocked, wrapped] = [envelopeOf(metablock(extra, [])), envelopeOf(dsse(extra, []))]
    const message = 'It has a member "extra" that no verifier knows, and its signature covers that.'
    expect(told(gather({ keys }, { document: signed('1', by(alice), metablocked), keyid: 'al' }))).toEqual([
      ['MALFORMED', 'al', message],
    ])
    expect(names(gather({ keys }, anyName(signed('1', by(alice), wrapped))))).toEqual(['1 alice'])
    const layout = envelopeOf(metablock(layoutOf({}).value, []))
    expect(names(gather({ keys }, anyName(signed('1', by(alice), layout))))).toEqual(['1 alice'])
  })
})

describe('a document that could not be read', () => {
  test('is told with the code of its reader, as far as reasons have it', () => {
    const codes = ['DEPTH', 'LIMIT', 'UNSUPPORTED', 'LAYOUT_INVALID', 'MALFORMED', 'SOMETHING']
    expect(codes.map(documentCode)).toEqual([
      'LIMIT',
      'LIMIT',
      'UNSUPPORTED',
      'LAYOUT_INVALID',
      'MALFORMED',
      'MALFORMED',
    ])
  })

  test('and with its place, unless the sentence has it', () => {
    expect(documentMessage({ message: 'Expected x at a.b.', place: 'a.b' })).toBe('Expected x at a.b.')
    expect(documentMessage({ message: 'Expected x.', place: 'a.b' })).toBe('Expected x. (a.b)')
    expect(documentMessage({ message: 'Expected x.', place: '' })).toBe('Expected x.')
  })

  test('counts for nobody and is named as it came', () => {
    const problem = { code: 'DEPTH', message: 'It is too deep.', place: 'a' }
    const document = { source: 'build.link', sha256: '1', problem, open: null }
    const found = gather({ keys: [alice] }, { document, keyid: 'al' }, anyName(signed('2', by(alice))))
    expect(found.skipped).toEqual([
      { sha256: '1', source: 'build.link', keyid: 'al', code: 'LIMIT', message: 'It is too deep. (a)' },
    ])
    expect(names(found)).toEqual(['2 alice'])
  })
})
