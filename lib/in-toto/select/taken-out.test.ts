import { describe, expect, test } from 'vitest'
import { sha256, toHex, utf8 } from '#lib/crypto/index.ts'
import { type Brought, EvidenceStore } from '#lib/testing/evidence-store.ts'
import { addRun, brought, LAYOUT, links, manager, owner, packer, storeWith } from '#lib/testing/five-steps.ts'
import { readDocument } from '../index.ts'
import { findBuilds, openStore } from './builds.ts'
import type { SelectInput, TakenOut } from './input.ts'
import { judgeBuild } from './judge-build.ts'
import { withoutTakenOut } from './taken-out.ts'

function out({ bytes, path }: Brought, more: Partial<TakenOut> = {}): Partial<SelectInput> {
  const document = readDocument(path, bytes)
  if (!('envelope' in document)) throw new Error(document.problem.message)
  const signedSha256 = toHex(sha256(document.envelope.signedBytes))
  return { takenOut: [{ signedSha256, by: 'Ada', reason: 'signed by mistake', ...more }] }
}

const told = (store: EvidenceStore, settings: Partial<SelectInput>, id = 'r1') =>
  store
    .verdict(id, 10_000, settings)
    .reasons.filter(({ code }) => code === 'TAKEN_OUT')
    .map(({ message, severity, strictOnly }) => [message, severity, strictOnly])

describe('evidence that somebody took out of consideration', () => {
  test('neither helps nor hurts, and the verdict says so, with who and why', () => {
    const { store, brought: made } = storeWith('r1')
    const approval = brought(made, 'approve')
    const settings = out(approval)
    const report = store.verdict('r1', 10_000, settings)
    expect([report.verdict, report.reasons[0]?.code]).toEqual(['deny', 'STEP_MISSING'])
    const message = `${approval.path} (approve) was taken out of consideration by Ada: signed by mistake`
    expect(told(store, settings)).toEqual([[message, 'warning', true]])
    const [found] = store.judge(10_000, settings)
    expect(found?.judged.evidence).toContainEqual({
      ...{ sha256: toHex(sha256(approval.bytes)), role: 'considered', step: 'approve' },
      reason: 'It was taken out of consideration by Ada: signed by mistake',
    })
    expect(found?.judged.inputs).not.toBe(store.judge()[0]?.judged.inputs)
    // a second, harmful one beside the good
    const harmful = store.bring('r1', 1, { ...links('r1').approve, materials: { a: 'a' } }, manager)
    expect(store.verdict('r1').verdict).not.toBe('allow')
    expect(store.verdict('r1', 10_000, out(harmful)).verdict).toBe('allow')
  })

  test('is told of builds that would have looked at it: of its run, of a later attempt, of none', () => {
    const store = new EvidenceStore(LAYOUT, owner)
    addRun(store, 'r1', 0, ['package'])
    const early = store.bring('r1', 0, { ...links('r1').approve, stdout: 'early' }, manager)
    store.run({ id: 'r1 again', label: 'r1', attempt: 2, openedAt: 30 })
    addRun(store, 'other', 500)
    const loose = store.bring(null, 500, { ...links('r1').approve, stdout: 'loose' }, manager)
    store.bring('r1 again', 31, links('r1').package, packer)
    expect(told(store, out(early), 'r1 again')).toHaveLength(1)
    expect(told(store, out(early), 'other')).toHaveLength(0)
    expect(told(store, out(loose), 'r1 again')).toHaveLength(1)
    expect(told(store, out(loose), 'other')).toHaveLength(1)
    // one that both runs hold is told of both
    store.again('other', 501, early)
    expect(told(store, out(early), 'r1 again')).toHaveLength(1)
    expect(told(store, out(early), 'other')).toHaveLength(1)
  })

  test('is called by its digest where it has no name, and by its kind where it names no step', () => {
    const { store } = storeWith('r1')
    const bytes = utf8('{"no": "envelope"}')
    store.again('r1', 1, { step: 'test', bytes, path: '', delivery: 'r1', at: 1 })
    const digest = toHex(sha256(bytes))
    const settings = { takenOut: [{ signedSha256: digest, by: 'Ada', reason: 'noise' }] }
    expect(told(store, settings)).toEqual([
      [`${digest.slice(0, 12)} (unknown) was taken out of consideration by Ada: noise`, 'warning', true],
    ])
    const layout = { step: 'build', bytes: store.layoutBytes, path: 'a.layout', delivery: 'r1', at: 1 }
    store.again('r1', 1, layout)
    expect(told(store, out(layout)).map(([message]) => message)).toEqual([
      'a.layout (layout) was taken out of consideration by Ada: signed by mistake',
    ])
  })

  test('twenty of them at most are told', () => {
    const { store } = storeWith('r1')
    const all = Array.from({ length: 21 }, (_, i) =>
      store.bring('r1', 1, { ...links('r1').approve, stdout: `${i}` }, manager),
    )
    const takenOut = all.flatMap((one) => out(one).takenOut ?? [])
    expect(told(store, { takenOut })).toHaveLength(20)
    const opened = openStore(store.input(10_000, { takenOut }))
    const [build] = findBuilds(opened)
    if (build === undefined) throw new Error('no build')
    expect(judgeBuild(opened, build).report.verdict).toBe('allow')
  })

  test('nothing taken out changes nothing', () => {
    const input = storeWith('r1').store.input(10_000)
    expect(withoutTakenOut(input)).toEqual({ kept: input, excluded: [] })
    expect(withoutTakenOut({ ...input, takenOut: [] }).kept).toEqual({ ...input, takenOut: [] })
    const none = { ...input, takenOut: [{ signedSha256: 'a'.repeat(64), by: 'Ada', reason: 'x' }] }
    expect(withoutTakenOut(none).kept.documents).toEqual(input.documents)
  })
})
