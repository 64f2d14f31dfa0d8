import { describe, expect, test } from 'vitest'
import { type JsonObject, sha256, toHex } from '#lib/crypto/index.ts'
import { verifyCertificate, verifySignature } from '#lib/crypto/node/index.ts'
import {
  authoritiesObject,
  certifiedMetablock,
  constraintObject,
  makeAuthority,
  makeSvid,
  type TestCertificate,
} from '#lib/testing/authority/certificates.ts'
import { digestOf, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { readDocument, type TimeProof } from '../index.ts'
import { findBuilds, openStore } from './builds.ts'
import type { Delivery, SelectInput, StoredDocument } from './input.ts'
import { judgeBuild } from './judge-build.ts'
import { selectEvidence } from './select-evidence.ts'

const HOUR = 3_600_000
const NOON = Date.parse('2026-05-10T12:00:00Z')
const owner = makeKey('owner')
const alice = makeKey('alice')
const root = makeAuthority('root', 'example.org')
const PACK = 'spiffe://example.org/ci/pack'
const during = (from: number, until: number) => ({
  from: new Date(NOON + from * HOUR),
  until: new Date(NOON + until * HOUR),
})
const svid = makeSvid(root, PACK, during(0, 1))

function layout() {
  const document = layoutDocument({
    expires: new Date('2040-01-01T00:00:00Z'),
    steps: [
      { name: 'build', keys: [alice.key], products: ['CREATE app', 'DISALLOW *'] },
      {
        name: 'pack',
        keys: [],
        materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'],
        products: ['CREATE image', 'ALLOW app', 'DISALLOW *'],
      },
    ],
  })
  document.set('rootcas', authoritiesObject([root]))
  document.set('intermediatecas', authoritiesObject([]))
  const steps = document.get('steps')
  const last = Array.isArray(steps) ? steps[1] : null
  if (last instanceof Map) last.set('cert_constraints', [constraintObject({ uris: [PACK] })])
  const read = readDocument('root.layout', metablock(document, [owner]))
  if (!('envelope' in read)) throw new Error(read.problem.message)
  return read
}

const LAYOUT = layout()
const BUILD = linkDocument({ name: 'build', products: { app: 'good' } })
const packed = (image = 'image', name = 'pack'): JsonObject =>
  linkDocument({ name, materials: { app: 'good' }, products: { app: 'good', image } })

interface Given {
  readonly bytes: Uint8Array
  readonly path: string
  readonly delivery?: string | null
  /** hours after noon at which it came, and what else proves its time */
  readonly at?: number
  readonly proofs?: readonly TimeProof[]
}

function stored({ bytes, path, delivery = 'r', at = 2, proofs }: Given): StoredDocument {
  const document = readDocument(path, bytes)
  const time = NOON + at * HOUR
  const receipt: TimeProof = { kind: 'witnessed', at: time, by: 'Waybill', signature: null }
  return {
    document,
    signedSha256: 'envelope' in document ? toHex(sha256(document.envelope.signedBytes)) : null,
    sightings: [{ deliveryId: delivery, at: time, path, by: 'ci' }],
    proofs: proofs ?? [receipt],
  }
}

const byKey: Given = { bytes: metablock(BUILD, [alice]), path: `build.${alice.keyid.slice(0, 8)}.link` }
const bySvid = (by: TestCertificate, more: Partial<Given> = {}, document = packed()): Given => ({
  bytes: certifiedMetablock(document, [{ by }]),
  path: `pack.${by.keyid.slice(0, 8)}.link`,
  ...more,
})

const delivery = (id: string): Delivery => ({
  ...{ id, kind: 'pushed', softwareId: 'payments', issuer: 'ci', label: id, attempt: 1 },
  ...{ openedAt: NOON, closesAt: NOON + 24 * HOUR },
})

function storeOf(given: readonly Given[], more: Partial<SelectInput> = {}) {
  return openStore({
    softwareId: 'payments',
    layout: LAYOUT,
    layoutKeys: [owner.key],
    parameters: null,
    finalFiles: [],
    documents: given.map(stored),
    deliveries: [delivery('r'), delivery('other')],
    waiting: HOUR,
    at: NOON + 48 * HOUR,
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
    certificates: { verifyCertificate, intermediates: [], bundles: [] },
    ...more,
  })
}

function judged(given: readonly Given[], more: Partial<SelectInput> = {}) {
  const store = storeOf(given, more)
  return findBuilds(store).map((build) => ({ build, ...judgeBuild(store, build) }))
}
const said = (given: readonly Given[], more: Partial<SelectInput> = {}) =>
  judged(given, more).map(({ build, report }) => [build.deliveryId, report.verdict, report.reasons[0]?.code])

describe('a final link whose certificate ended before anybody received it', () => {
  test('is a build that nobody can tell, with the reason; received in time it is allowed', () => {
    expect(said([byKey, bySvid(svid, { at: 0.5 })])).toEqual([['r', 'allow', undefined]])
    const [late, ...more] = judged([byKey, bySvid(svid, { at: 2 })])
    expect(more).toEqual([])
    expect(late?.report.verdict).toBe('cannot-tell')
    expect(late?.report.reasons[0]).toMatchObject({
      code: 'CERT_EXPIRED_NO_TIMESTAMP',
      severity: 'cannot-tell',
      step: 'pack',
    })
    expect(late?.report.reasons.map(({ message }) => message).join('\n')).toContain('2026-05-10T13:00:00Z')
    expect([...(late?.files.keys() ?? [])]).toEqual(['image'])
    expect(late?.evidence.find(({ step }) => step === 'pack')).toMatchObject({ role: 'considered' })
    expect(late?.report.steps[1]).toMatchObject({ outcome: 'failed', counted: [] })
  })

  test('starts one in no delivery as well', () => {
    const [late] = judged([byKey, bySvid(svid, { delivery: null })])
    expect([late?.build.deliveryId, late?.report.verdict]).toEqual([null, 'cannot-tell'])
    expect(late?.report.reasons.map(({ code }) => code)).toContain('CERT_EXPIRED_NO_TIMESTAMP')
  })

  test('is the same build as one that counts: nothing is shown twice', () => {
    const again = makeSvid(root, PACK, during(0, 3))
    const both = [byKey, bySvid(svid, { at: 2 }), bySvid(again, { at: 2.1 })]
    expect(said(both)).toEqual([['r', 'allow', undefined]])
  })

  test('does not become allowed by what else the run, or another, holds', () => {
    const good = makeSvid(root, PACK, during(0, 30))
    const other = bySvid(good, { at: 2.1 }, packed('another'))
    const mixed: Partial<SelectInput> = { mixedRuns: true, sharedSteps: new Set(['build', 'pack']) }
    const elsewhere = { delivery: 'other', at: 3 }
    for (const more of [{}, mixed]) {
      for (const beside of [
        [other],
        [{ ...other, ...elsewhere }],
        [bySvid(good, elsewhere)],
        [bySvid(good, { ...elsewhere, delivery: null })],
        [bySvid(good, elsewhere), { ...byKey, ...elsewhere }],
      ]) {
        const all = judged([byKey, bySvid(svid, { at: 2 }), ...beside], more)
        const unproven = all.filter(({ build }) => build.unproven)
        expect(unproven.length).toBe(1)
        expect(unproven[0]?.report.verdict).not.toBe('allow')
      }
    }
  })

  test('is not one where it is no link of the step, or its signer none whom the step asks for', () => {
    const stranger = makeSvid(root, 'spiffe://example.org/ci/other', during(0, 1))
    const foreign = makeSvid(makeAuthority('foreign', 'example.org'), PACK, during(0, 1))
    expect(said([byKey, bySvid(stranger)])).toEqual([])
    expect(said([byKey, bySvid(foreign)])).toEqual([])
    expect(said([byKey, bySvid(svid, {}, packed('image', 'build'))])).toEqual([])
    const forged = bySvid(svid)
    const changed = new TextEncoder().encode(
      new TextDecoder().decode(forged.bytes).replace('"stdout": ""', '"stdout": "x"'),
    )
    expect(said([byKey, { ...forged, bytes: changed }])).toEqual([])
  })

  test('says of each build what is wrong with its own link, and weighs it so', () => {
    const one = bySvid(svid)
    const two = bySvid(makeSvid(root, PACK, during(0, 1)), {}, packed('another'))
    const fresh = makeSvid(root, PACK, during(0, 30))
    const three = bySvid(fresh, {}, packed('a third'))
    const revokedKeys = [{ keys: [fresh.key.key.fingerprint], at: NOON }]
    const reason = (image: string, more: Partial<SelectInput> = {}) => {
      const found = judged([byKey, one, two, three], more).find(
        ({ files }) => files.get('image')?.sha256 === digestOf(image),
      )
      const own = found?.report.reasons.find(({ step, code }) => step === 'pack' && code !== 'STEP_MISSING')
      return [found?.build.unproven, own?.code, own?.severity, found?.report.steps[1]?.skipped.length]
    }
    const chosen = (image: string, more: Partial<SelectInput>, beside: readonly Given[] = []) => {
      const store = storeOf([byKey, one, two, three, ...beside], more)
      const build = findBuilds(store).find(({ files }) => files.get('image')?.sha256 === digestOf(image))
      return build === undefined ? null : selectEvidence(store, build).choices[1]?.problems
    }
    const problem = (code: string, severity: string, when: string) => ({
      code,
      severity,
      message: `Nothing proves that the final link of this build (pack) was signed ${when}, so that nothing can be said of what it made.`,
    })
    const inTime = 'while its certificate was valid, or before its key was revoked'
    expect(chosen('image', { revokedKeys })).toEqual([problem('CERT_EXPIRED_NO_TIMESTAMP', 'cannot-tell', inTime)])
    expect(chosen('a third', { revokedKeys })).toEqual([problem('KEY_REVOKED', 'deny', 'before its key was revoked')])
    // of several with the same files the heavier
    const both = chosen('image', { revokedKeys }, [bySvid(fresh)])
    expect(both).toEqual([problem('KEY_REVOKED', 'deny', 'before its key was revoked')])
    expect(reason('image', { revokedKeys })).toEqual([true, 'CERT_EXPIRED_NO_TIMESTAMP', 'cannot-tell', 1])
    expect(reason('another', { revokedKeys })).toEqual([true, 'CERT_EXPIRED_NO_TIMESTAMP', 'cannot-tell', 1])
    expect(reason('a third', { revokedKeys })).toEqual([true, 'KEY_REVOKED', 'deny', 1])
    // the two that cannot count are shown beside it
    expect(reason('a third')).toEqual([undefined, undefined, undefined, 2])
  })

  test('of a step that is not the final one starts nothing', () => {
    const finalFiles = [{ step: 'build', pattern: '*' }]
    expect(said([byKey, bySvid(svid)], { finalFiles })).toEqual([['r', 'cannot-tell', 'CERT_EXPIRED_NO_TIMESTAMP']])
  })

  test('has a key of its own, which changes when a proof comes', () => {
    const link = bySvid(svid)
    const inputs = (at: number) => judged([byKey, { ...link, at }]).map((one) => one.inputs)[0]
    expect(inputs(2)).toBe(inputs(2))
    expect(inputs(2)).not.toBe(inputs(0.5))
  })
})

describe('a final link whose certificate is still valid', () => {
  const link = bySvid(svid, { at: 0.2 })
  const at = (hours: number) => ({ at: NOON + hours * HOUR })

  test('and that nobody received: allowed until the certificate ends, and judged again then', () => {
    const loose = { ...link, proofs: [] }
    const [now] = judged([byKey, loose], at(0.5))
    expect([now?.report.verdict, now?.validUntil]).toEqual(['allow', NOON + HOUR + 1])
    expect(judged([byKey, loose], at(0.6))[0]?.inputs).toBe(now?.inputs)
    const [after] = judged([byKey, loose], { at: NOON + HOUR + 1 })
    expect(after?.report.verdict).toBe('cannot-tell')
  })

  test('and that somebody received: the proof is part of the verdict’s key, and who signed of what it looked at', () => {
    const [found] = judged([byKey, link], at(0.5))
    const [another] = judged([byKey, { ...link, at: 0.3 }], at(0.5))
    const by = (name: string): TimeProof => ({ kind: 'witnessed', at: NOON + 0.2 * HOUR, by: name, signature: null })
    const keys = ['a', 'b'].map((name) => judged([byKey, { ...link, proofs: [by(name)] }], at(0.5))[0]?.inputs)
    expect(new Set([found?.inputs, another?.inputs, ...keys]).size).toBe(4)
    expect(found?.validUntil).toBe(Date.parse('2040-01-01T00:00:00Z'))
    expect(found?.evidence.map(({ step, signer }) => [step, signer])).toEqual([
      ['build', undefined],
      ['pack', PACK],
    ])
  })
})
