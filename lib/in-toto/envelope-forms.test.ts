import { describe, expect, test } from 'vitest'
import { encodeCanonicalJson, FormatError, pae, parseJson, sha256, toBase64, toHex, utf8 } from '#lib/crypto/index.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock as signedLink } from '#lib/testing/authority/envelopes.ts'
import { openSignedJson } from './envelope.ts'
import { LIMITS, type OpenEnvelope, openEnvelope, parseEnvelope } from './index.ts'
import { envelopeInBundle } from './sigstore-bundle.ts'

// Every member of an envelope, as it is read and as it is refused.

const TYPE = 'application/vnd.in-toto+json'
const PEM = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n'
const base64 = (text: string) => toBase64(utf8(text))
const json = (value: unknown) => utf8(JSON.stringify(value))

const metablock = (signatures: unknown, signed: unknown = { _type: 'link' }) => json({ signatures, signed })
const dsse = (signatures: unknown, more: Record<string, unknown> = {}, payload = '{"_type":"link"}') =>
  json({ payloadType: TYPE, payload: base64(payload), signatures, ...more })

const signatureOf = (bytes: Uint8Array) => openEnvelope(bytes).signatures[0]
const fault = (read: () => unknown): string => {
  try {
    read()
    return 'read'
  } catch (error) {
    return error instanceof FormatError ? `${error.code} ${error.place}: ${error.message}` : `escaped: ${String(error)}`
  }
}
const faultOf = (bytes: Uint8Array) => fault(() => openEnvelope(bytes))

describe('a Metablock', () => {
  test('is read whole', () => {
    const bytes = metablock([{ keyid: 'ab', sig: '00ff' }], { _type: 'layout', a: 1 })
    const value = parseJson(utf8('{"_type":"layout","a":1}'))
    if (!(value instanceof Map)) throw new Error('no object')
    const expected: OpenEnvelope = {
      form: 'metablock',
      kind: 'layout',
      payloadType: null,
      sha256: toHex(sha256(bytes)),
      signatures: [{ keyid: 'ab', sig: '00ff', bytes: Uint8Array.of(0, 255), certificate: null, otherHeaders: null }],
      signedBytes: encodeCanonicalJson(value),
      value,
      regular: false,
    }
    expect(openEnvelope(bytes)).toEqual(expected)
    expect(openEnvelope(bytes, 'known')).toEqual({ ...expected, sha256: 'known' })
  })

  test('takes a certificate under either name, the written one first', () => {
    const certificate = (more: object) => signatureOf(metablock([{ keyid: 'ab', sig: '00', ...more }]))?.certificate
    expect(certificate({ cert: 'one' })).toBe('one')
    expect(certificate({ certificate: 'two' })).toBe('two')
    expect(certificate({ cert: 'one', certificate: 'two' })).toBe('one')
    for (const none of ['', 7, null, {}]) expect(certificate({ cert: none })).toBeNull()
  })

  test('is signed by gpg where it has headers and a signature', () => {
    const gpg = { keyid: 'ab', signature: '0102', other_headers: '04' }
    expect(signatureOf(metablock([gpg]))).toMatchObject({ sig: '0102', bytes: Uint8Array.of(1, 2), otherHeaders: '04' })
    const both = { ...gpg, sig: '03' }
    expect(signatureOf(metablock([both]))).toMatchObject({ sig: '0102', otherHeaders: '04' })
    expect(signatureOf(metablock([{ ...both, other_headers: 4 }]))).toMatchObject({ sig: '03', otherHeaders: null })
    expect(signatureOf(metablock([{ ...both, signature: 1 }]))).toMatchObject({ sig: '03', otherHeaders: null })
    expect(faultOf(metablock([{ keyid: 'ab', signature: '0102' }]))).toMatch(/^MALFORMED signatures\[0\]\.sig: /)
  })

  test.each(['', 'zz', '0', 'AA=='])('has a signature that verifies nothing where it is no hex: %j', (sig) => {
    expect(signatureOf(metablock([{ keyid: 'ab', sig }]))).toMatchObject({ sig, bytes: null })
  })

  test.each<[string, unknown, unknown, string]>([
    ['no keyid', [{ sig: '00' }], undefined, 'MALFORMED signatures[0].keyid: '],
    ['a keyid that is null', [{ keyid: null, sig: '00' }], undefined, 'MALFORMED signatures[0].keyid: '],
    ['a second signature that is none', [{ keyid: 'a', sig: '0' }, 1], undefined, 'MALFORMED signatures[1]: '],
    ['a statement', [], { _type: 'https://in-toto.io/Statement/v1' }, 'UNSUPPORTED signed._type: '],
    ['nothing signed', [], 'x', 'MALFORMED signed: '],
  ])('with %s is refused', (_, signatures, signed, expected) => {
    expect(faultOf(metablock(signatures, signed ?? { _type: 'link' }))).toContain(expected)
  })

  test('of an unknown type says which', () => {
    const expected =
      'UNSUPPORTED signed._type: Expected "link", "layout" or an in-toto Statement at signed._type; found'
    expect(faultOf(metablock([], { _type: 'root' }))).toBe(`${expected} "root".`)
    expect(faultOf(metablock([], { _type: 1 }))).toBe(`${expected} nothing.`)
  })
})

describe('a DSSE envelope', () => {
  const good = { keyid: 'ab', sig: 'AP8=' }

  test('is read whole, also beside a signed part', () => {
    const payload = utf8('{"_type":"link"}')
    const bytes = dsse([good], { signed: { _type: 'layout' } })
    const expected: OpenEnvelope = {
      form: 'dsse',
      kind: 'link',
      payloadType: TYPE,
      sha256: toHex(sha256(bytes)),
      signatures: [{ keyid: 'ab', sig: 'AP8=', bytes: Uint8Array.of(0, 255), certificate: null, otherHeaders: null }],
      signedBytes: pae(TYPE, payload),
      value: new Map([['_type', 'link']]),
      regular: false,
    }
    expect(openEnvelope(bytes)).toEqual(expected)
    expect(openEnvelope(bytes, 'known').sha256).toBe('known')
  })

  test.each([
    ['link', 'link'],
    ['layout', 'layout'],
    ['https://in-toto.io/Statement/v1', 'statement'],
    ['https://in-toto.io/Statement/v0.1', 'statement'],
  ])('with %s is a %s', (type, kind) => {
    expect(openEnvelope(dsse([good], {}, JSON.stringify({ _type: type }))).kind).toBe(kind)
  })

  test('needs no keyid, and takes none that is no text', () => {
    expect(signatureOf(dsse([{ sig: 'AA==' }]))?.keyid).toBe('')
    expect(signatureOf(dsse([{ keyid: null, sig: 'AA==' }]))?.keyid).toBe('')
    expect(faultOf(dsse([{ keyid: 7, sig: 'AA==' }]))).toMatch(/^MALFORMED signatures\[0\]\.keyid: /)
    expect(faultOf(dsse([{ keyid: 'a' }]))).toMatch(/^MALFORMED signatures\[0\]\.sig: /)
  })

  test('says whether in-toto for Python can load it: a keyid at each signature, and padded base64', () => {
    const cannot = (bytes: Uint8Array) => openEnvelope(bytes).pythonCannotLoad ?? false
    expect(cannot(dsse([good, { keyid: '', sig: 'AA==' }]))).toBe(false)
    expect(cannot(dsse([]))).toBe(false)
    expect(cannot(dsse([good, { sig: 'AA==' }]))).toBe(true)
    expect(cannot(dsse([good, { keyid: 'a', sig: 'AA' }]))).toBe(true)
    expect(cannot(dsse([good, { keyid: 'a', sig: '!!!!' }]))).toBe(true)
    expect(cannot(dsse([{ keyid: 'a', sig: '-_8=' }]))).toBe(false)
    expect(cannot(dsse([good], { payload: base64('{"_type":"link"}').replace(/=+$/, '') }))).toBe(true)
  })

  test.each<[string, Uint8Array, string]>([
    ['a payload type that begins as ours', dsse([], { payloadType: `${TYPE}x` }), 'UNSUPPORTED payloadType: '],
    ['a payload type that ends as ours', dsse([], { payloadType: `x${TYPE}` }), 'UNSUPPORTED payloadType: '],
    ['no payload type', dsse([], { payloadType: null }), 'MALFORMED payloadType: '],
    ['a payload that is no text', dsse([], { payload: 1 }), 'MALFORMED payload: '],
    ['a payload that is no base64', dsse([], { payload: '?' }), 'BASE64 payload: '],
    ['a payload that is no object', dsse([], {}, '[]'), 'MALFORMED payload: '],
    ['a payload with a member twice', dsse([], {}, '{"a":1,"a":1}'), 'DUPLICATE_KEY payload '],
    ['an unknown type', dsse([], {}, '{"_type":"root"}'), 'UNSUPPORTED payload._type: '],
    ['signatures that are none', dsse({}), 'MALFORMED signatures: '],
  ])('with %s is refused, with the place', (_, bytes, expected) => {
    expect(faultOf(bytes).slice(0, expected.length)).toBe(expected)
  })

  test.each(['application/vnd.in-toto.bundle+json', 'application/vnd.in-toto.a-b_c.9+json'])(
    'of %s is ours',
    (type) => {
      expect(openEnvelope(dsse([good], { payloadType: type })).payloadType).toBe(type)
    },
  )

  test('has certificates as PEM or as base64 of it, the signer’s first, none without his', () => {
    const chain = (more: object) => signatureOf(dsse([{ ...good, ...more }]))?.certificate
    expect(chain({ certificate: base64(PEM) })).toBe(PEM)
    expect(chain({ cert: PEM })).toBe(PEM)
    expect(chain({ certificate: base64('two'), cert: PEM })).toBe('two')
    expect(chain({ certificate: 'no base64!' })).toBe('no base64!')
    expect(chain({ certificate: base64('one'), intermediates: [base64('two'), 7, '', PEM] })).toBe(`one\ntwo\n${PEM}`)
    expect(chain({ intermediates: [PEM] })).toBeNull()
    expect(chain({ certificate: PEM, intermediates: 'x' })).toBe(PEM)
    const many = Array.from({ length: LIMITS.signatures + 5 }, () => PEM)
    expect(chain({ certificate: PEM, intermediates: many })?.split('BEGIN').length).toBe(LIMITS.signatures + 2)
  })

  test('has time stamps of the one type, at most so many', () => {
    const stamps = (timestamps: unknown) => signatureOf(dsse([{ ...good, timestamps }]))?.timestamps
    expect(stamps([{ type: 'tsp', data: 'one' }, { type: 'other', data: 'x' }, { type: 'tsp', data: 7 }, 'x'])).toEqual(
      ['one'],
    )
    for (const none of [undefined, 'x', [], [{ type: 'other', data: 'x' }]]) expect(stamps(none)).toBeUndefined()
    const many = Array.from({ length: LIMITS.timestamps + 3 }, (_, index) => ({ type: 'tsp', data: `${index}` }))
    expect(stamps(many)).toEqual(many.slice(0, LIMITS.timestamps).map(({ data }) => data))
  })
})

describe('any envelope', () => {
  test('has at most so many signatures', () => {
    const some = (count: number) => Array.from({ length: count }, () => ({ keyid: 'a', sig: '00' }))
    expect(openEnvelope(metablock(some(LIMITS.signatures))).signatures).toHaveLength(LIMITS.signatures)
    expect(faultOf(metablock(some(LIMITS.signatures + 1)))).toBe(
      `LIMIT signatures: The envelope has ${LIMITS.signatures + 1} signatures; at most ${LIMITS.signatures} are read.`,
    )
  })

  test('has at most so many bytes, also a link that is read quickly', () => {
    const zeros = (length: number) => fault(() => openEnvelope(new Uint8Array(length)))
    expect(zeros(LIMITS.envelopeBytes)).toContain('JSON_SYNTAX')
    expect(zeros(LIMITS.envelopeBytes + 1)).toContain('LIMIT : The file has 67108865 bytes; at most 67108864 are read.')
    const link = new TextDecoder().decode(signedLink(linkDocument({ name: 'build', stdout: 'much' }), []))
    const long = utf8(link.replace('much', 'much'.repeat(LIMITS.envelopeBytes / 4)))
    expect(fault(() => parseEnvelope(long))).toContain('LIMIT')
  })

  test('has no two members that differ in letter case alone', () => {
    expect(faultOf(utf8('{"signed":{"_type":"link"},"SIGNED":{},"signatures":[]}'))).toBe(
      'DUPLICATE_KEY SIGNED: The members "signed" and "SIGNED" differ only in letter case.',
    )
  })

  test('in a Sigstore bundle is a statement, and its faults have their place in the bundle', () => {
    const bundle = (dsseEnvelope: unknown) =>
      json({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', dsseEnvelope })
    const inside = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))
    expect(faultOf(bundle(inside(dsse([]))))).toBe(
      'UNSUPPORTED dsseEnvelope payload._type: Expected a statement in the Sigstore bundle; found a link. Bring in its envelope by itself.',
    )
    expect(faultOf(bundle(inside(dsse([], {}, '[]'))))).toMatch(/^MALFORMED dsseEnvelope payload: /)
    expect(faultOf(bundle({ payload: '', PAYLOAD: '' }))).toMatch(/^DUPLICATE_KEY PAYLOAD: /)
  })
})

test('a media type makes a Sigstore bundle where it is the text of one, and nothing else', () => {
  const known = 'application/vnd.dev.sigstore.bundle.v0.3+json'
  for (const mediaType of ['text/plain', [known], { a: known }, 7, null]) {
    expect(faultOf(json({ mediaType, dsseEnvelope: {} }))).toMatch(/^NOT_AN_ENVELOPE /)
  }
  expect(fault(() => envelopeInBundle(new Map([['mediaType', [known]]])))).toMatch(/^UNSUPPORTED mediaType: /)
})

describe('signed JSON of another kind', () => {
  const accepts = (type: string) => type === 'application/json'
  const open = (bytes: Uint8Array) => openSignedJson(bytes, accepts, 'a policy')

  test('is read with what its signatures cover', () => {
    const bytes = dsse([{ sig: 'AA==' }], { payloadType: 'application/json' }, '{"a":"b"}')
    expect(open(bytes)).toEqual({
      form: 'dsse',
      payloadType: 'application/json',
      sha256: toHex(sha256(bytes)),
      signatures: [{ keyid: '', sig: 'AA==', bytes: Uint8Array.of(0), certificate: null, otherHeaders: null }],
      signedBytes: pae('application/json', utf8('{"a":"b"}')),
      value: new Map([['a', 'b']]),
    })
  })

  test('is refused where it is none, or of a type that was not asked for', () => {
    expect(fault(() => open(dsse([])))).toBe(`UNSUPPORTED payloadType: Expected a policy; found "${TYPE}".`)
    const list = dsse([], { payloadType: 'application/json' }, '[]')
    expect(fault(() => open(list))).toMatch(/^MALFORMED payload: /)
    expect(fault(() => open(utf8('[]')))).toMatch(/^MALFORMED the document: /)
  })
})
