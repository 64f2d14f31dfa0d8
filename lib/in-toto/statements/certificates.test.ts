import { describe, expect, test } from 'vitest'
import { jsonObject, parseJson, sha256, toBase64, toHex, utf8 } from '#lib/crypto/index.ts'
import { verifyCertificate, verifySignature } from '#lib/crypto/node/index.ts'
import {
  authoritiesObject,
  constraintObject,
  makeAuthority,
  makeSvid,
  type TestCertificate,
} from '#lib/testing/authority/certificates.ts'
import { layoutDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { hasOpenssl, makeTimestampAuthority, makeTimestampRoot, stamp } from '#lib/testing/authority/timestamps.ts'
import { openEnvelope, readDocument, type TimeProof, timestampProofs, verifyLayout } from '../index.ts'

// Collections signed as Witness signs with SVIDs: certificate, intermediates and time stamp tokens in the signature.

const ALWAYS = { from: new Date('2000-01-01T00:00:00Z'), until: new Date('2049-01-01T00:00:00Z') }
const LATER = Date.parse('2048-06-01T00:00:00Z')
const BUILD = 'spiffe://example.org/ci/build'
const owner = makeKey('owner')
const root = makeAuthority('root', 'example.org', null, ALWAYS)
const middle = makeAuthority('middle', 'example.org', root, ALWAYS)
// ended before the verdict's time, and was valid whenever this test runs
const svid = makeSvid(middle, BUILD, { ...ALWAYS, until: new Date('2048-01-01T00:00:00Z') })
const stamps = makeTimestampRoot('stamps')
const tsa = makeTimestampAuthority(stamps)

function collection(holder: TestCertificate, tokens: (signature: Uint8Array) => readonly Uint8Array[] = () => []) {
  const attested = (kind: string, attestation: unknown) => ({
    type: `https://witness.dev/attestations/${kind}/v0.1`,
    attestation,
  })
  const statement = {
    _type: 'https://in-toto.io/Statement/v0.1',
    subject: [],
    predicateType: 'https://witness.testifysec.com/attestation-collection/v0.1',
    predicate: {
      name: 'build',
      attestations: [attested('material', {}), attested('product', { app: { digest: { sha256: 'a'.repeat(64) } } })],
    },
  }
  const value = parseJson(utf8(JSON.stringify(statement)))
  const envelope = JSON.parse(Buffer.from(dsse(value instanceof Map ? value : jsonObject({}), [holder.key])).toString())
  const [signature] = envelope.signatures
  signature.certificate = toBase64(utf8(holder.pem))
  signature.intermediates = [toBase64(utf8(middle.pem))]
  const raw = new Uint8Array(Buffer.from(signature.sig, 'base64'))
  signature.timestamps = tokens(raw).map((token) => ({ type: 'tsp', data: toBase64(token) }))
  return utf8(JSON.stringify(envelope))
}

function judge(bytes: Uint8Array, proofs: readonly TimeProof[] = [], uri = BUILD, at = LATER) {
  const steps = [{ name: 'build', keys: [], products: ['CREATE app', 'DISALLOW *'] }]
  const layout = layoutDocument({ expires: new Date('2060-01-01T00:00:00Z'), steps })
  layout.set('rootcas', authoritiesObject([root]))
  layout.set('intermediatecas', new Map())
  const [step] = [layout.get('steps')].flat()
  if (step instanceof Map) step.set('cert_constraints', [constraintObject({ uris: [uri] })])
  const {
    verdict,
    reasons,
    steps: told,
  } = verifyLayout({
    layout: readDocument('root.layout', metablock(layout, [owner])),
    layoutKeys: [owner.key],
    links: {
      steps: new Map([['build', [{ document: readDocument('build.json', bytes), keyid: null, proofs }]]]),
      namespaces: new Map(),
    },
    forms: new Map([['build', { form: 'witness-collection' }]]),
    certificates: { verifyCertificate, intermediates: [], bundles: [] },
    at,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
  })
  return { verdict, code: reasons[0]?.code, signer: told[0]?.counted[0]?.signer.certificate }
}

describe('a collection signed with an SVID', () => {
  const plain = collection(svid)
  test('counts while the SVID is valid', () => {
    const found = judge(plain, [], BUILD, Date.parse('2047-01-01T00:00:00Z'))
    expect(found).toMatchObject({ verdict: 'allow', signer: { spiffeId: BUILD, time: { evidence: 'unproven' } } })
  })
  test('leaves it open afterwards, where nothing proves when it signed', () => {
    expect(judge(plain)).toMatchObject({ verdict: 'cannot-tell', code: 'CERT_EXPIRED_NO_TIMESTAMP' })
  })
  test('of another workload is refused', () => {
    expect(judge(plain, [], `${BUILD}er`)).toMatchObject({ verdict: 'deny', code: 'CERT_CONSTRAINT' })
  })
  test('by somebody else with this certificate is refused', () => {
    const mallory = collection({ ...svid, key: makeKey('mallory', 'ecdsa-p256') })
    expect(judge(mallory)).toMatchObject({ verdict: 'deny', code: 'CERT_INVALID' })
  })
})

if (!hasOpenssl) {
  test.skip('collections with tokens by OpenSSL (skipped without openssl)', () => undefined)
} else {
  test('with a trusted token it counts after the SVID has ended, and with no other', () => {
    const stamped = collection(svid, (signature) => [stamp(signature, tsa)])
    const trust = (roots: readonly TestCertificate[]) => ({
      roots: roots.map(({ certificate }) => certificate),
      intermediates: [],
      verify: verifyCertificate,
    })
    const proofs = (bytes: Uint8Array, roots = [stamps]) => timestampProofs(openEnvelope(bytes), trust(roots), LATER)
    expect(judge(stamped, proofs(stamped))).toMatchObject({
      verdict: 'allow',
      signer: { time: { evidence: 'timestamped', by: 'CN=time stamps' } },
    })
    expect(judge(stamped, proofs(stamped, [root])).code).toBe('CERT_EXPIRED_NO_TIMESTAMP')
    const other = collection(svid, (signature) => [stamp(sha256(signature), tsa)])
    expect(judge(other, proofs(other)).code).toBe('CERT_EXPIRED_NO_TIMESTAMP')
    // a proof about another signature is none for this one
    const [foreign] = proofs(stamped).map((proof) => ({ ...proof, signature: toHex(sha256(utf8('x'))) }))
    expect(judge(stamped, foreign === undefined ? [] : [foreign]).code).toBe('CERT_EXPIRED_NO_TIMESTAMP')
  })
}
