import { describe, expect, test } from 'vitest'
import { sha256Hex, verifyCertificate, verifySignature } from '#lib/crypto/node/index.ts'
import { makeAuthority } from '#lib/testing/authority/certificates.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import type { CertificateTrust, LinkStore, TimeProof, TrustedRoot, VerifyInput } from '../index.ts'
import { readDocument, verifyLayout } from '../index.ts'

const AT = Date.parse('2026-06-01T00:00:00Z')
const [owner, other, ci] = [makeKey('owner'), makeKey('other'), makeKey('ci')]
const [root, intermediate] = [makeAuthority('root', 'bank.example'), makeAuthority('middle', 'bank.example')]
const layoutOf = (readme: string) =>
  readDocument(
    'root.layout',
    metablock(
      layoutDocument({ readme, expires: new Date('2040-01-01T00:00:00Z'), steps: [{ name: 'build', keys: [ci.key] }] }),
      [owner],
    ),
  )
const layout = layoutOf('one')
const linkOf = (word: string) =>
  readDocument('build.link', metablock(linkDocument({ name: 'build', products: { app: word } }), [ci]))
const [one, two] = [linkOf('one'), linkOf('two')]
const storeOf = (document = one, keyid: string | null = null, proofs: readonly TimeProof[] = []): LinkStore => ({
  steps: new Map([['build', [{ document, keyid, proofs }]]]),
  namespaces: new Map(),
})
const proof: TimeProof = { kind: 'witnessed', at: AT, by: 'us', signature: null }
const inForce: TrustedRoot = { certificate: root.certificate, from: 1, until: null, taintedAt: null }
const trustOf = (roots: readonly TrustedRoot[], more: Partial<CertificateTrust> = {}): CertificateTrust => ({
  verifyCertificate,
  intermediates: [],
  bundles: roots.length === 0 ? [] : [{ trustDomain: 'bank.example', roots }],
  ...more,
})

const digest = (more: Partial<VerifyInput> = {}) =>
  verifyLayout({
    layout,
    layoutKeys: [owner.key],
    links: storeOf(),
    at: AT,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
    ...more,
  }).inputs

const mira = { name: 'Mira', keys: ['a', 'b'], spiffeIds: ['x', 'y'] }

/** Pairs of inputs that must not look alike; the first of each differs from the plain input as well, but for a few. */
const PAIRS: readonly [string, Partial<VerifyInput>, Partial<VerifyInput>][] = [
  ['the layout', {}, { layout: layoutOf('two') }],
  ['no layout', {}, { layout: null }],
  ['another owner key', {}, { layoutKeys: [other.key] }],
  ['one owner key more', {}, { layoutKeys: [owner.key, other.key] }],
  ['a key that cannot be used', {}, { unusableKeys: [{ source: 'a', message: 'broken' }] }],
  [
    'another such key',
    { unusableKeys: [{ source: 'a', message: 'broken' }] },
    { unusableKeys: [{ source: 'a', message: 'weak' }] },
  ],
  ['another link', {}, { links: storeOf(two) }],
  ['no link', {}, { links: { steps: new Map(), namespaces: new Map() } }],
  ['the same link for another keyid', {}, { links: storeOf(one, ci.keyid.slice(0, 8)) }],
  [
    'the same link for another step',
    {},
    { links: { steps: new Map([['test', [{ document: one, keyid: null }]]]), namespaces: new Map() } },
  ],
  [
    'the same link in a folder',
    {},
    { links: { steps: new Map(), namespaces: new Map([['build.12345678', storeOf()]]) } },
  ],
  [
    'the folder',
    { links: { steps: new Map(), namespaces: new Map([['build.12345678', storeOf()]]) } },
    { links: { steps: new Map(), namespaces: new Map([['build.87654321', storeOf()]]) } },
  ],
  ['a proof of time', {}, { links: storeOf(one, null, [proof]) }],
  ['its time', { links: storeOf(one, null, [proof]) }, { links: storeOf(one, null, [{ ...proof, at: AT - 1 }]) }],
  [
    'its kind',
    { links: storeOf(one, null, [proof]) },
    { links: storeOf(one, null, [{ ...proof, kind: 'timestamped' }]) },
  ],
  ['whose it is', { links: storeOf(one, null, [proof]) }, { links: storeOf(one, null, [{ ...proof, by: 'them' }]) }],
  [
    'what it is about',
    { links: storeOf(one, null, [proof]) },
    { links: storeOf(one, null, [{ ...proof, signature: 'ab' }]) },
  ],
  ['parameters, though empty', {}, { parameters: new Map() }],
  ['a parameter', { parameters: new Map() }, { parameters: new Map([['a', 'b']]) }],
  ['its value', { parameters: new Map([['a', 'b']]) }, { parameters: new Map([['a', 'c']]) }],
  ['its name', { parameters: new Map([['a', 'b']]) }, { parameters: new Map([['b', 'b']]) }],
  ['a form', {}, { forms: new Map([['build', { form: 'test-result' }]]) }],
  [
    'another form',
    { forms: new Map([['build', { form: 'link' }]]) },
    { forms: new Map([['build', { form: 'test-result' }]]) },
  ],
  ['a revoked key', {}, { revokedKeys: [{ keys: ['ab'], at: 1 }] }],
  ['which key', { revokedKeys: [{ keys: ['ab'], at: 1 }] }, { revokedKeys: [{ keys: ['cd'], at: 1 }] }],
  ['since when', { revokedKeys: [{ keys: ['ab'], at: 1 }] }, { revokedKeys: [{ keys: ['ab'], at: 2 }] }],
  ['when the layout was signed', {}, { layoutProofs: [proof] }],
  ['at another time', { layoutProofs: [proof] }, { layoutProofs: [{ ...proof, at: AT - 1 }] }],
  ['when a layout was signed that is missing', { layout: null }, { layout: null, layoutProofs: [proof] }],
  ['certificates judged', {}, { certificates: trustOf([]) }],
  [
    'an intermediate',
    { certificates: trustOf([]) },
    { certificates: trustOf([], { intermediates: [intermediate.certificate.pem] }) },
  ],
  [
    'another intermediate',
    { certificates: trustOf([], { intermediates: [root.certificate.pem] }) },
    { certificates: trustOf([], { intermediates: [intermediate.certificate.pem] }) },
  ],
  ['a root', { certificates: trustOf([]) }, { certificates: trustOf([inForce]) }],
  [
    'another root',
    { certificates: trustOf([inForce]) },
    { certificates: trustOf([{ ...inForce, certificate: intermediate.certificate }]) },
  ],
  [
    'since when it is in force',
    { certificates: trustOf([inForce]) },
    { certificates: trustOf([{ ...inForce, from: 2 }]) },
  ],
  ['until when', { certificates: trustOf([inForce]) }, { certificates: trustOf([{ ...inForce, until: 2 }]) }],
  [
    'since when it is compromised',
    { certificates: trustOf([inForce]) },
    { certificates: trustOf([{ ...inForce, taintedAt: 2 }]) },
  ],
  ['a declared functionary', {}, { functionaries: [mira] }],
  ['her name', { functionaries: [mira] }, { functionaries: [{ ...mira, name: 'Mara' }] }],
  ['one of her keys', { functionaries: [mira] }, { functionaries: [{ ...mira, keys: ['a', 'c'] }] }],
  ['one of her SPIFFE IDs', { functionaries: [mira] }, { functionaries: [{ ...mira, spiffeIds: ['x', 'z'] }] }],
  ['inspections', {}, { runInspection: () => ({ returnValue: 0, materials: new Map(), products: new Map() }) }],
  ['the time', {}, { at: AT + 1000 }],
  ['the profile', {}, { profile: 'reference' }],
]

describe('the digest of all inputs tells apart', () => {
  test.each(PAIRS)('%s', (_, before, after) => {
    expect(digest(after)).not.toBe(digest(before))
  })

  test('not who computes it: the platform or the portable hash', () => {
    const parameters = new Map([['name', 'grün 日本 🙂 \ud800']])
    expect(digest({ parameters, sha256Hex })).toBe(digest({ parameters }))
    expect(digest({ sha256Hex: () => 'from the platform' })).toBe('from the platform')
  })

  test('nothing that says the same: no order, no empty list', () => {
    const keys = (first: typeof owner, second: typeof owner) => digest({ layoutKeys: [first.key, second.key] })
    expect(keys(owner, other)).toBe(keys(other, owner))
    const turned = { ...mira, keys: ['b', 'a'], spiffeIds: ['y', 'x'] }
    expect(digest({ functionaries: [turned] })).toBe(digest({ functionaries: [mira] }))
    const revoked = (...names: string[]) => digest({ revokedKeys: [{ keys: names, at: 1 }] })
    expect(revoked('cd', 'ab')).toBe(revoked('ab', 'cd'))
    const plain = digest()
    expect(
      digest({ unusableKeys: [], forms: new Map(), parameters: null, functionaries: [], runInspection: null }),
    ).toBe(plain)
    expect(
      digest({ links: { steps: new Map([['build', [{ document: one, keyid: null }]]]), namespaces: new Map() } }),
    ).toBe(plain)
    const folder: LinkStore = { steps: new Map(), namespaces: new Map() }
    expect(digest({ links: { ...storeOf(), namespaces: new Map([['build.12345678', folder]]) } })).toBe(plain)
  })
})
