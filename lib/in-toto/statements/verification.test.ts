import { describe, expect, test } from 'vitest'
import { jsonObject, parseJson, utf8 } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { describeShared } from '#lib/testing/shared-data.ts'
import { parseEnvelope, verificationsIn, verifierStatus } from '../index.ts'

const AT = Date.parse('2026-06-01T00:00:00Z')
const verifier = makeKey('verifier')
const mallory = makeKey('mallory')
const V1 = 'https://slsa.dev/verification_summary/v1'
const WITNESS = 'https://witness.testifysec.com/attestation-collection/v0.1'
const A = 'a'.repeat(64)

const PASSED = {
  verifier: { id: 'https://bank.example/verifier' },
  timeVerified: '2026-05-01T12:00:00.5+02:00',
  resourceUri: 'oci://registry/app',
  policy: { uri: 'https://bank.example/policy', digest: { sha256: A } },
  inputAttestations: [{ uri: 'https://archivista/x', digest: { sha256: A } }],
  verificationResult: 'PASSED',
  verifiedLevels: ['SLSA_BUILD_LEVEL_3'],
}

function envelopeOf(predicate: unknown, predicateType = V1, signer = verifier) {
  const text = JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'app', digest: { sha256: A } }],
    predicateType,
    predicate,
  })
  const value = parseJson(utf8(text))
  return parseEnvelope(dsse(value instanceof Map ? value : jsonObject({}), [signer]))
}
const only = (predicate: unknown, type = V1) => verificationsIn(envelopeOf(predicate, type))[0]

test('a summary says who decided what, when and under which policy', () => {
  expect(verificationsIn(envelopeOf(PASSED))).toEqual([
    {
      kind: 'slsa',
      verifier: 'https://bank.example/verifier',
      timeVerified: '2026-05-01T12:00:00.5+02:00',
      at: Date.parse('2026-05-01T10:00:00.500Z'),
      resource: 'oci://registry/app',
      policy: { name: null, uri: 'https://bank.example/policy', digests: { sha256: A } },
      result: 'passed',
      levels: ['SLSA_BUILD_LEVEL_3'],
      inputs: [{ name: null, uri: 'https://archivista/x', digests: { sha256: A } }],
      subjects: [{ name: 'app', uri: null, digests: { sha256: A } }],
      gaps: [],
    },
  ])
})

test('older summaries write their members with underscores', () => {
  const old = {
    verifier: { id: 'v' },
    time_verified: '2026-05-01T12:00:00Z',
    resource_uri: 'r',
    policy: { uri: 'p' },
    verification_result: 'FAILED',
    policy_level: 'SLSA_LEVEL_3',
  }
  const found = only(old, 'https://slsa.dev/verification_summary/v0.2')
  expect(found).toMatchObject({ result: 'failed', resource: 'r', levels: ['SLSA_LEVEL_3'], gaps: [] })
  // the members of one version are not those of another
  expect(only(old)).toMatchObject({ result: 'unknown', at: null })
})

test('the verification of a Witness policy is told by its verifier, alone or in a collection', () => {
  const { resourceUri: _, verifiedLevels: __, ...rest } = PASSED
  const witness = { ...rest, verifier: { id: 'witness' }, verificationResult: 'FAILED' }
  const expected = { kind: 'witness', verifier: 'witness', result: 'failed', resource: null, gaps: [] }
  expect(only(witness)).toMatchObject(expected)
  const attestations = [
    { type: 'x', attestation: {} },
    { type: V1, attestation: witness },
    { type: V1, attestation: 1 },
  ]
  const found = verificationsIn(envelopeOf({ name: 'verify', attestations }, WITNESS))
  expect(found).toHaveLength(2)
  expect(found[0]).toMatchObject(expected)
  expect(found[1]?.gaps[0]).toBe('Expected an object at predicate.attestations[2].attestation; found 1.')
})

describe('nothing but PASSED passes, and what is missing is told', () => {
  test.each<[string, unknown, RegExp]>([
    ['letter case', 'passed', /PASSED or FAILED/],
    ['another type', true, /PASSED or FAILED/],
    ['nothing', undefined, /PASSED or FAILED/],
  ])('%s', (_, verificationResult, gap) => {
    const found = only({ ...PASSED, verificationResult })
    expect(found?.result).toBe('unknown')
    expect(found?.gaps[0]).toMatch(gap)
  })
  test.each<[string, unknown, RegExp]>([
    ['no verifier', { ...PASSED, verifier: undefined }, /who verified/],
    ['a verifier of another type', { ...PASSED, verifier: 'x' }, /who verified/],
    ['no policy', { ...PASSED, policy: undefined }, /which policy/],
    ['a policy of another type', { ...PASSED, policy: 3 }, /Expected an object at predicate.policy/],
    ['no resource', { ...PASSED, resourceUri: undefined }, /of what/],
    ['no time', { ...PASSED, timeVerified: undefined }, /when/],
    ['a day that does not exist', { ...PASSED, timeVerified: '2026-02-30T00:00:00Z' }, /when/],
    ['inputs of another type', { ...PASSED, inputAttestations: {} }, /Expected an array/],
    ['no object', null, /Expected an object at predicate/],
  ])('%s', (_, predicate, gap) => {
    expect(only(predicate)?.gaps.join(' ')).toMatch(gap)
  })
})

test('only statements of these types state a verification, whatever else looks like one', () => {
  const inside = { attestations: [{ type: V1, attestation: PASSED }] }
  expect(verificationsIn(envelopeOf(inside, 'https://example.com/other'))).toEqual([])
  expect(verificationsIn(envelopeOf({ attestations: null }, WITNESS))).toEqual([])
  const link = dsse(linkDocument({ name: 'build' }), [verifier])
  expect(verificationsIn(parseEnvelope(link))).toEqual([])
})

test('a name is nobody: the keys that are trusted for it must have signed', () => {
  const trusted = new Map([[PASSED.verifier.id, [verifier.key]]])
  const status = (envelope = envelopeOf(PASSED), keys = trusted) => {
    const [found = { verifier: null }] = verificationsIn(envelope)
    return verifierStatus(envelope, found, keys, AT, (key, message, bytes) => verifySignature(key, message, bytes))
  }
  expect(status()).toEqual({ status: 'verified', keyids: [verifier.keyid] })
  expect(status(envelopeOf(PASSED, V1, mallory)).status).toBe('not-signed')
  expect(status(envelopeOf({ ...PASSED, verifier: { id: 'https://other' } })).status).toBe('unknown-verifier')
  expect(status(envelopeOf({ ...PASSED, verifier: {} })).status).toBe('unknown-verifier')
  expect(status(envelopeOf(PASSED), new Map([['https://other', [verifier.key]]])).status).toBe('unknown-verifier')
})

describeShared('what a real Archivista took in', 'corpus/archivista/recorded.json', (bytes) => {
  test('a failed verification is found, with all that it does not say', () => {
    const recorded: { exchanges: { note: string; request: { body?: string } }[] } = JSON.parse(bytes.toString('utf8'))
    const body = recorded.exchanges.find(({ note }) => note === 'vsa')?.request.body
    const envelope = parseEnvelope(utf8(body ?? ''))
    const [found, ...more] = verificationsIn(envelope)
    expect(more).toEqual([])
    expect(found).toMatchObject({ kind: 'slsa', result: 'failed', verifier: null, policy: null, at: null })
    expect(found?.gaps).toHaveLength(4)
    expect(verifierStatus(envelope, { verifier: null }, new Map(), AT, () => ({ valid: true })).status).toBe(
      'unknown-verifier',
    )
  })
})

describe('a simple verification result', () => {
  const SVR = 'https://in-toto.io/attestation/svr/v0.1'
  const RESULT = {
    verifier: { id: 'https://bank.example/scanner/v3', policy: { uri: 'https://bank.example/policy' } },
    timeCreated: '2026-03-15T10:30:00Z',
    properties: ['SLSA_BUILD_LEVEL_3', 'SCANNED_1'],
  }

  test.each([SVR, SVR.replace('0.1', '0.2')])('names what passed, by whom and when: %s', (type) => {
    expect(verificationsIn(envelopeOf(RESULT, type))).toEqual([
      {
        kind: 'svr',
        verifier: 'https://bank.example/scanner/v3',
        timeVerified: '2026-03-15T10:30:00Z',
        at: Date.parse('2026-03-15T10:30:00Z'),
        resource: null,
        policy: { name: null, uri: 'https://bank.example/policy', digests: {} },
        result: 'passed',
        levels: ['SLSA_BUILD_LEVEL_3', 'SCANNED_1'],
        inputs: [],
        subjects: [{ name: 'app', uri: null, digests: { sha256: A } }],
        gaps: [],
      },
    ])
  })

  test.each<[string, unknown, string]>([
    ['who', { ...RESULT, verifier: {} }, 'It does not say who verified (predicate.verifier.id).'],
    ['who, but a name without letters', { ...RESULT, verifier: { id: '' } }, 'It does not say who verified'],
    ['when', { ...RESULT, timeCreated: 'today' }, 'It does not say when, or not as a time (predicate.timeCreated).'],
    ['what', { ...RESULT, properties: [] }, 'It does not say what passed (predicate.properties).'],
    ['what, but things that are no text', { ...RESULT, properties: [1, null, {}] }, 'It does not say what passed'],
    ['a policy that can be read', { ...RESULT, verifier: { id: 'v', policy: 'x' } }, 'predicate.verifier.policy'],
    ['anything', [], 'predicate'],
  ])('that does not say %s is told so, and is not left out', (_, predicate, words) => {
    const found = only(predicate, SVR)
    expect(found?.gaps.join(' ')).toContain(words)
    expect(found?.kind).toBe('svr')
  })

  test('without a property has not passed, whatever else it says', () => {
    expect(only({ ...RESULT, properties: [] }, SVR)?.result).toBe('unknown')
    expect(only({ ...RESULT, properties: undefined, verificationResult: 'PASSED' }, SVR)?.result).toBe('unknown')
  })

  test('counts as verified by the key that is trusted for the verifier whom it names, like any other', () => {
    const check = (signer: typeof verifier, trusted: string) => {
      const envelope = envelopeOf(RESULT, SVR, signer)
      const [found] = verificationsIn(envelope)
      const keys = new Map([[trusted, [verifier.key]]])
      return verifierStatus(envelope, found ?? { verifier: null }, keys, AT, (key, message, signature) =>
        verifySignature(key, message, signature),
      ).status
    }
    expect(check(verifier, RESULT.verifier.id)).toBe('verified')
    expect(check(mallory, RESULT.verifier.id)).toBe('not-signed')
    expect(check(verifier, 'https://bank.example/other')).toBe('unknown-verifier')
  })
})
