import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type JsonValue, parseJson, utf8 } from '#lib/crypto/index.ts'
import { verifyCertificate, verifySignature } from '#lib/crypto/node/index.ts'
import {
  authoritiesObject,
  certifiedMetablock,
  constraintObject,
  makeAuthority,
  makeSvid,
  type TestCertificate,
} from '#lib/testing/authority/certificates.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import { gpgKey, plainKey } from '#lib/testing/authority/plain-keys.ts'
import { parseFunctionaries } from '../functionaries.ts'
import type { Candidate, Functionary, LinkStore, Report } from '../index.ts'
import { readDocument, verifyLayout } from '../index.ts'
import { DeclaredFunctionaries } from './declared-functionaries.ts'
import { allKeyids } from './keyids.ts'
import type { Counted } from './step-evidence.ts'

const AT = Date.parse('2026-06-01T00:00:00Z')
const MIRA = 'spiffe://bank.example/people/mira'
const CI = 'spiffe://bank.example/ci/build'
const [owner, mira, laptop, omar] = ['owner', 'mira', 'laptop', 'omar'].map((name) => makeKey(name)) as [
  TestKey,
  TestKey,
  TestKey,
  TestKey,
]
const root = makeAuthority('root', 'bank.example')
const [miraSvid, ciSvid] = [makeSvid(root, MIRA), makeSvid(root, CI)]

type Signer = TestKey | TestCertificate
const isCertificate = (signer: Signer): signer is TestCertificate => 'certificate' in signer

/** A step that takes keys and certificates, with one link of each signer. */
function worldOf(threshold: number, signers: readonly Signer[]) {
  const keys = signers.filter((signer): signer is TestKey => !isCertificate(signer))
  const layout = layoutDocument({
    expires: new Date('2040-01-01T00:00:00Z'),
    steps: [{ name: 'build', keys: keys.map(({ key }) => key), threshold, products: ['CREATE app', 'DISALLOW *'] }],
  })
  const steps = layout.get('steps')
  const step = Array.isArray(steps) ? steps[0] : null
  if (step instanceof Map && signers.some(isCertificate))
    step.set('cert_constraints', [constraintObject({ uris: [MIRA] }), constraintObject({ uris: [CI] })])
  if (signers.some(isCertificate)) layout.set('rootcas', authoritiesObject([root]))
  const candidates = signers.map((signer): Candidate => {
    const document = linkDocument({ name: 'build', products: { app: 'good' } })
    const bytes = isCertificate(signer) ? certifiedMetablock(document, [{ by: signer }]) : metablock(document, [signer])
    const keyid = signer.keyid.slice(0, 8)
    return { document: readDocument(`build.${keyid}.link`, bytes), keyid }
  })
  return { layout, candidates }
}

function judge(threshold: number, signers: readonly Signer[], functionaries?: readonly Functionary[]): Report {
  const { layout, candidates } = worldOf(threshold, signers)
  return judgeStore(
    metablock(layout, [owner]),
    { steps: new Map([['build', candidates]]), namespaces: new Map() },
    functionaries,
  )
}

function judgeStore(layout: Uint8Array, links: LinkStore, functionaries?: readonly Functionary[]): Report {
  return verifyLayout({
    layout: readDocument('root.layout', layout),
    layoutKeys: [owner.key],
    links,
    at: AT,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
    certificates: { verifyCertificate, intermediates: [], bundles: [] },
    ...(functionaries === undefined ? {} : { functionaries }),
  })
}

const person = (name: string, keys: readonly string[], spiffeIds: readonly string[] = []): Functionary => ({
  name,
  keys,
  spiffeIds,
})
const answer = (report: Report) => [report.verdict, report.reasons[0]?.code]

describe('B-06 who is declared as one functionary counts once', () => {
  test('B-06 with a key and an SVID', () => {
    expect(judge(2, [mira, miraSvid]).verdict).toBe('allow')
    const report = judge(2, [mira, miraSvid], [person('Mira Novak', [mira.key.fingerprint], [MIRA])])
    expect(answer(report)).toEqual(['deny', 'STEP_THRESHOLD'])
    expect(report.reasons[0]).toMatchObject({ strictOnly: true, step: 'build' })
    expect(report.reasons[0]?.message).toContain(
      `1 counted. key ${mira.keyid.slice(0, 8)} and ${MIRA} are declared as one: Mira Novak.`,
    )
    expect(report.steps[0]?.counted.map(({ signer }) => signer.functionary)).toEqual(['Mira Novak', 'Mira Novak'])
  })

  test.each<[string, readonly Signer[], Functionary]>([
    ['two keys', [mira, laptop], person('Mira', [mira.key.fingerprint, laptop.key.fingerprint])],
    ['two workloads', [miraSvid, ciSvid], person('Mira', [], [MIRA, CI])],
    [
      'a key by a keyid of another tool',
      [mira, laptop],
      person('Mira', [allKeyids(mira.key).at(-1) ?? '', laptop.keyid]),
    ],
  ])('B-06 with %s', (_, signers, functionary) => {
    expect(judge(2, signers).verdict).toBe('allow')
    expect(answer(judge(2, signers, [functionary]))).toEqual(['deny', 'STEP_THRESHOLD'])
  })

  test('two others still are two, and three credentials of two people are two', () => {
    const declared = [person('Mira', [mira.key.fingerprint], [MIRA])]
    const report = judge(2, [mira, omar], declared)
    expect(report.verdict).toBe('allow')
    expect(report.checks.map(({ detail }) => detail)).toContain('2 of 2 signer(s) counted, 0 of 2 document(s) skipped.')
    expect(judge(2, [mira, miraSvid, omar], declared).verdict).toBe('allow')
    expect(answer(judge(3, [mira, miraSvid, omar], declared))).toEqual(['deny', 'STEP_THRESHOLD'])
  })

  test('several who are declared are as many, by keys as by workloads, and so is whoever is not', () => {
    const [byKey, byWorkload] = [person('Mira', [mira.key.fingerprint], [MIRA]), person('CI', [], [CI])]
    expect(judge(2, [mira, omar], [byKey, person('Omar', [omar.key.fingerprint])]).verdict).toBe('allow')
    expect(judge(2, [miraSvid, ciSvid], [person('Mira', [], [MIRA]), byWorkload]).verdict).toBe('allow')
    expect(judge(2, [mira, ciSvid], [byKey]).verdict).toBe('allow')
    expect(judge(3, [mira, laptop, omar], [byKey]).verdict).toBe('allow')
  })

  test('a gpg key by its own material and names and those of its subkeys', () => {
    const gpg = gpgKey('master', [gpgKey('sub')])
    const document = readDocument('build.link', metablock(linkDocument({ name: 'build' }), []))
    if (!('envelope' in document)) throw new Error(document.problem.message)
    const counted = [gpg, plainKey('other')].map((key): Counted => {
      const { keyid, fingerprint, keytype, scheme } = key
      const signer = { keyid, fingerprint, keytype, scheme }
      return { document, keyid, key, identity: fingerprint, signer, taintedAt: null, proofs: [], earlier: null }
    })
    const people = (...keys: string[]) =>
      new DeclaredFunctionaries([person('both', [...keys, 'other'])]).count(counted).people
    for (const id of ['master', 'material of master', 'sub', 'material of sub']) expect(people(id)).toBe(1)
    expect(people('somebody else')).toBe(2)
  })

  test('declarations that share a key speak of one, also where nobody signed with that key', () => {
    const declared = [
      person('Mira', [mira.key.fingerprint, omar.key.fingerprint]),
      person('M. Novak', [omar.key.fingerprint], [MIRA]),
    ]
    expect(answer(judge(2, [mira, miraSvid], declared))).toEqual(['deny', 'STEP_THRESHOLD'])
  })

  test('a key of one and a workload of another make one of both where they are the same signature', () => {
    const both = makeSvid(root, CI, { key: laptop })
    const declared = [person('Mira', [laptop.key.fingerprint, mira.key.fingerprint]), person('CI', [], [CI, MIRA])]
    expect(answer(judge(3, [both, mira, miraSvid], declared))).toEqual(['deny', 'STEP_THRESHOLD'])
    expect(answer(judge(2, [both, mira, miraSvid], declared))).toEqual(['deny', 'STEP_THRESHOLD'])
  })

  test('what was skipped is the cause only where the layout alone would have too few', () => {
    const { layout, candidates } = worldOf(2, [mira, miraSvid])
    const broken: Candidate = { document: readDocument('build.x.link', utf8('{')), keyid: null }
    const judged = (some: readonly Candidate[], functionaries: readonly Functionary[] = []) => {
      const links = { steps: new Map([['build', [...some, broken]]]), namespaces: new Map() }
      return judgeStore(metablock(layout, [owner]), links, functionaries)
    }
    const declared = judged(candidates, [person('Mira', [mira.key.fingerprint], [MIRA])])
    const found = declared.reasons.find(({ code }) => code === 'STEP_THRESHOLD')
    expect([declared.verdict, found?.follows, found?.strictOnly]).toEqual(['deny', undefined, true])
    const few = judged(candidates.slice(0, 1))
    expect(few.reasons.find(({ code }) => code === 'STEP_THRESHOLD')).toMatchObject({ follows: 0, strictOnly: false })
    expect(few.verdict).toBe('cannot-tell')
  })

  test('in a sublayout too', () => {
    const inner = worldOf(2, [mira, miraSvid])
    const outer = layoutDocument({
      expires: new Date('2040-01-01T00:00:00Z'),
      steps: [{ name: 'all', keys: [omar.key], products: ['ALLOW *'] }],
    })
    const folder = `all.${omar.keyid.slice(0, 8)}`
    const links: LinkStore = {
      steps: new Map([
        [
          'all',
          [
            {
              document: readDocument(`${folder}.link`, metablock(inner.layout, [omar])),
              keyid: omar.keyid.slice(0, 8),
            },
          ],
        ],
      ]),
      namespaces: new Map([[folder, { steps: new Map([['build', inner.candidates]]), namespaces: new Map() }]]),
    }
    const layout = metablock(outer, [owner])
    expect(judgeStore(layout, links).verdict).toBe('allow')
    const report = judgeStore(layout, links, [person('Mira', [mira.key.fingerprint], [MIRA])])
    expect(report.verdict).toBe('deny')
    expect(report.reasons.map(({ code }) => code)).toContain('STEP_THRESHOLD')
  })

  test('what in-toto would say stays the same, and the digest of all inputs does not', () => {
    const declared = [person('Mira', [mira.key.fingerprint, laptop.key.fingerprint])]
    const [before, after] = [judge(2, [mira, laptop]), judge(2, [mira, laptop], declared)]
    expect([before.referenceVerdict, after.referenceVerdict]).toEqual(['allow', 'allow'])
    expect(after.inputs).not.toBe(before.inputs)
    expect(judge(2, [mira, laptop], []).inputs).toBe(before.inputs)
  })
})

test('no declaration ever turns a no into a yes', () => {
  const signers: readonly Signer[] = [mira, laptop, omar, miraSvid, ciSvid]
  const ids = [mira, laptop, omar].map(({ key }) => key.fingerprint)
  const declaration = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    keys: fc.subarray(ids),
    spiffeIds: fc.subarray([MIRA, CI]),
  })
  const seen = { kept: 0, lost: 0 }
  fc.assert(
    fc.property(
      fc.subarray([...signers], { minLength: 1 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(declaration, { maxLength: 3 }),
      fc.array(declaration, { maxLength: 2 }),
      (who, threshold, some, more) => {
        const [none, less, all] = [[], some, [...some, ...more]].map(
          (declared) => judge(threshold, who, declared).verdict,
        )
        if (none !== 'allow') expect(less).not.toBe('allow')
        if (less !== 'allow') expect(all).not.toBe('allow')
        if (none === 'allow') seen[less === 'allow' ? 'kept' : 'lost']++
      },
    ),
    { numRuns: 150, seed: 20_260_601 },
  )
  expect(Math.min(seen.kept, seen.lost)).toBeGreaterThan(5)
})

describe('declarations as data', () => {
  const read = (value: unknown) => parseFunctionaries(parse(value))
  const parse = (value: unknown): JsonValue => parseJson(utf8(JSON.stringify(value)))

  test('keyids, PEM and SPIFFE IDs', () => {
    const given = [{ name: 'Mira', keys: [mira.keyid, `${laptop.key.pem}\n`], spiffe_ids: [MIRA] }]
    expect(read(given)).toEqual([person('Mira', [mira.keyid, laptop.key.fingerprint], [MIRA])])
    expect(read([])).toEqual([])
  })

  test.each<[string, unknown, string]>([
    ['no list', { name: 'a' }, 'the top'],
    ['nobody', [{ name: 'a' }], 'a key or a SPIFFE ID at [0]'],
    ['no name', [{ name: ' ', keys: [mira.keyid] }], '[0].name'],
    ['a misspelt member', [{ name: 'a', keys: [mira.keyid], spiffeIds: [MIRA] }], 'spiffe_ids at [0].spiffeIds'],
    ['a keyid in capitals', [{ name: 'a', keys: [mira.keyid.toUpperCase()] }], '[0].keys[0]'],
    ['a prefix of a keyid', [{ name: 'a', keys: [mira.keyid.slice(0, 8)] }], '[0].keys[0]'],
    ['a URL', [{ name: 'a', spiffe_ids: ['https://bank.example/x'] }], '[0].spiffe_ids[0]'],
  ])('%s is refused with the place', (_, value, place) => {
    expect(() => read(value)).toThrow(place)
  })
})
