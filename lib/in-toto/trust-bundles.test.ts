import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type JsonValue, parseJson, type X509 } from '#lib/crypto/index.ts'
import { verifyCertificate, verifySignature } from '#lib/crypto/node/index.ts'
import { constraintObject, makeAuthority } from '#lib/testing/authority/certificates.ts'
import { layoutDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { sharedPath } from '#lib/testing/shared-data.ts'
import {
  parseTrustBundles,
  printTrustBundles,
  readDocument,
  type TimeProof,
  type TrustBundle,
  verifyLayout,
} from './index.ts'

const owner = makeKey('owner')
const STEPS = ['clone', 'build', 'test']

describe('a trust domain whose roots change, as a real SPIRE shows it', () => {
  const folder = sharedPath('corpus/spire/rotation')
  if (folder === null) {
    test.skip('needs ../shared/corpus/spire/rotation, which is not here', () => undefined)
    return
  }
  const text = (name: string) => readFileSync(`${folder}/${name}`, 'utf8').trim()
  const states = ['1-first', '2-prepared', '3-activated', '4-tainted', '5-revoked']
  // the server printed the first state a second after the clone was signed with an SVID ten seconds old
  const from = ['2026-11-22T23:26:43Z', ...states.slice(1).map((state) => text(`${state}-at.txt`))]
  const history = states.map((state, index) => ({
    trust_domain: 'example.org',
    from: from[index] ?? '',
    until: from[index + 1] ?? null,
    bundle: JSON.parse(text(`${state}-bundle.json`)),
  }))
  const bundlesOf = (some: readonly unknown[]) => parseTrustBundles(parse(JSON.stringify(some)))

  const layout = () => {
    const steps = STEPS.map((name) => ({ name, keys: [], materials: ['ALLOW *'], products: ['ALLOW *'] }))
    const document = layoutDocument({ expires: new Date('2040-01-01T00:00:00Z'), steps })
    const found = document.get('steps')
    for (const step of Array.isArray(found) ? found : []) {
      if (!(step instanceof Map)) continue
      step.set('cert_constraints', [constraintObject({ uris: [`spiffe://example.org/ci/${step.get('name')}`] })])
    }
    return readDocument('root.layout', metablock(document, [owner]))
  }
  const files = readdirSync(`${folder}/links`)
  const judge = (bundles: readonly TrustBundle[], proofs: readonly TimeProof[] = []) =>
    verifyLayout({
      layout: layout(),
      layoutKeys: [owner.key],
      links: {
        steps: new Map(
          files.map((file) => {
            const [step = '', keyid = ''] = file.split('.')
            const document = readDocument(file, readFileSync(`${folder}/links/${file}`))
            return [step, [{ document, keyid, proofs }]]
          }),
        ),
        namespaces: new Map(),
      },
      at: Date.parse('2026-11-22T23:28:00Z'),
      profile: 'strict',
      verifySignature: (key, message, signature) => verifySignature(key, message, signature),
      certificates: { verifyCertificate, intermediates: [], bundles },
    })
  const witnessed: TimeProof = {
    kind: 'witnessed',
    at: Date.parse('2026-11-22T23:27:16Z'),
    by: 'the collector',
    signature: null,
  }

  test('all three links count by the bundles that were in force when they were received', () => {
    const report = judge(bundlesOf(history), [witnessed])
    expect(report.reasons.filter(({ severity }) => severity !== 'warning')).toEqual([])
    expect(report.verdict).toBe('allow')
  })

  test('the last bundle alone knows nothing of the first root', () => {
    const report = judge(bundlesOf(history.slice(-1)))
    expect(report.verdict).toBe('deny')
    expect(report.reasons.filter(({ follows }) => follows === undefined).map(({ code, step }) => [code, step])).toEqual(
      [['CERT_UNTRUSTED', 'clone']],
    )
  })

  test('with all bundles and no proof of time, nobody can tell whether the clone was signed before the root left', () => {
    const report = judge(bundlesOf(history))
    expect(report.verdict).toBe('cannot-tell')
    expect(report.reasons[0]).toMatchObject({ code: 'CERT_EXPIRED_NO_TIMESTAMP', step: 'clone' })
    expect(report.reasons[0]?.message).toContain('is not in force at 2026-11-22T23:28:00Z')
  })

  test('a root that was tainted later is said to be so', () => {
    const first: X509 | undefined = bundlesOf(history.slice(0, 1))[0]?.roots[0]?.certificate
    const told = history.map((state, index) =>
      index === 3 ? { ...state, tainted: { [first?.sha256 ?? '']: '2026-11-22T23:27:17Z' } } : state,
    )
    const report = judge(bundlesOf(told), [witnessed])
    expect(report.verdict).toBe('allow')
    expect(report.reasons).toMatchObject([{ code: 'CERT_ROOT_TAINTED', severity: 'warning', step: 'clone' }])
  })
})

function parse(text: string): JsonValue {
  return parseJson(new TextEncoder().encode(text))
}

describe('a list of trust bundles', () => {
  const good = { trust_domain: 'example.org', from: '2026-01-01T00:00:00Z', bundle: { keys: [] } }

  test('is read with times as in-toto writes them', () => {
    expect(parseTrustBundles(parse(JSON.stringify([good])))).toEqual([{ trustDomain: 'example.org', roots: [] }])
  })

  test('is printed as it is read', () => {
    const root = makeAuthority('root', 'example.org').certificate
    const state = {
      ...good,
      until: '2026-02-01T00:00:00Z',
      tainted: { [root.sha256]: '2026-01-15T00:00:00Z' },
      bundle: { keys: [{ use: 'x509-svid', kty: 'EC', x5c: [Buffer.from(root.der).toString('base64')] }] },
    }
    const bundles = parseTrustBundles(parse(JSON.stringify([state, { ...good, trust_domain: 'empty.example' }])))
    expect(parseTrustBundles(parse(printTrustBundles(bundles)))).toEqual(bundles)
    expect(bundles.map(({ roots }) => roots.length)).toEqual([1, 0])
  })

  test.each<[string, unknown]>([
    ['no list', good],
    ['no trust domain', [{ ...good, trust_domain: undefined }]],
    ['a SPIFFE ID for a trust domain', [{ ...good, trust_domain: 'spiffe://example.org' }]],
    ['no beginning', [{ ...good, from: undefined }]],
    ['a day that does not exist', [{ ...good, from: '2026-02-31T00:00:00Z' }]],
    ['an end before the beginning', [{ ...good, until: '2025-01-01T00:00:00Z' }]],
    ['no bundle', [{ ...good, bundle: undefined }]],
    ['a member that nobody knows', [{ ...good, revoked: true }]],
    ['a taint of no root', [{ ...good, tainted: { ab: '2026-01-01T00:00:00Z' } }]],
  ])('is refused with %s', (_, value) => {
    expect(() => parseTrustBundles(parse(JSON.stringify(value)))).toThrowError(
      expect.objectContaining({ code: expect.stringMatching(/TRUST_BUNDLES|SPIFFE_BUNDLE/) }),
    )
  })
})
