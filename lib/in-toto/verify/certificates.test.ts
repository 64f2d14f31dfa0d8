// Longer than most: every way in which a certificate may fail to stand for a step, over one set of authorities.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type JsonObject, type JsonValue, parseX509, readPem, sha256, toHex, writePem } from '#lib/crypto/index.ts'
import { verifyCertificate, verifySignature } from '#lib/crypto/node/index.ts'
import {
  authoritiesObject,
  type ConstraintSpec,
  certifiedMetablock,
  constraintObject,
  makeAuthority,
  makeCertificate,
  makeSvid,
  type TestCertificate,
  USAGE,
} from '#lib/testing/authority/certificates.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import type { Candidate, CertificateTrust, Report, TimeProof, TrustBundle } from '../index.ts'
import { openEnvelope, readDocument, verifyLayout } from '../index.ts'

const T = (text: string) => Date.parse(text)
const AT = T('2026-06-01T00:00:00Z')
const owner = makeKey('owner')
const alice = makeKey('alice')

const root = makeAuthority('root', 'example.org')
const middle = makeAuthority('middle', 'example.org', root)
const BUILD = 'spiffe://example.org/ci/build'
const svid = makeSvid(middle, BUILD)

interface World {
  readonly roots?: readonly TestCertificate[]
  readonly listed?: readonly TestCertificate[]
  readonly constraints?: readonly ConstraintSpec[]
  readonly keys?: readonly TestKey[]
  readonly threshold?: number
  readonly change?: (layout: JsonObject, step: JsonObject) => void
  /** of another trust domain, so that the layout speaks of two */
  readonly elsewhere?: string
}

function layoutOf(world: World): JsonObject {
  const { roots = [root], listed = [middle], constraints = [{ uris: [BUILD] }], keys = [], threshold = 1 } = world
  const steps = [{ name: 'build', keys: keys.map(({ key }) => key), products: ['CREATE app', 'DISALLOW *'], threshold }]
  const document = layoutDocument({ expires: new Date('2040-01-01T00:00:00Z'), steps })
  document.set('rootcas', authoritiesObject(roots))
  document.set('intermediatecas', authoritiesObject(listed))
  const step = firstStep(document)
  step.set('cert_constraints', [
    ...constraints.map(constraintObject),
    ...(world.elsewhere === undefined ? [] : [constraintObject({ uris: [world.elsewhere] })]),
  ])
  world.change?.(document, step)
  return document
}

function firstStep(layout: JsonObject): JsonObject {
  const steps: JsonValue | undefined = layout.get('steps')
  const step = Array.isArray(steps) ? steps[0] : null
  if (step instanceof Map) return step
  throw new Error('no step')
}

const LINK = linkDocument({ name: 'build', products: { app: 'good' } })
const OTHER = linkDocument({ name: 'build', products: { app: 'good' }, stdout: 'again' })

interface Given {
  readonly bytes: Uint8Array
  readonly keyid: string
  readonly proofs?: readonly TimeProof[]
}

const signed = (by: TestCertificate, document = LINK): Given => ({
  bytes: certifiedMetablock(document, [{ by }]),
  keyid: by.keyid.slice(0, 8),
})

interface Asked extends Partial<CertificateTrust> {
  readonly at?: number
}

function judge(layout: JsonObject, links: readonly Given[], { at = AT, ...trust }: Asked = {}): Report {
  const candidates: Candidate[] = links.map(({ bytes, keyid, proofs = [] }) => ({
    document: readDocument(`build.${keyid}.link`, bytes),
    keyid,
    proofs,
  }))
  return verifyLayout({
    layout: readDocument('root.layout', metablock(layout, [owner])),
    layoutKeys: [owner.key],
    links: { steps: new Map([['build', candidates]]), namespaces: new Map() },
    at,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
    certificates: { verifyCertificate, intermediates: [], bundles: [], ...trust },
  })
}

const answer = (report: Report) => [report.verdict, report.reasons[0]?.code]
const leafOnly = (leaf: TestCertificate, world: World = {}) => judge(layoutOf(world), [signed(leaf)])

describe('a link signed with an SVID', () => {
  const report = leafOnly(svid)

  test('is allowed, and no other verdict is misstated: in-toto for Python knows no certificates', () => {
    expect(report.reasons).toEqual([])
    expect([report.verdict, report.referenceVerdict]).toEqual(['allow', 'deny'])
  })

  test('names the workload, its chain, and for which time that was found', () => {
    expect(report.steps[0]?.counted[0]?.signer).toMatchObject({
      keyid: svid.keyid,
      certificate: {
        spiffeId: BUILD,
        chain: [middle.certificate.sha256, root.certificate.sha256],
        root: { sha256: root.certificate.sha256 },
        time: { evidence: 'unproven', at: '2026-06-01T00:00:00Z', by: null },
        validUntil: '2036-05-01T00:00:00Z',
      },
    })
    expect(report.checks.find(({ id }) => id.startsWith('step.build.certificate'))?.detail).toContain('nothing proves')
  })

  test('cannot be told where nobody can check certificates', () => {
    const layout = readDocument('root.layout', metablock(layoutOf({}), [owner]))
    const { bytes, keyid } = signed(svid)
    const blind = verifyLayout({
      layout,
      layoutKeys: [owner.key],
      links: { steps: new Map([['build', [{ document: readDocument('a', bytes), keyid }]]]), namespaces: new Map() },
      at: AT,
      profile: 'strict',
      verifySignature: (key, message, signature) => verifySignature(key, message, signature),
    })
    expect(answer(blind)).toEqual(['cannot-tell', 'CERT_UNSUPPORTED'])
  })

  test.each(['ecdsa-p384', 'ecdsa-p521', 'ed25519', 'rsa'] as const)('counts with a key of kind %s', (kind) => {
    expect(leafOnly(makeSvid(middle, BUILD, { kind })).verdict).toBe('allow')
  })
})

describe('E: certificates that must not count', () => {
  const leaf = (more: Parameters<typeof makeSvid>[2]) => makeSvid(middle, BUILD, more)
  const unknown = { oid: '1.3.6.1.4.1.99999.1', critical: true, value: new Uint8Array([5, 0]) }
  const anyUri: World = { constraints: [{}] }

  test.each<[string, TestCertificate, World, string]>([
    ['E-01 no URI', leaf({ uris: [] }), {}, 'CERT_CONSTRAINT'],
    ['E-01 two URIs', leaf({ uris: [BUILD, 'spiffe://example.org/other'] }), anyUri, 'CERT_INVALID'],
    ['E-01 the same URI twice', leaf({ uris: [BUILD, BUILD] }), anyUri, 'CERT_INVALID'],
    ['E-02 an authority', leaf({ ca: true }), {}, 'CERT_INVALID'],
    ['E-02 keyCertSign', leaf({ keyUsage: USAGE.digitalSignature | USAGE.keyCertSign }), {}, 'CERT_INVALID'],
    ['E-02 cRLSign', leaf({ keyUsage: USAGE.digitalSignature | USAGE.crlSign }), {}, 'CERT_INVALID'],
    ['E-02 no digitalSignature', leaf({ keyUsage: 0x20 }), {}, 'CERT_INVALID'],
    ['E-02 no key usage', leaf({ keyUsage: null }), {}, 'CERT_INVALID'],
    ['E-03 upper-case scheme', makeSvid(middle, 'SPIFFE://example.org/ci/build'), anyUri, 'CERT_INVALID'],
    ['E-03 upper-case trust domain', makeSvid(middle, 'spiffe://Example.org/ci/build'), anyUri, 'CERT_INVALID'],
    ['E-03 a port', makeSvid(middle, 'spiffe://example.org:443/ci/build'), anyUri, 'CERT_INVALID'],
    ['E-03 a user', makeSvid(middle, 'spiffe://ci@example.org/ci/build'), anyUri, 'CERT_INVALID'],
    ['E-03 a query', makeSvid(middle, `${BUILD}?x`), anyUri, 'CERT_INVALID'],
    ['E-03 percent-encoding', makeSvid(middle, 'spiffe://example.org/%63i/build'), anyUri, 'CERT_INVALID'],
    ['E-03 dot segments', makeSvid(middle, 'spiffe://example.org/x/../ci/build'), anyUri, 'CERT_INVALID'],
    ['E-03 2,049 bytes', makeSvid(middle, `spiffe://example.org/${'a'.repeat(2029)}`), anyUri, 'CERT_INVALID'],
    ['E-03 a trailing slash', makeSvid(middle, `${BUILD}/`), anyUri, 'CERT_INVALID'],
    ['E-03 no path', makeSvid(middle, 'spiffe://example.org'), anyUri, 'CERT_INVALID'],
    [
      'E-06 the same path in another trust domain',
      makeSvid(middle, 'spiffe://other.test/ci/build'),
      anyUri,
      'CERT_UNTRUSTED',
    ],
    ['E-07 an unknown critical extension', leaf({ others: [unknown] }), {}, 'CERT_UNTRUSTED'],
    [
      'E-14 the right common name alone',
      leaf({ uris: [], subject: [['2.5.4.3', 'build']] }),
      { constraints: [{ uris: [BUILD], commonName: 'build' }] },
      'CERT_CONSTRAINT',
    ],
    ['E-17 a trust domain that looks alike', makeSvid(middle, 'spiffe://examp1e.org/ci/build'), {}, 'CERT_CONSTRAINT'],
    ['another extended key usage', leaf({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.3'] }), {}, 'CERT_UNTRUSTED'],
    ['another workload', makeSvid(middle, 'spiffe://example.org/ci/test'), {}, 'CERT_CONSTRAINT'],
    [
      'another organization',
      leaf({}),
      { constraints: [{ uris: [BUILD], organizations: ['ACME'] }] },
      'CERT_CONSTRAINT',
    ],
  ])('%s', (_, certificate, world, code) => {
    expect(answer(leafOnly(certificate, world))).toEqual(['deny', code])
  })

  test('E-04 ended, without proof of when it signed: nobody can tell', () => {
    const ended = leaf({ from: new Date('2026-05-01T00:00:00Z'), until: new Date('2026-05-01T01:00:00Z') })
    const report = leafOnly(ended)
    expect(answer(report)).toEqual(['cannot-tell', 'CERT_EXPIRED_NO_TIMESTAMP'])
    expect(report.reasons[0]?.message).toContain('ended at 2026-05-01T01:00:00Z')
  })

  test('not valid yet', () => {
    expect(answer(leafOnly(leaf({ from: new Date('2026-07-01T00:00:00Z') })))).toEqual(['deny', 'CERT_UNTRUSTED'])
  })

  test('E-05 an intermediate that had ended when it is proven to have signed', () => {
    const outer = makeAuthority('r', 'example.org', null, hours(12, 14))
    const inner = makeAuthority('i', 'example.org', outer, hours(12, 13.5))
    const late = makeSvid(inner, BUILD, hours(13, 15))
    const layout = layoutOf({ roots: [outer], listed: [inner] })
    const proof = (hour: number): TimeProof => ({ kind: 'timestamped', at: hourAt(hour), by: 'tsa', signature: null })
    const given = (hour: number) => [{ ...signed(late), proofs: [proof(hour)] }]
    expect(answer(judge(layout, given(14.5)))).toEqual(['cannot-tell', 'CERT_EXPIRED_NO_TIMESTAMP'])
    expect(answer(judge(layout, given(13.75)))).toEqual(['cannot-tell', 'CERT_EXPIRED_NO_TIMESTAMP'])
    expect(judge(layout, given(13.25)).verdict).toBe('allow')
    // the end itself still belongs to it
    expect(judge(layout, given(13.5)).verdict).toBe('allow')
  })

  test.each<[string, TestCertificate[]]>([
    ['E-07 too long for the path length', chainOf(makeAuthority('r', 'example.org', null, { pathLength: 0 }), 1)],
    ['E-07 an intermediate that is no authority', [root, makeAuthority('m', 'example.org', root, { ca: false })]],
    ['E-07 an intermediate without basic constraints', [root, makeAuthority('m', 'example.org', root, { ca: null })]],
    [
      'E-07 an intermediate that may not sign',
      [root, makeAuthority('m', 'example.org', root, { keyUsage: USAGE.crlSign })],
    ],
    [
      'a workload that issues',
      [root, makeSvid(root, 'spiffe://example.org/ci/evil', { subject: [['2.5.4.10', 'evil']] })],
    ],
  ])('%s', (_, [top = root, ...below]) => {
    const last = below.at(-1) ?? top
    const world = { roots: [top], listed: below }
    expect(answer(leafOnly(makeSvid(last, BUILD), world))).toEqual(['deny', 'CERT_UNTRUSTED'])
  })

  test('E-07 a hundred intermediates, and ones that issue each other: bounded', () => {
    const [top = root, ...below] = chainOf(makeAuthority('r0', 'example.org'), 40)
    const long = leafOnly(makeSvid(below.at(-1) ?? top, BUILD), { roots: [top], listed: below })
    expect(answer(long)).toEqual(['cannot-tell', 'LIMIT'])
    const a = makeAuthority('a', 'example.org')
    const b = makeAuthority('b', 'example.org', a)
    const again = makeAuthority('a', 'example.org', b, { key: a.key })
    const cycle = leafOnly(makeSvid(b, BUILD), { roots: [root], listed: [again, b] })
    expect(answer(cycle)).toEqual(['deny', 'CERT_UNTRUSTED'])
    const sameName = Array.from({ length: 120 }, () => makeAuthority('middle', 'example.org', root))
    const flood = leafOnly(makeSvid(makeAuthority('middle', 'example.org'), BUILD), { listed: sameName })
    expect(answer(flood)).toEqual(['cannot-tell', 'LIMIT'])
  })

  test('six intermediates are followed, seven are too many', () => {
    const [top = root, ...below] = chainOf(makeAuthority('r0', 'example.org'), 7)
    const under = (depth: number) => leafOnly(makeSvid(below[depth - 1] ?? top, BUILD), { roots: [top], listed: below })
    expect(under(6).verdict).toBe('allow')
    expect(answer(under(7))).toEqual(['cannot-tell', 'LIMIT'])
  })

  test('of several failures the one nearest to a root is told, in whatever order the authorities come', () => {
    const far = makeAuthority('middle', 'example.org', root, { key: middle.key, keyUsage: USAGE.crlSign })
    const near = makeAuthority('middle', 'example.org', makeAuthority('lost', 'example.org'), { key: middle.key })
    const messages = [
      [far, near],
      [near, far],
    ].map((listed) => {
      const report = judge(layoutOf({ listed: [] }), [signed(svid)], { intermediates: listed.map(({ pem }) => pem) })
      return report.reasons[0]?.message ?? ''
    })
    expect(messages[0]).toContain('its issuer "O=lost" is neither a root nor among the intermediates; hand over')
    expect(messages[1]).toBe(messages[0])
  })

  test('every part of a constraint is compared', () => {
    const full = leaf({
      subject: [
        ['2.5.4.3', 'first'],
        ['2.5.4.10', 'ACME'],
        ['2.5.4.10', 'Unit'],
        ['2.5.4.3', 'job'],
      ],
      dns: ['a.example.org'],
      emails: ['a@example.org'],
    })
    const fitting = {
      uris: [BUILD],
      commonName: 'job',
      organizations: ['Unit', 'ACME'],
      dnsNames: ['a.example.org'],
      emails: ['a@example.org'],
    }
    expect(leafOnly(full, { constraints: [fitting] }).verdict).toBe('allow')
    for (const wrong of [
      { commonName: 'first' },
      { organizations: ['ACME'] },
      { dnsNames: [''] },
      { emails: ['b@example.org'] },
    ]) {
      expect(answer(leafOnly(full, { constraints: [{ ...fitting, ...wrong }] }))).toEqual(['deny', 'CERT_CONSTRAINT'])
    }
  })

  test('E-08 a leaf that is its own root', () => {
    const self = makeCertificate({
      subject: [['2.5.4.10', 'SPIRE']],
      issuer: null,
      uris: [BUILD],
      ca: false,
      keyUsage: USAGE.digitalSignature,
    })
    expect(answer(leafOnly(self, { roots: [self], listed: [] }))).toEqual(['deny', 'CERT_UNTRUSTED'])
  })

  test('E-10 a wildcard within a name is that character', () => {
    expect(answer(leafOnly(svid, { constraints: [{ uris: ['spiffe://example.org/*'] }] }))).toEqual([
      'deny',
      'CERT_CONSTRAINT',
    ])
  })

  test('E-11 a constraint that is empty', () => {
    const nobody = { commonName: '', dnsNames: [''], emails: [], organizations: [], uris: [''], roots: ['*'] }
    const blank = makeCertificate({ subject: [], issuer: middle, ca: false, keyUsage: USAGE.digitalSignature })
    expect(answer(leafOnly(blank, { constraints: [nobody] }))).toEqual(['deny', 'LAYOUT_STRICT'])
    const missing = leafOnly(svid, { change: (_, step) => step.set('cert_constraints', [new Map()]) })
    expect(answer(missing)).toEqual(['deny', 'LAYOUT_INVALID'])
  })

  test('E-12 a wildcard beside other values', () => {
    expect(answer(leafOnly(svid, { constraints: [{ uris: ['*', BUILD] }] }))).toEqual(['deny', 'LAYOUT_STRICT'])
  })

  test('E-13 a constraint that names one of two roots', () => {
    const second = makeAuthority('second', 'example.org')
    const named = (which: TestCertificate) => ({
      roots: [root, second],
      constraints: [{ uris: [BUILD], roots: [which.keyid] }],
    })
    expect(answer(leafOnly(svid, named(second)))).toEqual(['deny', 'CERT_CONSTRAINT'])
    // as in-toto-golang, which compares with all roots of the layout
    expect(answer(leafOnly(svid, named(root)))).toEqual(['deny', 'CERT_CONSTRAINT'])
    const both = { roots: [root, second], constraints: [{ uris: [BUILD], roots: [second.keyid, root.keyid] }] }
    expect(leafOnly(svid, both).verdict).toBe('allow')
  })

  test('E-15 a certificate of another key', () => {
    const thief = makeSvid(makeAuthority('evil', 'example.org'), BUILD)
    const bytes = certifiedMetablock(LINK, [{ by: thief, pem: svid.pem }])
    expect(answer(judge(layoutOf({}), [{ bytes, keyid: thief.keyid.slice(0, 8) }]))).toEqual(['deny', 'CERT_INVALID'])
    const renamed = certifiedMetablock(LINK, [{ by: thief, pem: svid.pem, keyid: svid.keyid }])
    expect(answer(judge(layoutOf({}), [{ bytes: renamed, keyid: svid.keyid.slice(0, 8) }]))).toEqual([
      'deny',
      'SIGNATURE_INVALID',
    ])
  })

  test('E-16 certificates that belong to nothing do no harm, those of the same name with another key no good', () => {
    const twin = makeAuthority('middle', 'example.org', makeAuthority('root', 'example.org'))
    expect(leafOnly(svid, { listed: [twin, middle, makeAuthority('x', 'other.test')] }).verdict).toBe('allow')
    expect(answer(leafOnly(svid, { listed: [twin] }))).toEqual(['deny', 'CERT_UNTRUSTED'])
    expect(answer(leafOnly(makeSvid(twin, BUILD), { listed: [middle] }))).toEqual(['deny', 'CERT_UNTRUSTED'])
  })

  test('a certificate that cannot be read: nobody can tell', () => {
    const bytes = certifiedMetablock(LINK, [
      { by: svid, pem: writePem('CERTIFICATE', new Uint8Array([0x30, 3, 1, 2])) },
    ])
    expect(answer(judge(layoutOf({}), [{ bytes, keyid: svid.keyid.slice(0, 8) }]))).toEqual([
      'cannot-tell',
      'MALFORMED',
    ])
  })

  test('no certificate at all', () => {
    const bytes = certifiedMetablock(LINK, [{ by: svid, pem: null }])
    expect(answer(judge(layoutOf({}), [{ bytes, keyid: svid.keyid.slice(0, 8) }]))).toEqual([
      'deny',
      'SIGNER_NOT_ALLOWED',
    ])
  })

  test('intermediates that cannot be read do no harm, and no good', () => {
    const asked = (intermediates: readonly string[]) =>
      judge(layoutOf({ listed: [] }), [signed(svid)], { intermediates })
    const broken = ['no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']
    expect(asked([...broken, middle.pem]).verdict).toBe('allow')
    const report = asked(broken)
    expect(answer(report)).toEqual(['deny', 'CERT_UNTRUSTED'])
    expect(report.reasons[0]?.message).toContain('hand over the intermediate certificates')
  })

  test('sentences name who it is: the workload, the URI, the subject, or nobody', () => {
    const said = (leaf: TestCertificate) => leafOnly(leaf, { constraints: [{ uris: ['x'] }] }).reasons[0]?.message ?? ''
    expect(said(svid)).toContain(`The certificate of ${BUILD} is not one`)
    const holder = (more: object) => makeCertificate({ issuer: middle, ca: false, keyUsage: 0x80, ...more })
    expect(said(holder({ uris: ['https://ci.example'] }))).toContain('The certificate of https://ci.example ')
    expect(said(holder({ subject: [['2.5.4.3', 'ann']] }))).toContain('The certificate of "CN=ann" is not one')
    expect(said(holder({}))).toContain('The certificate of nobody is not one')
    const other = { bytes: certifiedMetablock(LINK, [{ by: svid, keyid: 'ab'.repeat(32) }]), keyid: 'abababab' }
    expect(judge(layoutOf({}), [other]).reasons[0]?.message).toContain('names key abababab, which is not')
    const lost = leafOnly(makeSvid(middle, BUILD), { roots: [makeAuthority('x', 'example.org')] })
    expect(lost.reasons[0]?.message).not.toContain('the layout names no root')
    expect(leafOnly(svid, { roots: [] }).reasons[0]?.message).toContain('the layout names no root, and no bundle')
  })

  test('the report has the chain up to the root', () => {
    const { certificate } = leafOnly(svid).steps[0]?.counted[0]?.signer ?? {}
    expect(certificate).toMatchObject({
      chain: [middle.certificate.sha256, root.certificate.sha256],
      root: { sha256: root.certificate.sha256, subject: root.certificate.subject },
      subject: svid.certificate.subject,
      issuer: middle.certificate.subject,
    })
  })

  test('a step that asks for no certificate', () => {
    expect(answer(leafOnly(svid, { constraints: [] }))).toEqual(['deny', 'SIGNER_NOT_ALLOWED'])
  })

  test('a DSSE envelope, a sublayout', () => {
    const envelope = new TextDecoder().decode(dsse(LINK, [svid.key]))
    const cert = JSON.stringify(svid.pem)
    const bytes = new TextEncoder().encode(envelope.replace('"sig"', `"cert": ${cert}, "sig"`))
    expect(answer(judge(layoutOf({}), [{ bytes, keyid: svid.key.keyid.slice(0, 8) }]))).toEqual([
      'cannot-tell',
      'CERT_UNSUPPORTED',
    ])
    const inner = certifiedMetablock(layoutOf({}), [{ by: svid }])
    expect(answer(judge(layoutOf({}), [{ bytes: inner, keyid: svid.keyid.slice(0, 8) }]))).toEqual([
      'cannot-tell',
      'CERT_UNSUPPORTED',
    ])
  })

  test('a layout whose authorities are not what they are called', () => {
    const rename = (layout: JsonObject) =>
      layout.set('rootcas', new Map([['ab'.repeat(32), authoritiesObject([root]).get(root.keyid) ?? null]]))
    expect(answer(leafOnly(svid, { change: rename }))).toEqual(['deny', 'LAYOUT_STRICT'])
    const broken = (layout: JsonObject) => {
      const authorities = authoritiesObject([root])
      const object = authorities.get(root.keyid)
      if (object instanceof Map)
        object.set(
          'keyval',
          new Map([
            ['certificate', 'none'],
            ['public', ''],
          ]),
        )
      layout.set('rootcas', authorities)
    }
    expect(answer(leafOnly(svid, { change: broken }))).toEqual(['deny', 'LAYOUT_INVALID'])
  })

  test('an authority whose public key is another; Ed25519 keys are listed in hex', () => {
    const plain = makeAuthority('plain', 'example.org', null, { kind: 'ed25519' })
    const leafOf = makeSvid(plain, BUILD)
    expect(leafOnly(leafOf, { roots: [plain] }).verdict).toBe('allow')
    for (const [authority, leafOfIt] of [
      [plain, leafOf],
      [root, makeSvid(root, BUILD)],
    ] as const) {
      const other = authority === plain ? 'ab'.repeat(32) : (middle.key.key.pem ?? '')
      for (const [text, code] of [
        [other, 'LAYOUT_STRICT'],
        ['no key', 'LAYOUT_STRICT'],
        ['', undefined],
      ] as const) {
        const change = (layout: JsonObject) => layout.set('rootcas', withPublicKey(authority, text))
        expect(answer(leafOnly(leafOfIt, { change }))[1]).toBe(code)
      }
    }
  })

  test('B-22 a constraint with a member that nobody knows', () => {
    const more = constraintObject({ uris: [BUILD] })
    more.set('extensions', 'only on Sundays')
    const report = leafOnly(svid, { change: (_, step) => step.set('cert_constraints', [more]) })
    expect(answer(report)).toEqual(['deny', 'LAYOUT_INVALID'])
    expect(report.reasons[0]?.message).toContain('cert_constraints[0].extensions')
  })
})

function hourAt(hour: number): number {
  return T('2026-05-10T00:00:00Z') + hour * 3_600_000
}
function hours(from: number, until: number) {
  return { from: new Date(hourAt(from)), until: new Date(hourAt(until)) }
}

/** The authority and so many below it, each issued by the one before. */
function chainOf(top: TestCertificate, length: number): TestCertificate[] {
  const chain = [top]
  for (let depth = 1; depth <= length; depth++) {
    chain.push(makeAuthority(`r${depth}`, 'example.org', chain.at(-1) ?? top))
  }
  return chain
}

describe('B: people, not keys', () => {
  const again = makeSvid(middle, BUILD)
  const test2 = makeSvid(middle, 'spiffe://example.org/ci/test')
  const both = [{ uris: [BUILD] }, { uris: ['spiffe://example.org/ci/test'] }]

  test('B-04 two SVIDs of one workload are one signer', () => {
    const report = judge(layoutOf({ threshold: 2 }), [signed(svid), signed(again, OTHER)])
    expect(answer(report)).toEqual(['deny', 'STEP_THRESHOLD'])
    expect(report.reasons[0]?.message).toContain('1 counted')
  })

  test('two workloads are two', () => {
    const world = { threshold: 2, constraints: both }
    expect(judge(layoutOf(world), [signed(svid), signed(test2)]).verdict).toBe('allow')
  })

  test('one key under two SPIFFE IDs is one', () => {
    const shared = makeSvid(middle, 'spiffe://example.org/ci/test', { key: svid.key })
    const links = [signed(svid), signed(shared, OTHER)]
    expect(answer(judge(layoutOf({ threshold: 2, constraints: both }), links))).toEqual(['deny', 'STEP_THRESHOLD'])
  })

  test('B-06 a key of the layout and a certificate for it are one; with a key of its own they are two', () => {
    const byKey = { bytes: metablock(OTHER, [alice]), keyid: alice.keyid.slice(0, 8) }
    const world = { threshold: 2, keys: [alice] }
    expect(answer(judge(layoutOf(world), [byKey, signed(makeSvid(middle, BUILD, { key: alice }))]))).toEqual([
      'deny',
      'STEP_THRESHOLD',
    ])
    expect(judge(layoutOf(world), [byKey, signed(svid)]).verdict).toBe('allow')
    expect(judge(layoutOf(world), [signed(svid), byKey]).verdict).toBe('allow')
  })

  test('certificates without SPIFFE ID that say the same of their holder are one', () => {
    const plain = (name: string) =>
      makeCertificate({ subject: [['2.5.4.3', name]], issuer: middle, ca: false, keyUsage: USAGE.digitalSignature })
    const world = { threshold: 2, constraints: [{ uris: [''] }] }
    const links = (a: string, b: string) => [signed(plain(a)), signed(plain(b), OTHER)]
    expect(answer(judge(layoutOf(world), links('ann', 'ann')))).toEqual(['deny', 'STEP_THRESHOLD'])
    expect(judge(layoutOf(world), links('ann', 'ben')).verdict).toBe('allow')
  })

  test('one SPIFFE ID is one person, whatever else his certificates say', () => {
    const named = (subject: string, dns: readonly string[] = []) =>
      makeSvid(middle, BUILD, {
        subject: [
          ['2.5.4.10', 'SPIRE'],
          ['2.5.4.3', subject],
        ],
        dns,
      })
    for (const [one, other] of [
      [named('a'), named('b')],
      [named('a', ['a.example']), named('a', ['b.example'])],
      [svid, named('')],
    ] as const) {
      const report = judge(layoutOf({ threshold: 2 }), [signed(one), signed(other, OTHER)])
      expect(answer(report)).toEqual(['deny', 'STEP_THRESHOLD'])
    }
  })

  test('without SPIFFE ID, people are told apart by all that their certificates name, in any order', () => {
    const holder = (more: object) =>
      makeCertificate({ subject: [['2.5.4.3', 'ci']], issuer: middle, ca: false, keyUsage: 0x80, ...more })
    const two = (one: object, other: object) =>
      judge(layoutOf({ threshold: 2, constraints: [{}] }), [signed(holder(one)), signed(holder(other), OTHER)]).verdict
    expect(two({ uris: ['https://a.example'] }, { uris: ['https://b.example'] })).toBe('allow')
    expect(two({ uris: ['https://a.example'] }, { uris: ['https://a.example'] })).toBe('deny')
    expect(two({ dns: ['a.example'] }, { dns: ['b.example'] })).toBe('allow')
    expect(two({ emails: ['a@x.example'] }, { emails: ['b@x.example'] })).toBe('allow')
    expect(two({ dns: ['a.example', 'b.example'] }, { dns: ['b.example', 'a.example'] })).toBe('deny')
    expect(two({ emails: ['a@x.example', 'b@x.example'] }, { emails: ['b@x.example', 'a@x.example'] })).toBe('deny')
  })

  test('B-05 the same SPIFFE ID from the root of another trust domain does not count at all', () => {
    const other = makeAuthority('other', 'other.test')
    const forged = makeSvid(other, BUILD)
    const world = { threshold: 2, roots: [root, other], elsewhere: 'spiffe://other.test/ci/build' }
    const report = judge(layoutOf(world), [signed(svid), signed(forged, OTHER)])
    expect(report.verdict).toBe('deny')
    expect(report.reasons[0]).toMatchObject({ code: 'CERT_UNTRUSTED', keyid: forged.keyid })
  })

  test('signers who disagree are a deny, with threshold 1 too', () => {
    const dissent = linkDocument({ name: 'build', products: { app: 'evil' } })
    const report = judge(layoutOf({ constraints: both }), [signed(svid), signed(test2, dissent)])
    expect(answer(report)).toEqual(['deny', 'SIGNERS_DISAGREE'])
  })

  test('B-09 a link of another step', () => {
    const elsewhere = signed(svid, linkDocument({ name: 'test', products: { app: 'good' } }))
    expect(answer(judge(layoutOf({}), [elsewhere]))).toEqual(['deny', 'STEP_NAME_MISMATCH'])
  })
})

describe('trust domains', () => {
  const other = makeAuthority('other', 'other.test')
  const forged = makeSvid(other, BUILD)
  const bare = makeAuthority('bare', null)
  const bare2 = makeAuthority('bare 2', null)
  const elsewhere = 'spiffe://other.test/ci/build'
  const bundle = (trustDomain: string, of: TestCertificate): TrustBundle => ({
    trustDomain,
    roots: [{ certificate: of.certificate, from: 0, until: null, taintedAt: null }],
  })

  test('a root that belongs to another domain cannot speak for this one', () => {
    const report = leafOnly(forged, { roots: [root, other], elsewhere })
    expect(answer(report)).toEqual(['deny', 'CERT_UNTRUSTED'])
    expect(report.reasons[0]?.message).toContain('belongs to the trust domain other.test')
  })

  test('nor can an intermediate', () => {
    const inner = makeAuthority('inner', 'other.test', root)
    expect(answer(leafOnly(makeSvid(inner, BUILD), { listed: [inner] }))).toEqual(['deny', 'CERT_UNTRUSTED'])
  })

  test('roots that name no domain: one, or one domain, leave no doubt', () => {
    expect(leafOnly(makeSvid(bare, BUILD), { roots: [bare], elsewhere }).verdict).toBe('allow')
    expect(leafOnly(makeSvid(bare, BUILD), { roots: [bare, bare2] }).verdict).toBe('allow')
  })

  test('several of both do, whatever an intermediate says of itself', () => {
    const world = { roots: [bare, bare2], elsewhere }
    expect(answer(leafOnly(makeSvid(bare, BUILD), world))).toEqual(['cannot-tell', 'CERT_ROOT_UNBOUND'])
    const inner = makeAuthority('inner', 'example.org', bare)
    const named = leafOnly(makeSvid(inner, BUILD), { ...world, listed: [inner] })
    expect(answer(named)).toEqual(['cannot-tell', 'CERT_ROOT_UNBOUND'])
    const open = leafOnly(makeSvid(bare, BUILD), { roots: [bare, bare2], constraints: [{}] })
    expect(answer(open)).toEqual(['cannot-tell', 'CERT_ROOT_UNBOUND'])
  })

  test('until bundles say whose they are', () => {
    const layout = layoutOf({ roots: [bare, bare2], elsewhere })
    const link = [signed(makeSvid(bare, BUILD))]
    const asked = (bundles: TrustBundle[]) => answer(judge(layout, link, { bundles }))
    expect(asked([bundle('example.org', bare)])).toEqual(['allow', undefined])
    expect(asked([bundle('other.test', bare)])).toEqual(['deny', 'CERT_UNTRUSTED'])
    expect(asked([bundle('example.org', bare2)])).toEqual(['deny', 'CERT_UNTRUSTED'])
    const several = {
      ...bundle('other.test', bare),
      roots: [bare2, bare].flatMap((one) => bundle('other.test', one).roots),
    }
    expect(asked([several])).toEqual(['deny', 'CERT_UNTRUSTED'])
  })

  test('a bundle adds no root to those of the layout', () => {
    const stranger = makeSvid(makeAuthority('new', 'example.org'), BUILD)
    const trust = { bundles: [bundle('example.org', makeAuthority('new', 'example.org'))] }
    expect(answer(judge(layoutOf({}), [signed(stranger)], trust))).toEqual(['deny', 'CERT_UNTRUSTED'])
  })

  test('a layout without roots relies on bundles alone', () => {
    const layout = layoutOf({ roots: [] })
    expect(answer(judge(layout, [signed(svid)]))).toEqual(['deny', 'CERT_UNTRUSTED'])
    expect(judge(layout, [signed(svid)], { bundles: [bundle('example.org', root)] }).verdict).toBe('allow')
    expect(answer(judge(layout, [signed(svid)], { bundles: [bundle('other.test', root)] }))).toEqual([
      'deny',
      'CERT_UNTRUSTED',
    ])
  })
})

describe('D: time', () => {
  const short = makeSvid(middle, BUILD, hours(12, 13))
  const link = signed(short)
  const proof = (hour: number, more: Partial<TimeProof> = {}): TimeProof => ({
    kind: 'witnessed',
    at: hourAt(hour),
    by: 'waybill',
    signature: null,
    ...more,
  })
  const signature = (): string => {
    return toHex(sha256(openEnvelope(link.bytes).signatures[0]?.bytes ?? new Uint8Array()))
  }
  const withProofs = (proofs: readonly TimeProof[], asked: Asked = {}) =>
    judge(layoutOf({}), [{ ...link, proofs }], asked)
  const timeOf = (report: Report) => report.steps[0]?.counted[0]?.signer.certificate?.time

  test('within its hour an SVID needs no proof; the very end belongs to it', () => {
    expect(timeOf(withProofs([], { at: hourAt(13) }))).toEqual({
      evidence: 'unproven',
      at: '2026-05-10T13:00:00Z',
      by: null,
    })
    expect(answer(withProofs([], { at: hourAt(13) + 1000 }))).toEqual(['cannot-tell', 'CERT_EXPIRED_NO_TIMESTAMP'])
    expect(answer(withProofs([], { at: hourAt(12) - 1000 }))).toEqual(['deny', 'CERT_UNTRUSTED'])
  })

  test('a receipt of its hour carries it for ever, and the report says so', () => {
    const report = withProofs([proof(12.5)])
    expect(report.verdict).toBe('allow')
    expect(timeOf(report)).toEqual({ evidence: 'witnessed', at: '2026-05-10T12:30:00Z', by: 'waybill' })
    expect(report.checks.some(({ detail }) => detail.includes('received at 2026-05-10T12:30:00Z by waybill'))).toBe(
      true,
    )
  })

  test('a time stamp comes before a receipt, the earlier before the later, in any order', () => {
    const proofs = [
      proof(12.2),
      proof(12.9, { kind: 'timestamped', by: 'tsa' }),
      proof(12.5, { kind: 'timestamped', by: 'tsa' }),
    ]
    for (const some of [proofs, proofs.toReversed()]) {
      expect(timeOf(withProofs(some))).toEqual({ evidence: 'timestamped', at: '2026-05-10T12:30:00Z', by: 'tsa' })
    }
  })

  test.each<[string, TimeProof]>([
    ['that came too late', proof(13.5)],
    ['from before the certificate', proof(11)],
    ['D-08 over another signature', proof(12.5, { signature: 'ab'.repeat(32) })],
    ['that lies in the future', proof(24 * 300)],
  ])('a proof %s proves nothing', (_, one) => {
    expect(answer(withProofs([one]))).toEqual(['cannot-tell', 'CERT_EXPIRED_NO_TIMESTAMP'])
  })

  test('a proof over this very signature does', () => {
    expect(withProofs([proof(12.5, { signature: signature() })]).verdict).toBe('allow')
  })

  test('a verdict for a moment before the proof does not know it', () => {
    expect(timeOf(withProofs([proof(12.5)], { at: hourAt(12.1) }))?.evidence).toBe('unproven')
  })

  test('B-07 roots over time: in force when it signed, withdrawn after', () => {
    const bundles = (until: number | null, taintedAt: number | null = null): { bundles: TrustBundle[] } => ({
      bundles: [
        { trustDomain: 'example.org', roots: [{ certificate: root.certificate, from: hourAt(0), until, taintedAt }] },
      ],
    })
    expect(withProofs([proof(12.5)], bundles(hourAt(14))).verdict).toBe('allow')
    expect(answer(withProofs([proof(12.5)], bundles(hourAt(12.4))))).toEqual([
      'cannot-tell',
      'CERT_EXPIRED_NO_TIMESTAMP',
    ])
    const lasting = [{ ...signed(svid), proofs: [proof(12.5)] }]
    expect(judge(layoutOf({}), lasting, bundles(hourAt(14))).verdict).toBe('allow')
    expect(answer(judge(layoutOf({}), lasting, bundles(hourAt(12.4))))).toEqual(['deny', 'CERT_UNTRUSTED'])
    expect(answer(judge(layoutOf({}), [signed(svid)], bundles(hourAt(14))))).toEqual([
      'cannot-tell',
      'CERT_EXPIRED_NO_TIMESTAMP',
    ])
  })

  test('the very moments: a root is in force from the first, and no more at the last', () => {
    const state = (from: number, until: number | null, taintedAt: number | null = null) => ({
      bundles: [{ trustDomain: 'example.org', roots: [{ certificate: root.certificate, from, until, taintedAt }] }],
    })
    const lasting = [{ ...signed(svid), proofs: [proof(12)] }]
    const asked = (...moments: Parameters<typeof state>) => answer(judge(layoutOf({}), lasting, state(...moments)))[0]
    expect(asked(hourAt(12), null)).toBe('allow')
    expect(asked(hourAt(12) + 1, hourAt(13))).toBe('deny')
    expect(asked(0, hourAt(12) + 1)).toBe('allow')
    expect(asked(0, hourAt(12))).toBe('deny')
    expect(asked(0, null, hourAt(12) + 1)).toBe('allow')
    expect(asked(0, null, hourAt(12))).toBe('deny')
  })

  test('a proof of the same moment as the verdict counts', () => {
    expect(timeOf(withProofs([proof(12.5)], { at: hourAt(12.5) }))?.evidence).toBe('witnessed')
  })

  test('what ended and what leads elsewhere: the first is told, because it can be mended', () => {
    const ended = makeAuthority('middle', 'example.org', root, { key: middle.key, ...hours(0, 1) })
    const foreign = makeAuthority('middle', 'other.test', root, { key: middle.key })
    const asked = (listed: readonly TestCertificate[]) =>
      answer(judge(layoutOf({ listed: [] }), [signed(svid)], { intermediates: listed.map(({ pem }) => pem) }))
    for (const listed of [[ended, foreign], [foreign, ended], [ended]]) {
      expect(asked(listed)).toEqual(['cannot-tell', 'CERT_EXPIRED_NO_TIMESTAMP'])
    }
    expect(asked([foreign])).toEqual(['deny', 'CERT_UNTRUSTED'])
  })

  test('sentences say what is known of the time', () => {
    expect(withProofs([], { at: hourAt(14) }).reasons[0]?.message).toContain('nothing proves that it signed before')
    expect(withProofs([proof(13.5)], { at: hourAt(14) }).reasons[0]?.message).toContain(
      'it is witnessed at 2026-05-10T13:30:00Z by waybill only',
    )
    const tainted = {
      trustDomain: 'example.org',
      roots: [{ certificate: root.certificate, from: 0, until: null, taintedAt: hourAt(1) }],
    }
    expect(withProofs([], { at: hourAt(12.5), bundles: [tainted] }).reasons[0]?.message).toContain(
      'marked as compromised',
    )
  })

  test('a certificate without SPIFFE ID: bundles that know its root are asked, others are not', () => {
    const plain = makeCertificate({
      subject: [['2.5.4.3', 'ann']],
      issuer: middle,
      ca: false,
      keyUsage: USAGE.digitalSignature,
    })
    const layout = layoutOf({ constraints: [{ uris: [''] }] })
    const asked = (of: TestCertificate, until: number | null, taintedAt: number | null = null) =>
      answer(
        judge(layout, [signed(plain)], {
          bundles: [
            { trustDomain: 'example.org', roots: [{ certificate: of.certificate, from: 0, until, taintedAt }] },
          ],
        }),
      )[0]
    expect(asked(root, null)).toBe('allow')
    expect(asked(root, hourAt(0))).toBe('cannot-tell')
    expect(asked(root, null, hourAt(0))).toBe('cannot-tell')
    expect(asked(makeAuthority('stranger', 'example.org'), hourAt(0))).toBe('allow')
  })

  const listing = (...roots: readonly Partial<TrustBundle['roots'][number]>[]): TrustBundle => ({
    trustDomain: 'example.org',
    roots: roots.map((one) => ({ certificate: root.certificate, from: 0, until: null, taintedAt: null, ...one })),
  })

  test('a root that was in force twice: in each time, and not between', () => {
    const twice = [listing({ until: hourAt(12.2) }, { from: hourAt(12.4), until: hourAt(12.6) })]
    const asked = (hour: number) => withProofs([proof(hour)], { bundles: twice }).verdict
    expect([12.1, 12.3, 12.5, 12.7].map(asked)).toEqual(['allow', 'cannot-tell', 'allow', 'cannot-tell'])
    const bundles = [listing({ until: hourAt(12.2) }), listing({ from: hourAt(12.4), until: hourAt(12.6) })]
    expect(withProofs([proof(12.1)], { bundles }).verdict).toBe('allow')
    expect(withProofs([proof(12.5)], { bundles: bundles.toReversed() }).verdict).toBe('allow')
    expect(withProofs([proof(12.3)], { bundles }).verdict).toBe('cannot-tell')
    // from the first moment on, without any time of its own to fall back on
    expect(withProofs([proof(12.5)], { bundles: [listing({ from: hourAt(12.5), until: hourAt(13) })] }).verdict).toBe(
      'allow',
    )
  })

  test('a root that was found compromised twice is so since the first time, whoever says it', () => {
    const asked = (...bundles: TrustBundle[]) => withProofs([proof(12.5)], { bundles }).verdict
    expect(asked(listing({ taintedAt: hourAt(12.9) }))).toBe('allow')
    expect(asked(listing({ taintedAt: hourAt(12.9) }, { taintedAt: hourAt(12.1) }))).toBe('cannot-tell')
    expect(asked(listing({ taintedAt: hourAt(12.1) }, { taintedAt: hourAt(12.9) }))).toBe('cannot-tell')
    const others = { ...listing({ taintedAt: hourAt(12.1) }), trustDomain: 'other.test' }
    expect(asked(listing({}), others)).toBe('cannot-tell')
    expect(asked(others, listing({ taintedAt: hourAt(12.9) }))).toBe('cannot-tell')
    // the key is what is compromised, in whatever certificate
    const renewed = makeAuthority('renewed', 'example.org', null, { key: root.key }).certificate
    expect(asked(listing({}), listing({ certificate: renewed, taintedAt: hourAt(12.1) }))).toBe('cannot-tell')
    const foreign = makeAuthority('foreign', 'example.org').certificate
    expect(asked(listing({}), listing({ certificate: foreign, taintedAt: hourAt(12.1) }))).toBe('allow')
  })

  test('a certificate without SPIFFE ID under a root that nobody lists but somebody calls compromised', () => {
    const plain = makeCertificate({ subject: [['2.5.4.3', 'ann']], issuer: middle, ca: false, keyUsage: 0x80 })
    const layout = layoutOf({ constraints: [{ uris: [''] }] })
    const renewed = makeAuthority('renewed', 'example.org', null, { key: root.key }).certificate
    const tainted = { bundles: [listing({ certificate: renewed, taintedAt: hourAt(0) })] }
    const report = judge(layout, [signed(plain)], tainted)
    expect(answer(report)).toEqual(['deny', 'CERT_UNTRUSTED'])
    expect(report.reasons[0]?.message).toContain(
      'its root "O=root" is in no bundle, and its key is marked as compromised',
    )
  })

  test('a root that is in no bundle of its domain is told with the domain', () => {
    const stranger = [{ ...listing({ certificate: makeAuthority('stranger', 'example.org').certificate }) }]
    expect(withProofs([], { at: hourAt(12.5), bundles: stranger }).reasons[0]?.message).toContain(
      'its root "O=root" is in no bundle of the trust domain example.org',
    )
  })

  test('what is not in force and what is compromised are told apart', () => {
    const message = (bundle: TrustBundle) =>
      withProofs([], { at: hourAt(12.5), bundles: [bundle] }).reasons[0]?.message ?? ''
    expect(message(listing({ taintedAt: hourAt(12.5) }))).toContain('is marked as compromised at 2026-05-10T12:30:00Z')
    expect(message(listing({ until: hourAt(12) }))).toContain('is not in force at 2026-05-10T12:30:00Z')
    expect(message(listing({ until: hourAt(12), taintedAt: hourAt(12.6) }))).toContain('is not in force')
  })

  test('a chain that never was valid as a whole is no matter of time', () => {
    const late = makeAuthority('late', 'example.org', root, hours(14, 20))
    const early = makeSvid(late, BUILD, hours(12, 13))
    const asked = (at: number) => answer(judge(layoutOf({ listed: [late] }), [signed(early)], { at }))
    expect(asked(hourAt(12.5))).toEqual(['cannot-tell', 'CERT_EXPIRED_NO_TIMESTAMP'])
    expect(asked(hourAt(15))).toEqual(['cannot-tell', 'CERT_EXPIRED_NO_TIMESTAMP'])
    const moment = makeSvid(middle, BUILD, hours(12, 12))
    expect(answer(judge(layoutOf({}), [signed(moment)], { at: hourAt(12) }))).toEqual(['allow', undefined])
    expect(answer(judge(layoutOf({}), [signed(moment)], { at: hourAt(12) - 1000 }))).toEqual(['deny', 'CERT_UNTRUSTED'])
  })

  test('of proofs of one kind and moment the first by name is told, in whatever order they come', () => {
    const by = (...names: string[]) => timeOf(withProofs(names.map((name) => proof(12.5, { by: name }))))?.by
    expect([by('zoe', 'ada', 'max'), by('max', 'ada', 'zoe'), by('ada', 'max')]).toEqual(['ada', 'ada', 'ada'])
  })

  test('a root that was tainted later: it counts, and the report warns', () => {
    const tainted = (hour: number): { bundles: TrustBundle[] } => ({
      bundles: [
        {
          trustDomain: 'example.org',
          roots: [{ certificate: root.certificate, from: 0, until: null, taintedAt: hourAt(hour) }],
        },
      ],
    })
    const lasting = [{ ...signed(svid), proofs: [proof(12.5)] }]
    const report = judge(layoutOf({}), lasting, tainted(13))
    expect(report.verdict).toBe('allow')
    expect(report.reasons).toMatchObject([{ code: 'CERT_ROOT_TAINTED', severity: 'warning' }])
    expect(answer(judge(layoutOf({}), lasting, tainted(12)))).toEqual(['deny', 'CERT_UNTRUSTED'])
    expect(answer(judge(layoutOf({}), [signed(svid)], tainted(13)))).toEqual([
      'cannot-tell',
      'CERT_EXPIRED_NO_TIMESTAMP',
    ])
  })
})

describe('what in-toto for Python answers to layouts with authorities', () => {
  const byKey = { bytes: metablock(LINK, [alice]), keyid: alice.keyid.slice(0, 8) }
  const judgeAs = (wrap: typeof metablock, layout: JsonObject, link: Given) =>
    verifyLayout({
      layout: readDocument('root.layout', wrap(layout, [owner])),
      layoutKeys: [owner.key],
      links: {
        steps: new Map([['build', [{ document: readDocument('a', link.bytes), keyid: link.keyid }]]]),
        namespaces: new Map(),
      },
      at: AT,
      profile: 'strict',
      verifySignature: (key, message, signature) => verifySignature(key, message, signature),
      certificates: { verifyCertificate, intermediates: [], bundles: [] },
    })
  const both = (wrap: typeof metablock, layout: JsonObject, link: Given) => {
    const { verdict, referenceVerdict } = judgeAs(wrap, layout, link)
    return [verdict, referenceVerdict]
  }

  test('a Metablock: no, whoever signed the link, because it drops them and finds no signature over the rest', () => {
    expect(both(metablock, layoutOf({ keys: [alice] }), byKey)).toEqual(['allow', 'deny'])
    expect(both(metablock, layoutOf({ keys: [alice] }), signed(svid))).toEqual(['allow', 'deny'])
  })

  test('a DSSE layout: as if they were not there', () => {
    expect(both(dsse, layoutOf({ keys: [alice] }), byKey)).toEqual(['allow', 'allow'])
    expect(both(dsse, layoutOf({ keys: [alice] }), signed(svid))).toEqual(['allow', 'deny'])
    expect(both(dsse, layoutOf({ keys: [alice], constraints: [{ uris: ['*', BUILD] }] }), byKey)).toEqual([
      'deny',
      'allow',
    ])
  })

  test('and what is ours alone is marked so', () => {
    const loose = judgeAs(dsse, layoutOf({ keys: [alice], constraints: [{ uris: ['*', BUILD] }] }), byKey)
    expect(loose.reasons[0]).toMatchObject({ code: 'LAYOUT_STRICT', strictOnly: true })
    const broken = layoutOf({ keys: [alice] })
    broken.set('rootcas', new Map([['ab', new Map()]]))
    const unreadable = judgeAs(dsse, broken, byKey)
    expect([unreadable.verdict, unreadable.referenceVerdict]).toEqual(['deny', 'allow'])
    expect(unreadable.reasons[0]).toMatchObject({ code: 'LAYOUT_INVALID', strictOnly: true })
  })
})

describe('properties', () => {
  const parts = { root, middle, svid }

  test('one flipped byte in a certificate or chain never turns a deny into an allow', () => {
    const wrong = makeSvid(middle, 'spiffe://example.org/ci/evil')
    const cases = [
      svid,
      wrong,
      makeSvid(makeAuthority('evil', 'example.org'), BUILD),
      makeSvid(middle, BUILD, { ca: true }),
    ]
    const allowed = cases.map((leaf) => leafOnly(leaf).verdict === 'allow')
    expect(allowed).toEqual([true, false, false, false])
    fc.assert(
      fc.property(
        fc.nat({ max: cases.length - 1 }),
        fc.constantFrom('leaf', 'middle', 'root'),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (which, where, at, mask) => {
          const leaf = cases[which] ?? svid
          const pem = (one: TestCertificate, here: boolean) => (here ? flipped(one.pem, at, mask) : one.pem)
          const bytes = certifiedMetablock(LINK, [{ by: leaf, pem: pem(leaf, where === 'leaf') }])
          const layout = layoutOf({ roots: [], listed: [] })
          layout.set('rootcas', withPem(parts.root, pem(parts.root, where === 'root')))
          layout.set('intermediatecas', withPem(parts.middle, pem(parts.middle, where === 'middle')))
          const report = judge(layout, [{ bytes, keyid: leaf.keyid.slice(0, 8) }])
          if (!(allowed[which] ?? false)) expect(report.verdict).not.toBe('allow')
          // a spoiled leaf or issuer breaks a signature: nothing of it is left unsigned
          if (where !== 'root') expect(report.verdict).not.toBe('allow')
        },
      ),
      { numRuns: 400 },
    )
  })

  test('the order of roots, intermediates and links changes nothing', () => {
    const others = [
      makeAuthority('middle', 'example.org', makeAuthority('root', 'example.org')),
      makeAuthority('x', 'example.org'),
    ]
    const second = makeSvid(middle, 'spiffe://example.org/ci/test')
    const world = { threshold: 2, constraints: [{ uris: [BUILD] }, { uris: ['spiffe://example.org/ci/test'] }] }
    const verdicts = new Set<string>()
    fc.assert(
      fc.property(
        fc.shuffledSubarray([root, ...others], { minLength: 1 }),
        fc.shuffledSubarray([middle, ...others]),
        fc.boolean(),
        (roots, listed, swap) => {
          const links = [signed(svid), signed(second)]
          const asked = (r: typeof roots, i: typeof listed, l: typeof links) => {
            const { verdict, steps, reasons } = judge(layoutOf({ ...world, roots: r, listed: [] }), l, {
              intermediates: i.map(({ pem }) => pem),
            })
            return {
              verdict,
              counted: steps.map(({ counted }) => counted.map(({ signer }) => signer)),
              codes: reasons.map(({ code }) => code),
            }
          }
          const one = asked(roots, listed, links)
          verdicts.add(one.verdict)
          expect(asked(roots.toReversed(), listed.toReversed(), swap ? links.toReversed() : links)).toEqual(one)
        },
      ),
      { numRuns: 60 },
    )
    expect([...verdicts].sort()).toEqual(['allow', 'deny'])
  })

  test('one workload counts once, under however many SVIDs', () => {
    const svids = Array.from({ length: 10 }, () => makeSvid(middle, BUILD))
    fc.assert(
      fc.property(fc.subarray(svids, { minLength: 1 }), fc.integer({ min: 1, max: 10 }), (some, threshold) => {
        const report = judge(
          layoutOf({ threshold }),
          some.map((one) => signed(one)),
        )
        expect(report.verdict).toBe(threshold === 1 ? 'allow' : 'deny')
      }),
      { numRuns: 40 },
    )
  })
})

function flipped(pem: string, at: number, mask: number): string {
  const [block] = readPem(pem)
  const bytes = Uint8Array.from(block?.bytes ?? [])
  const index = at % bytes.length
  bytes[index] = (bytes[index] ?? 0) ^ mask
  return writePem('CERTIFICATE', bytes)
}

/** The authority's entry with another public key in it. */
function withPublicKey(authority: TestCertificate, text: string): JsonObject {
  const entries = authoritiesObject([authority])
  const object = entries.get(authority.keyid)
  const keyval = object instanceof Map ? object.get('keyval') : null
  if (keyval instanceof Map) keyval.set('public', text)
  return entries
}

/** The authority's entry with another certificate text in it. */
function withPem(authority: TestCertificate, pem: string): JsonObject {
  const entries = authoritiesObject([authority])
  const object = entries.get(authority.keyid)
  const keyval = object instanceof Map ? object.get('keyval') : null
  if (keyval instanceof Map) keyval.set('certificate', pem)
  return entries
}

test('flipping is what it says', () => {
  expect(() => parseX509(readPem(flipped(svid.pem, 0, 1))[0]?.bytes ?? new Uint8Array())).toThrow()
})
