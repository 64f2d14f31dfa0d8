// Longer than most: every fault of a time stamp against the same signature.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, jsonObject, parseTimestampToken, sha256, toBase64, toHex, utf8 } from '#lib/crypto/index.ts'
import { verifyCertificate } from '#lib/crypto/node/index.ts'
import { makeAuthority, makeSvid, type TestCertificate } from '#lib/testing/authority/certificates.ts'
import { dsse } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import {
  hasOpenssl,
  makeTimestampAuthority,
  makeTimestampRoot,
  signInfo,
  stamp,
} from '#lib/testing/authority/timestamps.ts'
import { type EnvelopeSignature, openEnvelope, type TimeProof, timeEvidence, timestampProofs } from './index.ts'

const LATER = Date.parse('2048-01-01T00:00:00Z')
const signer = makeKey('signer')
const bytes = signer.sign(utf8('attestation'))
const mark = toHex(sha256(bytes))

function signature(tokens: readonly (Uint8Array | string)[], over: Uint8Array | null = bytes): EnvelopeSignature {
  return {
    keyid: '',
    sig: '',
    bytes: over,
    certificate: null,
    otherHeaders: null,
    timestamps: tokens.map((token) => (typeof token === 'string' ? token : toBase64(token))),
  }
}

const trusting = (roots: readonly TestCertificate[], intermediates: readonly TestCertificate[] = []) => ({
  roots: roots.map(({ certificate }) => certificate),
  intermediates: intermediates.map(({ certificate }) => certificate),
  verify: verifyCertificate,
})
const root = makeTimestampRoot('stamps')
const tsa = makeTimestampAuthority(root)
const receipt: TimeProof = { kind: 'witnessed', at: Date.parse('2026-01-01T00:00:00Z'), by: 'Waybill', signature: mark }

test('without a stamp nothing is proven, unless somebody witnessed this very signature', () => {
  const trust = trusting([root])
  expect(timeEvidence(signature([]), [], trust, LATER)).toMatchObject({ evidence: 'unproven', code: 'NOTHING' })
  expect(timeEvidence(signature([]), [receipt], trust, LATER)).toMatchObject({ evidence: 'witnessed', at: receipt.at })
  const other = { ...receipt, signature: toHex(sha256(utf8('other'))) }
  expect(timeEvidence(signature([]), [other], trust, LATER)).toMatchObject({ evidence: 'unproven', code: 'NOTHING' })
  expect(timeEvidence(signature([], null), [receipt], trust, LATER)).toMatchObject({ code: 'NOTHING' })
  expect(timeEvidence(signature([]), [receipt], trust, receipt.at - 1)).toMatchObject({ code: 'FUTURE' })
})

describe('of several proofs', () => {
  const at = (day: number, more: Partial<TimeProof> = {}): TimeProof => ({
    kind: 'witnessed',
    at: Date.parse(`2026-01-0${day}T00:00:00Z`),
    by: 'Waybill',
    signature: null,
    ...more,
  })
  const strongest = (...receipts: TimeProof[]) => {
    const [one, other] = [receipts, receipts.toReversed()].map((all) =>
      timeEvidence(signature([]), all, trusting([]), LATER),
    )
    expect(one).toEqual(other)
    return one
  }

  test('the earliest counts, of the same moment the first by name, in whatever order they come', () => {
    expect(strongest(at(2), at(1), at(3))).toEqual({
      evidence: 'witnessed',
      at: Date.parse('2026-01-01T00:00:00Z'),
      by: 'Waybill',
      signature: mark,
    })
    expect(strongest(at(1, { by: 'Zoe' }), at(1, { by: 'Ada' }), at(1, { by: 'Max' }))).toMatchObject({ by: 'Ada' })
    expect(strongest(at(1, { by: 'Ada' }), at(1, { by: 'Ada' }))).toMatchObject({ by: 'Ada' })
  })

  test('a time stamp that somebody checked comes before any receipt, with an accuracy that nobody knows', () => {
    expect(strongest(at(1), at(3, { kind: 'timestamped', by: 'tsa' }))).toEqual({
      evidence: 'timestamped',
      at: Date.parse('2026-01-03T00:00:00Z'),
      by: 'tsa',
      accuracy: null,
      signature: mark,
    })
    expect(strongest(at(1))).not.toHaveProperty('accuracy')
  })

  test('one of the very moment counts, later ones are told as what they are', () => {
    const on = (proof: TimeProof, then: number) => timeEvidence(signature([]), [proof], trusting([]), then)
    expect(on(at(1), at(1).at)).toMatchObject({ evidence: 'witnessed' })
    expect(on(at(1), at(1).at - 1)).toEqual({
      evidence: 'unproven',
      code: 'FUTURE',
      message: 'A receipt does not count: it is of 2026-01-01T00:00:00Z, after 2025-12-31T23:59:59Z.',
    })
    const stamped = on(at(1, { kind: 'timestamped' }), at(1).at - 1)
    expect(stamped).toMatchObject({ code: 'FUTURE', message: expect.stringMatching(/^A time stamp does not count/) })
  })

  test('a signature that cannot be read has no proof, whatever lies beside it', () => {
    const nothing = 'Nothing proves when the signature was made: it carries no time stamp, and nobody witnessed it.'
    const bare = { ...signature(['AAAA'], null), timestamps: ['AAAA'] }
    expect(timeEvidence(bare, [at(1)], trusting([]), LATER)).toEqual({
      evidence: 'unproven',
      code: 'NOTHING',
      message: nothing,
    })
    const { timestamps: _, ...without } = signature([])
    expect(timeEvidence(without, [], trusting([]), LATER)).toMatchObject({ code: 'NOTHING' })
  })

  test('among reasons why nothing counts, one is told in whatever order they come', () => {
    const tokens = ['AAAA', '!', toBase64(utf8('no token'))]
    const told = [tokens, tokens.toReversed()].map((some) => timeEvidence(signature(some), [], trusting([]), LATER))
    expect(told[0]).toEqual(told[1])
    expect(told[0]).toMatchObject({
      code: 'MALFORMED',
      message: expect.stringMatching(/^A time stamp does not count: /),
    })
    const mixed = timeEvidence(signature(['AAAA']), [at(1)], trusting([]), LATER)
    expect(mixed).toMatchObject({ evidence: 'witnessed' })
  })
})

test.each(['', 'AAAA', '!', toBase64(utf8('no token'))])('what is no token is told: %j', (text) => {
  const found = timeEvidence(signature([text]), [], trusting([root]), LATER)
  expect(found).toMatchObject({ evidence: 'unproven', code: 'MALFORMED', message: expect.stringMatching(/\.$/) })
})

if (!hasOpenssl) {
  test.skip('tokens by OpenSSL (skipped without openssl)', () => undefined)
} else {
  describe('a token by OpenSSL', () => {
    const good = stamp(bytes, tsa, { accuracy: 'secs:1, millisecs:500' })
    const { genTime, content } = parseTimestampToken(good)
    const judge = (token: Uint8Array, trust = trusting([root]), at = LATER) =>
      timeEvidence(signature([token]), [], trust, at)

    test('proves the time of the signature that it is over', () => {
      expect(judge(good)).toEqual({
        evidence: 'timestamped',
        at: genTime,
        by: 'CN=time stamps',
        accuracy: 1500,
        signature: mark,
      })
      expect(genTime).toBeGreaterThan(Date.parse('2020-01-01T00:00:00Z'))
    })

    test.each(['sha384', 'sha512'] as const)('also over %s', (hash) => {
      expect(judge(stamp(bytes, tsa, { hash }))).toMatchObject({ evidence: 'timestamped' })
    })

    test.each(['rsa', 'ecdsa-p384'] as const)('also by an authority with a key of the kind %s', (kind) => {
      const other = makeTimestampAuthority(root, { kind })
      expect(judge(stamp(bytes, other))).toMatchObject({ evidence: 'timestamped' })
    })

    test('also through an intermediate, which comes with it or is at hand', () => {
      const middle = makeAuthority('middle', null, root, {
        from: new Date('2000-01-01T00:00:00Z'),
        until: new Date('2049-01-01T00:00:00Z'),
      })
      const below = makeTimestampAuthority(middle)
      expect(judge(stamp(bytes, below, { chain: [middle] }))).toMatchObject({ evidence: 'timestamped' })
      const bare = stamp(bytes, below)
      expect(judge(bare)).toMatchObject({ evidence: 'unproven', code: 'UNTRUSTED' })
      expect(judge(bare, trusting([root], [middle]))).toMatchObject({ evidence: 'timestamped' })
    })

    test('is read from a signature as Witness writes it, and becomes a proof for the verifier', () => {
      const document = jsonObject({ _type: 'link' })
      const envelope = JSON.parse(Buffer.from(dsse(document, [signer])).toString('utf8'))
      const [one] = envelope.signatures
      const token = stamp(new Uint8Array(Buffer.from(one.sig, 'base64')), tsa)
      one.timestamps = [
        { type: 'other', data: toBase64(token) },
        { type: 'tsp', data: toBase64(token) },
      ]
      const open = openEnvelope(utf8(JSON.stringify(envelope)))
      expect(open.signatures[0]?.timestamps).toEqual([toBase64(token)])
      const { genTime: at } = parseTimestampToken(token)
      const proof = { kind: 'timestamped', at, by: 'CN=time stamps' }
      expect(timestampProofs(open, trusting([root]), LATER)).toEqual([
        { ...proof, signature: toHex(sha256(open.signatures[0]?.bytes ?? new Uint8Array())) },
      ])
      expect(timestampProofs(open, trusting([]), LATER)).toEqual([])
    })

    test('is stronger than a receipt, and not hurt by broken ones beside it', () => {
      const tokens = ['AAAA', good, stamp(utf8('other'), tsa)]
      expect(timeEvidence(signature(tokens), [receipt], trusting([root]), LATER).evidence).toBe('timestamped')
      expect(timeEvidence(signature(tokens.toReversed()), [receipt], trusting([root]), LATER)).toEqual(
        timeEvidence(signature(tokens), [receipt], trusting([root]), LATER),
      )
    })

    test('from after the time that is judged for proves nothing yet', () => {
      expect(judge(good, trusting([root]), genTime - 1)).toMatchObject({ evidence: 'unproven', code: 'FUTURE' })
      expect(judge(good, trusting([root]), genTime)).toMatchObject({ evidence: 'timestamped' })
    })

    const expired = { from: new Date('2000-01-01T00:00:00Z'), until: new Date('2001-01-01T00:00:00Z') }
    test.each<[string, string, string, () => Uint8Array]>([
      ['over another signature', 'unproven', 'IMPRINT', () => stamp(signer.sign(utf8('other')), tsa)],
      ['over what was signed, not over the signature', 'unproven', 'IMPRINT', () => stamp(utf8('attestation'), tsa)],
      ['over a SHA-1 imprint', 'unproven', 'MALFORMED', () => stamp(bytes, tsa, { hash: 'sha1' })],
      [
        'by an authority that nobody trusts',
        'unproven',
        'UNTRUSTED',
        () => stamp(bytes, makeTimestampAuthority(makeTimestampRoot('evil'))),
      ],
      [
        'by one that calls itself like the trusted',
        'unproven',
        'UNTRUSTED',
        () => stamp(bytes, makeTimestampAuthority(makeTimestampRoot('stamps'))),
      ],
      [
        'by a workload under the same root',
        'unproven',
        'USAGE',
        () => signInfo(content, makeSvid(root, 'spiffe://example.org/x')),
      ],
      [
        'by a certificate for any use',
        'unproven',
        'USAGE',
        () => signInfo(content, makeTimestampAuthority(root, {}, ['2.5.29.37.0'])),
      ],
      [
        'by a certificate without uses',
        'unproven',
        'USAGE',
        () => signInfo(content, makeTimestampAuthority(root, {}, [])),
      ],
      [
        'by one with a second use',
        'unproven',
        'USAGE',
        () => signInfo(content, makeTimestampAuthority(root, {}, ['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.3'])),
      ],
      [
        'by one whose use is not critical',
        'unproven',
        'USAGE',
        () => signInfo(content, makeTimestampAuthority(root, {}, ['1.3.6.1.5.5.7.3.8'], false)),
      ],
      [
        'by one that may not sign',
        'unproven',
        'USAGE',
        () => signInfo(content, makeTimestampAuthority(root, { keyUsage: 0x20 })),
      ],
      [
        'by one that is an authority for certificates',
        'unproven',
        'USAGE',
        () => signInfo(content, makeTimestampAuthority(root, { ca: true, keyUsage: 0x84 })),
      ],
      [
        'by an authority that had ended',
        'expired',
        'EXPIRED',
        () => signInfo(content, makeTimestampAuthority(root, expired)),
      ],
      ['around something else', 'unproven', 'MALFORMED', () => signInfo(content, tsa, '1.2.840.113549.1.7.1')],
      ['with bytes behind it', 'unproven', 'MALFORMED', () => concatBytes(good, Uint8Array.of(0))],
      ['cut short', 'unproven', 'MALFORMED', () => good.subarray(0, -1)],
      ['twice', 'unproven', 'MALFORMED', () => concatBytes(good, good)],
    ])('%s proves nothing', (_, evidence, code, make) => {
      const found = judge(make())
      expect(found).toMatchObject({ evidence, code, message: expect.stringMatching(/^A time stamp.*\.$/) })
    })

    test('leads nowhere where the root itself had ended', () => {
      const old = makeTimestampRoot('old', expired)
      expect(judge(signInfo(content, makeTimestampAuthority(old)), trusting([old]))).toMatchObject({
        evidence: 'expired',
      })
    })

    test('with another signature or another time in it is refused', () => {
      const last = Uint8Array.from(good)
      last[good.length - 1] = (last[good.length - 1] ?? 0) ^ 1
      expect(judge(last)).toMatchObject({ evidence: 'unproven', code: 'SIGNATURE' })
      const year = new TextDecoder('latin1').decode(content).search(/20\d{12}Z/)
      const start = Buffer.from(good).indexOf(Buffer.from(content))
      const earlier = Uint8Array.from(good)
      earlier[start + year + 3] = (earlier[start + year + 3] ?? 0) ^ 1
      expect(judge(earlier)).toMatchObject({ evidence: 'unproven', code: 'SIGNATURE' })
    })

    test('one changed bit never proves another time, another signature, or another authority', () => {
      const before = judge(good)
      fc.assert(
        fc.property(fc.nat(good.length - 1), fc.nat(7), (at, bit) => {
          const changed = Uint8Array.from(good)
          changed[at] = (changed[at] ?? 0) ^ (1 << bit)
          const found = judge(changed)
          // what is not signed may change (the version of an outer structure); what it proves may not
          if (found.evidence === 'timestamped') expect(found).toEqual(before)
          else expect(found).toHaveProperty('message')
        }),
        { numRuns: 1500 },
      )
    })
  })
}
