// Longer than most: tokens are made byte by byte, so that each can be wrong in one place.
import { describe, expect, test } from 'vitest'
import { makeCertificate, type TestCertificate } from '#lib/testing/authority/certificates.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import {
  type InfoSpec,
  makeToken,
  TOKEN_OID,
  type TokenSpec,
  writeAlgorithm,
  writeAttribute,
  writeInfo,
  writeSignerHash,
  writeSignerHashV2,
} from '#lib/testing/authority/timestamp-tokens.ts'
import { makeTimestampAuthority, makeTimestampRoot } from '#lib/testing/authority/timestamps.ts'
import { DER, writeDer, writeDerInteger, writeDerOid } from './der.ts'
import { checkTimestampToken, FormatError, parseTimestampToken, sha256, utf8 } from './index.ts'
import { verifyCertificate } from './node/index.ts'
import { digestOf } from './timestamp-token.ts'

// Tokens put together byte by byte: each test makes one field wrong in a token that is right in all others.

const MESSAGE = utf8('the bytes of a signature')
const root = makeTimestampRoot('stamps')
const tsa = makeTimestampAuthority(root)
const info = (more: Partial<InfoSpec> = {}) => writeInfo({ digest: sha256(MESSAGE), ...more })
const trust = {
  roots: [root.certificate],
  intermediates: [] as TestCertificate['certificate'][],
  verify: verifyCertificate,
}

/** `valid`, the code of the answer, or the words in which the reader refuses it. */
function judged(spec: Partial<TokenSpec> = {}, more = trust): string {
  try {
    const answer = checkTimestampToken(
      parseTimestampToken(makeToken({ info: info(), by: tsa, ...spec })),
      MESSAGE,
      more,
    )
    return answer.valid ? 'valid' : `${answer.code}: ${answer.why}`
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return `${error.code} ${error.message}`
  }
}

test('a token that is right in all its fields proves its time', () => {
  expect(judged()).toBe('valid')
  const token = parseTimestampToken(makeToken({ info: info(), by: tsa }))
  expect(token).toMatchObject({
    genTime: Date.parse('2026-06-01T12:00:00Z'),
    accuracy: null,
    policy: '1.2.3.4',
    serial: '07',
    imprint: { hash: 'sha256', digest: sha256(MESSAGE) },
    messageDigest: { hash: 'sha256', digest: sha256(info()) },
    algorithm: { name: 'ecdsa', hash: 'sha256' },
  })
})

describe('what the token is about', () => {
  test.each([TOKEN_OID.data, TOKEN_OID.signedData, '1.2.840.113549.1.9.16.1.5'])(
    'signed content of the type %s is no time stamp, whatever the signed attributes call it',
    (contentType) => {
      expect(judged({ contentType })).toMatch(/^TIMESTAMP .*what it signs is no time stamp/)
    },
  )

  test.each([TOKEN_OID.data, TOKEN_OID.signedData, '1.2.840.113549.1.9.16.1.5'])(
    'signed attributes about the type %s are not about a time stamp, whatever the content is called',
    (type) => {
      const attributes = { [TOKEN_OID.contentType]: [writeDerOid(type)] }
      expect(judged({ attributes })).toMatch(/^TIMESTAMP .*its signature is not about a time stamp/)
    },
  )

  test('signed attributes without a content type are refused', () => {
    expect(judged({ attributes: { [TOKEN_OID.contentType]: [] } })).toMatch(/its signature is not about a time stamp/)
  })

  test('something else than SignedData is refused', () => {
    expect(judged({ outerType: TOKEN_OID.data })).toMatch(/it is no CMS SignedData/)
  })

  test('another content than the one whose digest is signed is refused', () => {
    const other = { [TOKEN_OID.messageDigest]: [writeDer(DER.octetString, sha256(info({ time: '20200101000000Z' })))] }
    expect(judged({ attributes: other })).toBe('SIGNATURE: its signature is about another time stamp')
    expect(judged({ attributes: { [TOKEN_OID.messageDigest]: [] } })).toMatch(/^DER /)
  })

  test('an imprint of other bytes is refused', () => {
    expect(judged({ info: info({ digest: sha256(utf8('other')) }) })).toMatch(/^IMPRINT: /)
    expect(judged({ info: info({ digest: sha256(MESSAGE).subarray(0, 31) }) })).toMatch(/^IMPRINT: /)
    expect(judged({ info: info({ digest: new Uint8Array() }) })).toMatch(/^IMPRINT: /)
  })

  test.each(['sha256', 'sha384', 'sha512'] as const)('an imprint by %s is read as that', (hash) => {
    expect(judged({ info: info({ hash: TOKEN_OID[hash], digest: digestOf(hash, MESSAGE) }) })).toBe('valid')
    const other = hash === 'sha256' ? 'sha512' : 'sha256'
    expect(judged({ info: info({ hash: TOKEN_OID[hash], digest: digestOf(other, MESSAGE) }) })).toMatch(/^IMPRINT: /)
  })

  test('an imprint by SHA-1 is refused', () => {
    expect(judged({ info: info({ hash: TOKEN_OID.sha1, digest: digestOf('sha1', MESSAGE) }) })).toMatch(/not accepted/)
  })
})

describe('who signed it', () => {
  // issuer and number are what a signer is called; the hash is what cannot be made a second time
  const serial = Uint8Array.of(0x55)
  const twinOf = (more: object = {}) => makeTimestampAuthority(root, { serial, key: tsa.key, ...more })

  test('a certificate of the same name, number and key is not the one whose hash is signed', () => {
    const named = twinOf()
    const other = twinOf({ until: new Date('2040-01-01T00:00:00Z') })
    const essOf = (one: TestCertificate) => ({
      [TOKEN_OID.signingCertificateV2]: [writeSignerHashV2(one.certificate.der)],
    })
    expect(judged({ by: named, attributes: essOf(named) })).toBe('valid')
    expect(judged({ by: other, attributes: essOf(named) })).toBe(
      'SIGNATURE: the certificate that signed it is not there',
    )
    expect(judged({ by: other, certificates: [other, named], attributes: essOf(named) })).toBe('valid')
  })

  test('an expired certificate is not replaced by a later one of the same name, number and key', () => {
    const ended = twinOf({ until: new Date('2025-01-01T00:00:00Z') })
    expect(judged({ by: ended, certificates: [ended, twinOf()] })).toMatch(/^EXPIRED: /)
    expect(judged({ by: ended, certificates: [twinOf()] })).toMatch(/^SIGNATURE: .*not there/)
  })

  test('the hash of ESSCertID (SHA-1) is held to as well, where there is no other', () => {
    const ess = (one: TestCertificate) => ({
      [TOKEN_OID.signingCertificateV2]: [],
      [TOKEN_OID.signingCertificate]: [writeSignerHash(one.certificate.der)],
    })
    expect(judged({ attributes: ess(tsa) })).toBe('valid')
    expect(judged({ attributes: ess(root) })).toMatch(/^SIGNATURE: .*not there/)
  })

  test('of both the newer one counts', () => {
    const old = (one: TestCertificate) => ({ [TOKEN_OID.signingCertificate]: [writeSignerHash(one.certificate.der)] })
    expect(judged({ attributes: old(root) })).toBe('valid')
    const newer = { [TOKEN_OID.signingCertificateV2]: [writeSignerHashV2(root.certificate.der)] }
    expect(judged({ attributes: { ...old(tsa), ...newer } })).toMatch(/^SIGNATURE: .*not there/)
  })

  test.each(['sha256', 'sha384', 'sha512'] as const)('a hash that names itself %s is of that kind', (hash) => {
    const ess = (der: Uint8Array) => ({ [TOKEN_OID.signingCertificateV2]: [writeSignerHashV2(der, hash)] })
    expect(judged({ attributes: ess(tsa.certificate.der) })).toBe('valid')
    expect(judged({ attributes: ess(root.certificate.der) })).toMatch(/^SIGNATURE: .*not there/)
  })

  test('a token that does not say which certificate signed it is refused', () => {
    expect(judged({ attributes: { [TOKEN_OID.signingCertificateV2]: [] } })).toMatch(/does not say which certificate/)
  })

  test('the first certificate of the list is the signer, not any other', () => {
    const entry = (one: TestCertificate) =>
      writeDer(DER.sequence, writeDer(DER.octetString, digestOf('sha256', one.certificate.der)))
    const list = (...all: TestCertificate[]) => ({
      [TOKEN_OID.signingCertificateV2]: [writeDer(DER.sequence, writeDer(DER.sequence, ...all.map(entry)))],
    })
    expect(judged({ attributes: list(tsa, root) })).toBe('valid')
    expect(judged({ attributes: list(root, tsa) })).toMatch(/^SIGNATURE: .*not there/)
  })

  test('name and number of the signer are held to', () => {
    const number = makeTimestampAuthority(root, { key: tsa.key })
    expect(judged({ named: number })).toMatch(/^SIGNATURE: .*not there/)
    const elsewhere = makeTimestampRoot('elsewhere', { key: root.key })
    const name = makeTimestampAuthority(elsewhere, { serial, key: tsa.key })
    expect(judged({ by: twinOf(), named: name })).toMatch(/^SIGNATURE: .*not there/)
    expect(judged({ certificates: [] })).toMatch(/^SIGNATURE: .*not there/)
    expect(judged({ certificates: [] }, { ...trust, intermediates: [tsa.certificate] })).toBe('valid')
  })

  test('a signature by another key is refused', () => {
    expect(judged({ key: makeKey('mallory', 'ecdsa-p256') })).toBe('SIGNATURE: its signature does not verify')
  })

  test.each<[string, Partial<TokenSpec>]>([
    ['SHA-512 where the digest is SHA-256', { signatureAlgorithm: '1.2.840.10045.4.3.4' }],
    ['SHA-1', { signatureAlgorithm: '1.2.840.10045.4.1' }],
    ['something unknown', { signatureAlgorithm: '1.2.3' }],
    ['RSA with SHA-384 where the digest is SHA-256', { signatureAlgorithm: '1.2.840.113549.1.1.12' }],
  ])('a signature with %s is not accepted', (_, spec) => {
    expect(judged(spec)).toBe('SIGNATURE: it is signed in a way that is not accepted')
  })

  test.each<[string, Partial<TokenSpec>]>([
    ['plain RSA', { signatureAlgorithm: '1.2.840.113549.1.1.1' }],
    ['RSA', { signatureAlgorithm: '1.2.840.113549.1.1.11' }],
    ['Ed25519', { signatureAlgorithm: '1.3.101.112' }],
  ])('a key of another kind than %s does not verify', (_, spec) => {
    expect(judged(spec)).toBe('SIGNATURE: its signature does not verify')
  })

  test('an authority with Ed25519 or a larger curve counts as well', () => {
    const ed = makeTimestampAuthority(root, { kind: 'ed25519' })
    expect(judged({ by: ed, signatureAlgorithm: '1.3.101.112' })).toBe('valid')
    const p384 = makeTimestampAuthority(root, { kind: 'ecdsa-p384' })
    const messageDigest = { [TOKEN_OID.messageDigest]: [writeDer(DER.octetString, digestOf('sha384', info()))] }
    const spec = { by: p384, digestAlgorithm: writeAlgorithm(TOKEN_OID.sha384), attributes: messageDigest }
    expect(judged({ ...spec, signatureAlgorithm: '1.2.840.10045.4.3.3' })).toBe('valid')
  })

  test('exactly one signer', () => {
    expect(judged({ signers: (right) => [right, right] })).toMatch(/not signed by exactly one/)
    expect(judged({ signers: () => [] })).toMatch(/^DER /)
  })
})

describe('signed attributes', () => {
  test('of one type twice are refused', () => {
    const again = writeAttribute(TOKEN_OID.contentType, writeDerOid(TOKEN_OID.tstInfo))
    expect(judged({ moreAttributes: [again] })).toMatch(/signed attribute 1\.2\.840\.113549\.1\.9\.3 twice/)
  })

  test.each([
    ['content type', TOKEN_OID.contentType, writeDerOid(TOKEN_OID.tstInfo)],
    ['digest', TOKEN_OID.messageDigest, writeDer(DER.octetString, sha256(info()))],
    ['certificate', TOKEN_OID.signingCertificateV2, writeSignerHashV2(tsa.certificate.der)],
  ])('with two values for the %s are refused', (_, oid, value) => {
    expect(judged({ attributes: { [oid]: [value, value] } })).toMatch(/several values/)
  })

  test('of other kinds are let pass', () => {
    expect(
      judged({ moreAttributes: [writeAttribute('1.2.840.113549.1.9.5', writeDer(0x17, utf8('260601120000Z')))] }),
    ).toBe('valid')
  })
})

describe('the form', () => {
  const critical = (oid: string) =>
    writeDer(0xa1, writeDer(DER.sequence, writeDerOid(oid), writeDer(DER.octetString, new Uint8Array())))
  const accuracy = (...parts: Uint8Array[]) => writeDer(DER.sequence, ...parts)
  const small = (value: number) => writeDerInteger(Uint8Array.of(value))

  test.each<[string, Partial<InfoSpec>, RegExp]>([
    ['version 2', { version: 2 }, /not of version 1/],
    ['extensions', { rest: [critical('1.2.3')] }, /extensions that are not known/],
    ['a time without a day', { time: '202602300000Z' }, /is none/],
    ['the 30th of February', { time: '20260230120000Z' }, /is none/],
    ['the hour 24', { time: '20260601240000Z' }, /is none/],
    ['a local time', { time: '20260601120000' }, /is none/],
    ['an offset', { time: '20260601120000+0100' }, /is none/],
    ['a fraction that ends in 0', { time: '20260601120000.50Z' }, /is none/],
    ['an empty fraction', { time: '20260601120000.Z' }, /is none/],
    ['something before the time', { time: 'x20260601120000Z' }, /is none/],
    ['something behind the time', { time: '20260601120000Zx' }, /is none/],
    ['an accuracy with more in it', { rest: [accuracy(small(1), small(2))] }, /accuracy is none/],
    [
      'an accuracy without end',
      { rest: [accuracy(writeDerInteger(Uint8Array.from(Array(12).fill(0x7f))))] },
      /accuracy is none/,
    ],
  ])('with %s is refused', (_, more, words) => {
    expect(judged({ info: info(more) })).toMatch(words)
  })

  test.each<[string, Partial<InfoSpec>, number, number | null]>([
    ['a fraction', { time: '20260601120000.5Z' }, 500, null],
    ['a long fraction', { time: '20260601120000.123456789Z' }, 123, null],
    ['seconds', { rest: [accuracy(small(2))] }, 0, 2000],
    ['milliseconds', { rest: [accuracy(writeDer(0x80, Uint8Array.of(3)))] }, 0, 3],
    ['microseconds, which round up', { rest: [accuracy(writeDer(0x81, Uint8Array.of(1)))] }, 0, 1],
    [
      'seconds, milliseconds and microseconds',
      { rest: [accuracy(small(1), writeDer(0x80, Uint8Array.of(5)), writeDer(0x81, Uint8Array.of(1)))] },
      0,
      1006,
    ],
    [
      'ordering, a nonce and a name',
      {
        rest: [
          writeDer(DER.boolean, Uint8Array.of(0xff)),
          small(9),
          writeDer(0xa0, writeDer(0x82, utf8('tsa.example'))),
        ],
      },
      0,
      null,
    ],
  ])('with %s is read', (_, more, fraction, expected) => {
    const token = parseTimestampToken(makeToken({ info: info(more), by: tsa }))
    expect(token.genTime).toBe(Date.parse('2026-06-01T12:00:00Z') + fraction)
    expect(token.accuracy).toBe(expected)
    expect(judged({ info: info(more) })).toBe('valid')
  })

  test('ends where it should: nothing hides behind a part', () => {
    const more = small(1)
    const algorithm = writeAlgorithm(TOKEN_OID.sha256)
    const digest = writeDer(DER.octetString, sha256(MESSAGE))
    const time = writeDer(0x18, utf8('20260601120000Z'))
    const odd = writeDer(
      DER.sequence,
      ...[small(1), writeDerOid('1.2.3.4'), writeDer(DER.sequence, algorithm, digest, more), small(7), time],
    )
    expect(judged({ info: odd })).toMatch(/what it stamps has parts that do not belong there/)
    const attribute = writeDer(DER.sequence, writeDerOid('1.2.3'), writeDer(DER.set, more), more)
    expect(judged({ moreAttributes: [attribute] })).toMatch(/signed attribute 1\.2\.3 twice/)
    expect(judged({ moreSigner: [more] })).toMatch(/not named by issuer and number/)
    expect(judged({ behindContent: [more] })).toMatch(/what it signs is no time stamp/)
    expect(judged({ behindAll: [more] })).toMatch(/it is no CMS SignedData/)
    expect(judged({ outerTag: DER.octetString })).toMatch(/it is no CMS SignedData/)
    expect(() => parseTimestampToken(writeDer(DER.sequence))).toThrowError(/it is no CMS SignedData/)
    expect(judged({ revocation: [writeDer(0xa1, more)] })).toBe('valid')
  })

  test('has a version and a list of digest algorithms where they belong', () => {
    expect(judged({ versions: [writeDer(DER.octetString, new Uint8Array()), small(1)] })).toMatch(/^DER /)
    expect(judged({ versions: [small(3), writeDer(DER.octetString, new Uint8Array())] })).toMatch(/^DER /)
    expect(judged({ algorithms: small(1) })).toMatch(/^DER /)
  })

  test('of the largest size is read', () => {
    const of = (length: number) => {
      const filler = writeAttribute('1.2.3', writeDer(DER.octetString, new Uint8Array(length)))
      return makeToken({ info: info(), by: tsa, moreAttributes: [filler] })
    }
    const around = of(60_000).length - 60_000
    // signatures differ in length by a byte or two: each is made again until it has the length
    const exactly = (length: number): Uint8Array => {
      for (let attempt = 0; attempt < 500; attempt++) {
        const token = of(length - around + (attempt % 3) - 1)
        if (token.length === length) return token
      }
      throw new Error(`no token of ${length} bytes in 500`)
    }
    expect(parseTimestampToken(exactly(65_536)).policy).toBe('1.2.3.4')
    expect(() => parseTimestampToken(exactly(65_537))).toThrowError(/at most 65536/)
  })

  test('without key usage counts by its extended use alone', () => {
    expect(judged({ by: makeTimestampAuthority(root, { keyUsage: null }) })).toBe('valid')
  })

  test('with unsigned attributes is read, with anything else behind the signature not', () => {
    expect(judged({ unsigned: [writeDer(0xa1, writeAttribute('1.2.3', small(1)))] })).toBe('valid')
    expect(judged({ unsigned: [small(1)] })).toMatch(/parts that do not belong there/)
    expect(judged({ behind: [small(1)] })).toMatch(/not signed by exactly one/)
  })

  test('with a hash whose parameters are not empty is refused', () => {
    expect(judged({ digestAlgorithm: writeAlgorithm(TOKEN_OID.sha256, writeDer(DER.null)) })).toBe('valid')
    expect(judged({ digestAlgorithm: writeAlgorithm(TOKEN_OID.sha256, small(1)) })).toMatch(/parameters/)
    expect(judged({ digestAlgorithm: writeAlgorithm(TOKEN_OID.sha256, writeDer(DER.null), small(1)) })).toMatch(
      /parameters/,
    )
    expect(judged({ digestAlgorithm: writeAlgorithm(TOKEN_OID.sha1) })).toMatch(/not accepted/)
  })

  test('of more bytes or certificates than a token has is not read', () => {
    expect(
      judged({ moreAttributes: [writeAttribute('1.2.3', writeDer(DER.octetString, new Uint8Array(65_536)))] }),
    ).toMatch(/at most 65536 are read/)
    expect(judged({ certificates: Array.from({ length: 16 }, () => tsa) })).toBe('valid')
    expect(judged({ certificates: Array.from({ length: 17 }, () => tsa) })).toMatch(/more than 16 certificates/)
  })

  test('with a certificate that cannot be read is read without it', () => {
    const der = writeDer(DER.sequence, small(1))
    const broken = { ...tsa, certificate: { ...tsa.certificate, der } }
    expect(judged({ certificates: [broken, tsa] })).toBe('valid')
  })
})

describe('its authority', () => {
  const at = (until: string, from = '2020-01-01T00:00:00Z') => ({ from: new Date(from), until: new Date(until) })

  test('must be valid at the very time of the token, to the second and both ends included', () => {
    expect(judged({ by: makeTimestampAuthority(root, at('2026-06-01T12:00:00Z')) })).toBe('valid')
    expect(judged({ by: makeTimestampAuthority(root, at('2026-06-01T11:59:59Z')) })).toMatch(/^EXPIRED: /)
    expect(judged({ by: makeTimestampAuthority(root, at('2030-01-01T00:00:00Z', '2026-06-01T12:00:00Z')) })).toBe(
      'valid',
    )
    expect(judged({ by: makeTimestampAuthority(root, at('2030-01-01T00:00:00Z', '2026-06-01T12:00:01Z')) })).toMatch(
      /^EXPIRED: /,
    )
  })

  test('may not be a certificate that another use leads to', () => {
    const named = makeCertificate({ subject: [['2.5.4.3', 'x']], issuer: root, ca: false, keyUsage: 0x80 })
    expect(judged({ by: named })).toMatch(/^(USAGE|EXPIRED|UNTRUSTED): /)
  })

  test('must lead to a root that is trusted', () => {
    expect(judged({}, { ...trust, roots: [] })).toMatch(/^UNTRUSTED: /)
    expect(judged({}, { ...trust, roots: [makeTimestampRoot('stamps').certificate] })).toMatch(/^UNTRUSTED: /)
  })
})
