import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { verifyCertificate, verifySignature } from '#lib/crypto/node/index.ts'
import {
  authoritiesObject,
  type CertificateSpec,
  type ConstraintSpec,
  certifiedMetablock,
  constraintObject,
  makeAuthority,
  makeCertificate,
  makeSvid,
  type TestCertificate,
} from '#lib/testing/authority/certificates.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import type { Candidate, Report, TimeProof, TrustBundle, VerifyInput } from '../index.ts'
import { readDocument, verifyLayout } from '../index.ts'

const AT = Date.parse('2026-06-01T00:00:00Z')
const HOUR = 3_600_000
const BUILD = 'spiffe://example.org/ci/build'
const owner = makeKey('owner')
const root = makeAuthority('root', 'example.org')
const svid = makeSvid(root, BUILD)

interface World {
  readonly roots?: readonly TestCertificate[]
  readonly constraints?: readonly ConstraintSpec[]
  readonly threshold?: number
}

function layoutOf({ roots = [root], constraints = [{ uris: [BUILD] }], threshold = 1 }: World) {
  const steps = [{ name: 'build', keys: [], products: ['ALLOW *'], threshold }]
  const layout = layoutDocument({ expires: new Date('2040-01-01T00:00:00Z'), steps })
  layout.set('rootcas', authoritiesObject(roots))
  layout.set('intermediatecas', authoritiesObject([]))
  const [step] = [layout.get('steps')].flat()
  if (step instanceof Map) step.set('cert_constraints', constraints.map(constraintObject))
  return layout
}

const linkOf = (stdout = '') => linkDocument({ name: 'build', products: { app: 'good' }, stdout })
const anyName = (bytes: Uint8Array, proofs: readonly TimeProof[] = []): Candidate => ({
  document: readDocument('build.link', bytes),
  keyid: null,
  proofs,
})
const by = (holder: TestCertificate, proofs?: readonly TimeProof[], stdout?: string) =>
  anyName(certifiedMetablock(linkOf(stdout), [{ by: holder }]), proofs)

function judge(
  world: World,
  candidates: readonly Candidate[],
  /** null: certificates are not judged */
  bundles: readonly TrustBundle[] | null = [],
  more: Partial<VerifyInput> = {},
): Report {
  return verifyLayout({
    layout: readDocument('root.layout', metablock(layoutOf(world), [owner])),
    layoutKeys: [owner.key],
    links: { steps: new Map([['build', candidates]]), namespaces: new Map() },
    at: AT,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
    ...(bundles === null ? {} : { certificates: { verifyCertificate, intermediates: [], bundles } }),
    ...more,
  })
}
const answer = ({ verdict, reasons }: Report) => [verdict, reasons[0]?.code]
const said = ({ steps }: Report) => steps[0]?.skipped[0]?.message

const bundle = (trustDomain: string, of: TestCertificate, more: Partial<TrustBundle['roots'][number]> = {}) => ({
  trustDomain,
  roots: [{ certificate: of.certificate, from: 0, until: null, taintedAt: null, ...more }],
})
const plain = (more: Partial<CertificateSpec> = {}) =>
  makeCertificate({ subject: [['2.5.4.3', 'ann']], issuer: root, ca: false, keyUsage: 0x80, ...more })
const proof = (at: number): TimeProof => ({ kind: 'witnessed', at, by: 'us', signature: null })

describe('whose root it is', () => {
  test('a root of another trust domain does not speak for this one by being listed there', () => {
    const own = bundle('example.org', makeAuthority('own', 'example.org'))
    for (const bundles of [
      [own, bundle('other.test', root)],
      [bundle('other.test', root), own],
    ]) {
      const report = judge({}, [by(svid)], bundles)
      expect(answer(report)).toEqual(['deny', 'CERT_UNTRUSTED'])
      expect(said(report)).toContain('is in no bundle of the trust domain example.org')
    }
    expect(judge({}, [by(svid)], [own, bundle('example.org', root)]).verdict).toBe('allow')
  })

  test('roots that say so themselves leave no doubt, however many trust domains there are', () => {
    const other = makeAuthority('other', 'other.test')
    const constraints = [{ uris: [BUILD] }, { uris: ['spiffe://other.test/ci/build'] }]
    expect(judge({ roots: [root, other], constraints }, [by(svid)]).verdict).toBe('allow')
  })

  test('a name that is no SPIFFE ID speaks of no trust domain', () => {
    const bare = [makeAuthority('bare', null), makeAuthority('bare 2', null)] as const
    const constraints = [{ uris: [BUILD] }, { uris: ['https://ci.example/build'] }]
    expect(judge({ roots: bare, constraints }, [by(makeSvid(bare[0], BUILD))]).verdict).toBe('allow')
    const domains = [...constraints, { uris: ['spiffe://other.test/x'] }]
    const unbound = judge({ roots: bare, constraints: domains }, [by(makeSvid(bare[0], BUILD))])
    expect(answer(unbound)).toEqual(['cannot-tell', 'CERT_ROOT_UNBOUND'])
  })

  test('a certificate without SPIFFE ID has none where the layout names none, whatever bundles there are', () => {
    const report = judge({ roots: [], constraints: [{}] }, [by(plain())], [bundle('example.org', root)])
    expect(answer(report)).toEqual(['deny', 'CERT_UNTRUSTED'])
    expect(said(report)).toContain('the layout names no root, and no bundle is given')
  })
})

test('of two workloads without SPIFFE ID the URIs are compared in any order', () => {
  const [a, b] = ['https://a.example', 'https://b.example']
  const two = (first: readonly string[], second: readonly string[]) =>
    judge({ threshold: 2, constraints: [{}] }, [by(plain({ uris: first })), by(plain({ uris: second }), [], 'again')])
      .verdict
  expect(two([a, b], [b, a])).toBe('deny')
  expect(two([a], [a, b])).toBe('allow')
})

test('a key of a kind that nobody checks signs nothing', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed448')
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))
  const known = makeKey('known')
  const key: TestKey = {
    ...known,
    key: { ...known.key, spki },
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  }
  const report = judge({}, [by(makeSvid(root, BUILD, { key }))])
  expect(answer(report)).toEqual(['deny', 'CERT_INVALID'])
  expect(said(report)).toBe(`The key in the certificate of ${BUILD} is of an unknown kind, or too weak.`)
})

describe('sentences about certificates say', () => {
  test('what nobody judges', () => {
    const without = judge({}, [by(svid)], null)
    expect(said(without)).toBe('It is signed with a certificate, which cannot be judged here.')
    const inner = certifiedMetablock(layoutOf({}), [{ by: svid }])
    expect(said(judge({}, [anyName(inner)]))).toBe(
      'A sublayout that is signed with a certificate is accepted by no in-toto verifier.',
    )
    const envelope = JSON.parse(new TextDecoder().decode(dsse(linkOf(), [svid.key])))
    envelope.signatures[0].cert = svid.pem
    expect(said(judge({}, [anyName(new TextEncoder().encode(JSON.stringify(envelope)))]))).toBe(
      'It is a DSSE envelope signed with a certificate, which no in-toto verifier accepts; sign it as a Metablock.',
    )
  })

  test('which constraint it does not fit: the first', () => {
    const constraints = [{ uris: ['spiffe://example.org/one'] }, { uris: ['spiffe://example.org/two'] }]
    expect(said(judge({ constraints }, [by(svid)]))).toBe(
      `The certificate of ${BUILD} is not one that step "build" asks for: expected URI "spiffe://example.org/one", it has "${BUILD}".`,
    )
  })

  test('that a proof is of a time at which its root was not in force', () => {
    const short = makeSvid(root, BUILD, { from: new Date(AT - 10 * HOUR), until: new Date(AT - 5 * HOUR) })
    const late = bundle('example.org', root, { from: AT - 6 * HOUR })
    const message = (at: number) => said(judge({}, [by(short, [proof(at)])], [late])) ?? ''
    const also = ', when its root "O=root" was not in force or was compromised'
    expect(message(AT - 8 * HOUR)).toContain(also)
    expect(message(AT - HOUR)).not.toContain(also)
    expect(judge({}, [by(short, [proof(AT - 5.5 * HOUR)])], [late]).verdict).toBe('allow')
  })
})

test('at its very first moment a certificate is not too early, only its root may be', () => {
  const first = makeSvid(root, BUILD, { from: new Date(AT), until: new Date(AT + HOUR) })
  expect(judge({}, [by(first)]).verdict).toBe('allow')
  const later = bundle('example.org', root, { from: AT + HOUR })
  expect(answer(judge({}, [by(first)], [later]))).toEqual(['cannot-tell', 'CERT_EXPIRED_NO_TIMESTAMP'])
  expect(answer(judge({}, [by(first)], [later], { at: AT - 1000 }))).toEqual(['deny', 'CERT_UNTRUSTED'])
})

test('of several chains the one that can be mended is told, whichever is found first', () => {
  const ended = { from: new Date(AT - 10 * HOUR), until: new Date(AT - 5 * HOUR) }
  const middle = makeAuthority('middle', 'example.org', root)
  const foreign = makeAuthority('middle', 'other.test', root, { key: middle.key })
  const leaf = makeSvid(middle, BUILD)
  // chains are found in an order of digests: one that ended is before the other about every second time
  for (let round = 0; round < 12; round++) {
    const late = makeAuthority('middle', 'example.org', root, { key: middle.key, ...ended })
    const intermediates = [foreign.pem, late.pem]
    const report = judge({}, [by(leaf)], [], { certificates: { verifyCertificate, intermediates, bundles: [] } })
    expect(answer(report)).toEqual(['cannot-tell', 'CERT_EXPIRED_NO_TIMESTAMP'])
  }
})
