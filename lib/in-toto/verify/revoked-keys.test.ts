// Longer than most: a revoked key in every place where it may have signed, in one world and in a store of many runs.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256, toHex } from '#lib/crypto/index.ts'
import { verifyCertificate, verifySignature } from '#lib/crypto/node/index.ts'
import {
  authoritiesObject,
  certifiedMetablock,
  constraintObject,
  makeAuthority,
  makeSvid,
} from '#lib/testing/authority/certificates.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { gpgKey, plainSignature } from '#lib/testing/authority/plain-keys.ts'
import { START } from '#lib/testing/evidence-store.ts'
import { addRun, ci as builder, codes, links, other, packer, storeWith } from '#lib/testing/five-steps.ts'
import {
  type Candidate,
  type LinkStore,
  type Report,
  type RevokedKey,
  readDocument,
  type TimeProof,
  type VerifyInput,
  verifyLayout,
} from '../index.ts'
import { allKeyids } from './keyids.ts'
import { RevokedKeys } from './revoked-keys.ts'

const NOON = Date.parse('2026-05-10T12:00:00Z')
const HOUR = 3_600_000
const AT = NOON + 24 * HOUR
const owner = makeKey('owner')
const ci = makeKey('ci')
const deputy = makeKey('deputy', 'ecdsa-p256')

const received = (hours: number, more: Partial<TimeProof> = {}): TimeProof => ({
  kind: 'witnessed',
  at: NOON + hours * HOUR,
  by: 'Waybill',
  signature: null,
  ...more,
})
/** From noon on. */
const REVOKED: RevokedKey[] = [{ keys: [ci.key.fingerprint], at: NOON }]

const LINK = metablock(linkDocument({ name: 'build', products: { app: 'good' } }), [ci])

function layoutOf(threshold = 1) {
  return layoutDocument({
    expires: new Date('2040-01-01T00:00:00Z'),
    steps: [{ name: 'build', keys: [ci.key, deputy.key], threshold, products: ['CREATE app', 'DISALLOW *'] }],
  })
}

const storeOf = (...candidates: Candidate[]): LinkStore => ({
  steps: new Map([['build', candidates]]),
  namespaces: new Map(),
})
const candidate = (bytes: Uint8Array, proofs: readonly TimeProof[], keyid: string | null = null): Candidate => ({
  document: readDocument('build.link', bytes),
  keyid,
  proofs,
})

function judge(proofs: readonly TimeProof[], more: Partial<VerifyInput> = {}, threshold = 1): Report {
  return verifyLayout({
    layout: readDocument('root.layout', metablock(layoutOf(threshold), [owner])),
    layoutKeys: [owner.key],
    links: storeOf(candidate(LINK, proofs)),
    at: AT,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
    revokedKeys: REVOKED,
    ...more,
  })
}

const answer = ({ verdict, reasons }: Report) => [verdict, reasons[0]?.code, reasons[0]?.severity]

describe('B-07 a key that is revoked from a moment on', () => {
  test('B-07 what it signed before stays, and the report says so', () => {
    const report = judge([received(-1)])
    expect(answer(report)).toEqual(['allow', 'KEY_REVOKED_LATER', 'warning'])
    expect(report.reasons[0]).toMatchObject({ step: 'build', strictOnly: true })
    expect(report.reasons[0]?.message).toContain('received at 2026-05-10T11:00:00Z by Waybill')
    expect(report.reasons[0]?.message).toContain(`Key ${ci.keyid.slice(0, 8)} signed step build before it was revoked`)
  })

  test('B-07 what it signed after is denied', () => {
    const report = judge([received(1)])
    expect(answer(report)).toEqual(['deny', 'KEY_REVOKED', 'deny'])
    expect(report.reasons[0]?.message).toContain(
      `The key ${ci.keyid.slice(0, 8)} that signed it is revoked from 2026-05-10T12:00:00Z; it was received at 2026-05-10T13:00:00Z`,
    )
    // no in-toto verifier knows of it
    expect(report.referenceVerdict).toBe('allow')
    expect(report.reasons[0]?.strictOnly).toBe(true)
  })

  test.each<[string, readonly TimeProof[], Partial<VerifyInput>, string[]]>([
    ['nothing proves when it signed', [], {}, ['cannot-tell', 'KEY_REVOKED_NO_TIMESTAMP']],
    ['it is from the very second', [received(0)], {}, ['deny', 'KEY_REVOKED']],
    ['a time stamp is from before', [received(-1, { kind: 'timestamped' })], {}, ['allow', 'KEY_REVOKED_LATER']],
    ['an earlier proof stands beside a later one', [received(2), received(-1)], {}, ['allow', 'KEY_REVOKED_LATER']],
    [
      'the proof is of another signature',
      [received(-1, { signature: 'ab'.repeat(32) })],
      {},
      ['cannot-tell', 'KEY_REVOKED_NO_TIMESTAMP'],
    ],
    ['the verdict is for a time before', [], { at: NOON - 1000 }, ['allow', 'KEY_REVOKED_LATER']],
    [
      'the proof is of a time after the verdict',
      [received(-1)],
      { at: NOON - 2 * HOUR },
      ['allow', 'KEY_REVOKED_LATER'],
    ],
    [
      'it was revoked twice: the earlier counts',
      [received(-1)],
      { revokedKeys: [...REVOKED, { keys: [ci.keyid], at: NOON - 5 * HOUR }] },
      ['deny', 'KEY_REVOKED'],
    ],
    ['the verdict is for that very second', [], { at: NOON }, ['cannot-tell', 'KEY_REVOKED_NO_TIMESTAMP']],
    ['what proves it is still to come', [received(30)], {}, ['cannot-tell', 'KEY_REVOKED_NO_TIMESTAMP']],
    ['what proves it is of the very verdict’s time', [received(24)], {}, ['deny', 'KEY_REVOKED']],
    [
      'one of several names is its',
      [received(1)],
      { revokedKeys: [{ keys: ['ab'.repeat(32), ci.keyid], at: NOON }] },
      ['deny', 'KEY_REVOKED'],
    ],
    ['another key was revoked', [], { revokedKeys: [{ keys: [deputy.key.fingerprint], at: 0 }] }, ['allow']],
  ])('B-07 %s', (_, proofs, more, expected) => {
    expect(answer(judge(proofs, more)).slice(0, expected.length)).toEqual(expected)
  })

  test('of several proofs of one moment the sentence names the same, in whatever order they come', () => {
    const proofs = [
      received(-1, { by: 'b' }),
      received(-1, { by: 'a' }),
      received(-1, { by: 'z', kind: 'timestamped' }),
    ]
    for (const given of [proofs, proofs.toReversed()])
      expect(judge(given).reasons[0]?.message).toContain('time-stamped at 2026-05-10T11:00:00Z by z')
    for (const given of [proofs.slice(0, 2), proofs.slice(0, 2).toReversed()])
      expect(judge(given).reasons[0]?.message).toContain('received at 2026-05-10T11:00:00Z by a')
  })

  test('a proof of this very signature counts', () => {
    const document = readDocument('x', LINK)
    const bytes = 'envelope' in document ? document.envelope.signatures[0]?.bytes : null
    const signature = toHex(sha256(bytes ?? new Uint8Array()))
    expect(judge([received(-1, { signature })]).verdict).toBe('allow')
  })

  test.each(allKeyids(ci.key).map((keyid) => [keyid]))('by the keyid %s of any tool', (keyid) => {
    expect(answer(judge([received(1)], { revokedKeys: [{ keys: [keyid], at: NOON }] }))[1]).toBe('KEY_REVOKED')
  })

  test('the signatures of others still count, and are enough only where they were', () => {
    const their = metablock(linkDocument({ name: 'build', products: { app: 'good' } }), [deputy])
    const links = storeOf(candidate(LINK, [received(1)]), candidate(their, [received(1)]))
    expect(judge([], { links }).verdict).toBe('allow')
    expect(judge([], { links, revokedKeys: [] }, 2).verdict).toBe('allow')
    expect(answer(judge([], { links }, 2))).toEqual(['deny', 'KEY_REVOKED', 'deny'])
    // one document with both signatures is the sound one's word
    const both = metablock(linkDocument({ name: 'build', products: { app: 'good' } }), [ci, deputy])
    expect(judge([], { links: storeOf(candidate(both, [received(1)])) }).verdict).toBe('allow')
  })

  test.each<[string, string, [string, string]]>([
    ['its master', 'master', ['revoked', 'revoked']],
    ['one of its subkeys', 'one', ['revoked', 'unrevoked']],
    ['the material of a subkey', 'material of two', ['unrevoked', 'revoked']],
  ])('of a gpg key: %s', (_, name, expected) => {
    const [one, two] = [gpgKey('one'), gpgKey('two')]
    const master = gpgKey('master', [one, two])
    const revoked = new RevokedKeys([{ keys: [name], at: NOON }], AT)
    const standing = [one, two].map((by) => revoked.judge([master, by], plainSignature(by.keyid, by), [received(1)]))
    expect(standing.map((found) => found.standing)).toEqual(expected)
  })

  test('what it signed after does not dissent from what others say', () => {
    const evil = metablock(linkDocument({ name: 'build', products: { app: 'evil' } }), [ci])
    const their = metablock(linkDocument({ name: 'build', products: { app: 'good' } }), [deputy])
    const links = storeOf(candidate(evil, [received(1)]), candidate(their, [received(1)]))
    expect(judge([], { links }).verdict).toBe('allow')
    expect(answer(judge([], { links, revokedKeys: [] }))[1]).toBe('SIGNERS_DISAGREE')
  })

  test('in a certificate, too: the material is what was stolen', () => {
    const root = makeAuthority('root', 'bank.example')
    const id = 'spiffe://bank.example/ci/build'
    const svid = makeSvid(root, id, { key: ci })
    const document = layoutOf()
    const [step] = [document.get('steps')].flat()
    if (step instanceof Map) {
      step.set('pubkeys', [])
      step.set('cert_constraints', [constraintObject({ uris: [id] })])
    }
    document.set('rootcas', authoritiesObject([root]))
    const bytes = certifiedMetablock(linkDocument({ name: 'build', products: { app: 'good' } }), [{ by: svid }])
    const given = {
      layout: readDocument('root.layout', metablock(document, [owner])),
      certificates: { verifyCertificate, intermediates: [], bundles: [] },
      links: storeOf(candidate(bytes, [received(1)])),
    }
    expect(judge([], { ...given, revokedKeys: [] }).verdict).toBe('allow')
    expect(answer(judge([], given))).toEqual(['deny', 'KEY_REVOKED', 'deny'])
  })
})

describe('an owner of the layout', () => {
  const revokedKeys = [{ keys: [owner.key.fingerprint], at: NOON }]

  test.each<[string, readonly TimeProof[] | undefined, string[]]>([
    ['whose signature is proven to be older', [received(-1)], ['allow', 'KEY_REVOKED_LATER']],
    ['whose signature came after', [received(1)], ['deny', 'KEY_REVOKED']],
    ['of whose signature nobody knows when it was made', undefined, ['cannot-tell', 'KEY_REVOKED_NO_TIMESTAMP']],
  ])('%s', (_, layoutProofs, expected) => {
    const more = { revokedKeys, ...(layoutProofs === undefined ? {} : { layoutProofs }) }
    const report = judge([received(-1)], more)
    expect(answer(report).slice(0, 2)).toEqual(expected)
    expect(report.layout.signatures[0]?.outcome).toBe(expected[0] === 'allow' ? 'valid' : 'invalid')
    expect(report.referenceVerdict).toBe('allow')
  })

  test('is told of by ours alone: in-toto knows no revocation', () => {
    const short = owner.keyid.slice(0, 8)
    const late = judge([received(-1)], { revokedKeys, layoutProofs: [received(1)] })
    expect(late.reasons[0]).toMatchObject({ strictOnly: true, keyid: owner.keyid })
    expect(late.reasons[0]?.message).toContain(`Key ${short}, which signed the layout, is revoked from 2026-05-10T12`)
    expect(late.checks.find(({ id }) => id === `layout.revoked.${owner.keyid}`)).toMatchObject({
      title: `Key ${short} not revoked`,
      outcome: 'failed',
      detail: late.reasons[0]?.message,
      strictOnly: true,
    })
    const early = judge([received(-1)], { revokedKeys, layoutProofs: [received(-1)] })
    expect(early.reasons[0]).toMatchObject({ strictOnly: true, keyid: owner.keyid })
    expect(early.reasons[0]?.message).toContain(`Key ${short} signed the layout before it was revoked`)
  })

  test('who is revoked and did not sign is missed, not refused', () => {
    const layout = readDocument('root.layout', metablock(layoutOf(), [deputy]))
    const report = judge([received(-1)], { revokedKeys, layout })
    expect(report.layout.signatures[0]).toMatchObject({ keyid: owner.keyid, outcome: 'missing' })
    expect(report.reasons.map(({ code }) => code)).not.toContain('KEY_REVOKED_NO_TIMESTAMP')
  })

  test('of a sublayout is the functionary who handed it over, by when that came', () => {
    const outer = layoutDocument({
      expires: new Date('2040-01-01T00:00:00Z'),
      steps: [{ name: 'all', keys: [deputy.key], products: ['ALLOW *'] }],
    })
    const judged = (hours: number) => {
      const inner = candidate(metablock(layoutOf(), [deputy]), [received(hours)])
      return judge([], {
        layout: readDocument('root.layout', metablock(outer, [owner])),
        links: {
          steps: new Map([['all', [inner]]]),
          namespaces: new Map([[`all.${deputy.keyid.slice(0, 8)}`, storeOf(candidate(LINK, []))]]),
        },
        revokedKeys: [{ keys: [deputy.key.fingerprint], at: NOON }],
      })
    }
    expect(judged(-1).verdict).toBe('allow')
    expect(judged(1).verdict).toBe('deny')
    expect(judged(1).reasons.map(({ code }) => code)).toContain('KEY_REVOKED')
  })
})

describe('in a store of many runs', () => {
  const revokedKeys = [{ keys: [builder.key.fingerprint], at: START + 100 * 60_000 }]

  test('runs from before stay, later ones are denied, and a stolen key can block no run', () => {
    const { store } = storeWith('r1')
    addRun(store, 'r2', 500)
    expect(store.verdict('r1', 1000, { revokedKeys })).toMatchObject({ verdict: 'allow' })
    expect(store.verdict('r2', 1000, { revokedKeys }).verdict).toBe('deny')
    expect(store.verdict('r2', 1000).verdict).toBe('allow')
  })

  test('a stolen key blocks nobody', () => {
    const { store } = storeWith('r1')
    const stolen = [{ keys: [other.key.fingerprint], at: START + 100 * 60_000 }]
    store.bring('r1', 600, { ...links('r1').package, materials: {} }, other)
    expect(store.judge(1000).map(({ judged }) => judged.report.verdict)).not.toEqual(['allow'])
    expect(
      store
        .judge(1000, { revokedKeys: stolen })
        .map(({ judged, build }) => [judged.report.verdict, build.unproven ?? false]),
    ).toEqual([
      ['allow', false],
      ['deny', true],
    ])
  })

  test('from when on is part of what a verdict rests on', () => {
    const { store } = storeWith('r1')
    const inputs = [100, 200].map((minutes) => {
      const since = [{ keys: [builder.key.fingerprint], at: START + minutes * 60_000 }]
      return store.judge(1000, { revokedKeys: since })[0]?.judged
    })
    expect(inputs.map((one) => one?.report.verdict)).toEqual(['allow', 'allow'])
    expect(inputs[0]?.inputs).not.toBe(inputs[1]?.inputs)
  })

  test('a final link by a revoked key starts a build that is denied and says why', () => {
    const { store } = storeWith('r1')
    addRun(store, 'r2', 500)
    const stolen = [{ keys: [packer.key.fingerprint], at: START + 100 * 60_000 }]
    expect(store.verdict('r1', 1000, { revokedKeys: stolen }).verdict).toBe('allow')
    const report = store.verdict('r2', 1000, { revokedKeys: stolen })
    expect(report.verdict).toBe('deny')
    expect(codes(report)[0]).toBe('KEY_REVOKED')
  })
})

test('no revocation ever turns a no into a yes', () => {
  const times = fc.integer({ min: -5, max: 5 })
  fc.assert(
    fc.property(
      fc.array(fc.record({ key: fc.constantFrom(ci, deputy, owner), at: times }), { maxLength: 3 }),
      fc.array(times, { maxLength: 2 }),
      fc.array(times, { maxLength: 2 }),
      fc.constantFrom(1, 2),
      fc.constantFrom('good', 'evil'),
      (revocations, one, two, threshold, made) => {
        const their = metablock(linkDocument({ name: 'build', products: { app: made } }), [deputy])
        const links = storeOf(
          candidate(
            LINK,
            one.map((hours) => received(hours)),
          ),
          candidate(
            their,
            two.map((hours) => received(hours)),
          ),
        )
        const revokedKeys = revocations.map(({ key, at }) => ({ keys: [key.key.fingerprint], at: NOON + at * HOUR }))
        const without = judge([], { links, revokedKeys: [] }, threshold)
        const report = judge([], { links, revokedKeys }, threshold)
        // what a revoked key says against others is not heard any more: that is the one way to a yes
        const dissent = without.reasons.some(({ code }) => code === 'SIGNERS_DISAGREE')
        if (without.verdict !== 'allow' && !dissent) expect(report.verdict).not.toBe('allow')
        expect(report.referenceVerdict).toBe(without.referenceVerdict)
      },
    ),
    { numRuns: 300 },
  )
})
