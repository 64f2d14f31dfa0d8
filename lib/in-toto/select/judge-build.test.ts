import { describe, expect, test } from 'vitest'
import { digestOf, layoutDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { changed } from '#lib/testing/choices.ts'
import { EvidenceStore, MINUTE, START } from '#lib/testing/evidence-store.ts'
import {
  addRun,
  brought,
  ci,
  LAYOUT,
  links,
  manager,
  other,
  owner,
  packer,
  STEPS,
  storeWith,
  stranger,
  tester,
} from '#lib/testing/five-steps.ts'
import { readDocument } from '../index.ts'
import { findBuilds, openStore } from './builds.ts'
import type { SelectInput } from './input.ts'
import { judgeBuild, judgeLost } from './judge-build.ts'

const run = links('r1')

function judged(store: EvidenceStore, id: string, at = 10_000, more: Partial<SelectInput> = {}) {
  const found = store.judge(at, more).filter(({ build }) => build.deliveryId === id)
  const [only] = found
  if (only === undefined || found.length > 1) throw new Error(`${found.length} builds in ${id}`)
  return only.judged
}

describe('the key of a verdict', () => {
  const key = (more: Partial<SelectInput> = {}, at = 10_000, with_ = (_: EvidenceStore) => undefined as unknown) => {
    const { store } = storeWith('r1')
    with_(store)
    return judged(store, 'r1', at, more).inputs
  }

  test('is the same at another second, and whatever other runs hold', () => {
    const one = key()
    expect(one).toMatch(/^[0-9a-f]{64}$/)
    expect(key({}, 10_001)).toBe(one)
    expect(key({}, 10_000, (store) => addRun(store, 'r2', 500))).toBe(one)
    expect(key({ sharedSteps: new Set(), mixedRuns: false, runIdPaths: [], sublayouts: new Map() })).toBe(one)
  })

  test('is another with whatever else the binding, or the layout, says', () => {
    const read = readDocument('root.layout', metablock(layoutDocument({ ...LAYOUT, readme: 'other' }), [owner]))
    if (!('envelope' in read)) throw new Error(read.problem.message)
    const keys = [
      key(),
      key({ layout: read }),
      key({ layoutKeys: [owner.key, other.key] }),
      key({ parameters: new Map() }),
      key({ parameters: new Map([['a', 'b']]) }),
      key({ finalFiles: [{ step: 'package', pattern: '*' }] }),
      key({ waiting: 61 * MINUTE }),
      key({ softwareId: 'payments', runIdPaths: [['environment', 'run']] }),
      key({ sharedSteps: new Set(['clone']) }),
      key({ sharedSteps: new Set(['clone', 'build']) }),
      key({ mixedRuns: true }),
      key({ sublayouts: new Map([['clone', 'a'.repeat(64)]]) }),
      key({ forms: new Map([['clone', { form: 'link-statement' }]]) }),
      key({ truncated: true }),
      key({}, 1_000_000),
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(key({ sharedSteps: new Set(['build', 'clone']) })).toBe(key({ sharedSteps: new Set(['clone', 'build']) }))
    const two = [new Map([['a', '1']]).set('b', '2'), new Map([['b', '2']]).set('a', '1')]
    expect(key({ parameters: two[0] ?? null })).toBe(key({ parameters: two[1] ?? null }))
  })

  test('is another with other evidence in the run, whether it counts or not', () => {
    const keys = [
      key(),
      key({}, 10_000, (store) => store.bring('r1', 1, { ...run.test, stdout: 'again' }, tester)),
      key({}, 10_000, (store) => store.bring('r1', 1, { ...run.test, products: { result: 'FAIL' } }, stranger)),
      key({}, 10_000, (store) => store.bring(null, 1, { ...run.build, products: { app: 'rebuilt' } }, ci)),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('knows where a link was seen, and when first', () => {
    const keys = [0, 1].map((at) => {
      const { store } = storeWith('r1', 0, ['test'])
      store.bring('r1', at, run.test, tester)
      return judged(store, 'r1').inputs
    })
    expect(keys[0]).not.toBe(keys[1])
  })
})

describe('how long a verdict holds', () => {
  const until = (store: EvidenceStore, at: number) => {
    const { validUntil } = judged(store, 'r1', at)
    return validUntil === null ? null : (validUntil - START) / MINUTE
  }
  const expires = (LAYOUT.expires.getTime() - START) / MINUTE

  test('until the layout expires, or for ever', () => {
    const { store } = storeWith('r1')
    expect(until(store, 30)).toBe(expires)
    expect(until(store, expires - 1)).toBe(expires)
    expect(until(store, expires)).toBe(null)
  })

  test('where evidence is still to come, no longer than the waiting time', () => {
    const { store } = storeWith('r1', 5, ['approve'])
    expect(until(store, 30)).toBe(65)
    expect(until(store, 64)).toBe(65)
    expect(until(store, 65)).toBe(expires)
  })
})

describe('what a verdict looked at', () => {
  test('is told with its role and the reason, each document once for a step', () => {
    const { store, brought: made } = storeWith('r1')
    const foreign = store.bring('r1', 1, { ...run.test, stdout: 'by nobody' }, stranger)
    const rebuilt = store.bring(null, 1, { ...run.build, products: { ...run.build.products, app: 'rebuilt' } }, ci)
    const { evidence } = judged(store, 'r1')
    const of = ({ bytes, path }: { readonly bytes: Uint8Array; readonly path: string }) => {
      const { sha256 } = readDocument(path, bytes)
      return evidence.filter((one) => one.sha256 === sha256)
    }
    for (const step of ['clone', 'build', 'test', 'approve', 'package'] as const) {
      expect(of(brought(made, step))).toMatchObject([{ role: 'selected', step, reason: null }])
      expect(of(brought(made, step))[0]).not.toHaveProperty('signer')
    }
    expect(of(foreign)).toMatchObject([{ role: 'considered', step: 'test' }])
    expect(of(foreign)[0]?.reason).toContain('may not sign for step "test"')
    expect(of(rebuilt)).toEqual([
      {
        ...{ sha256: readDocument('', rebuilt.bytes).sha256, role: 'considered', step: 'build' },
        reason: 'It records the same materials with other products, in another run.',
      },
    ])
    const order = evidence.map(({ step, sha256 }) => `${step} ${sha256}`)
    expect(order).toEqual(order.toSorted())
  })

  test('passed over is what another run lends', () => {
    const { store, brought: made } = storeWith('old')
    addRun(store, 'r1', 500, ['approve'])
    store.again('r1', 501, brought(made, 'approve'))
    const { evidence } = judged(store, 'r1')
    expect(evidence.filter(({ step }) => step === 'approve')).toMatchObject([
      { role: 'considered', reason: 'the same signed bytes were seen before, in another run' },
    ])
  })
})

describe('what in-toto would say of the folder', () => {
  test('is asked of every link of the run, those that were passed over, too', () => {
    const { store } = storeWith('r1')
    expect(judged(store, 'r1').report.referenceVerdict).toBe('allow')
    const layout = changed('package', { keys: [packer.key, other.key, tester.key], threshold: 2 })
    const old = new EvidenceStore(layout, owner).run({ id: 'old' })
    const dissent = old.bring('old', 0, { ...run.package, products: { 'app.tgz': 'else' } }, tester)
    addRun(old, 'r1', 500)
    old.bring('r1', 500, { ...run.package, stdout: 'also' }, other)
    expect(judged(old, 'r1').report.referenceVerdict).toBe('allow')
    old.again('r1', 501, dissent)
    expect(judged(old, 'r1').report).toMatchObject({ verdict: 'cannot-tell', referenceVerdict: 'deny' })
  })
})

describe('several links that fit', () => {
  /** Two approvals from elsewhere that list the final file. */
  function approved(...materials: readonly Readonly<Record<string, string>>[]) {
    const layout = changed('approve', { materials: ['DISALLOW virus', 'ALLOW *'] })
    const { store } = storeWith('r1', 0, ['approve'], layout)
    store.run({ id: 'late', openedAt: 500 })
    for (const more of materials)
      store.bring('late', 500, { ...run.approve, materials: { 'app.tgz': 'tgz r1', ...more } }, manager)
    return judged(store, 'r1').report
  }

  test('have to pass all', () => {
    const report = approved({}, { notes: 'x' })
    expect(report.verdict).toBe('allow')
    expect(report.reasons.map(({ code }) => code)).toEqual(['MIXED_RUNS', 'MIXED_RUNS'])
  })

  test('some pass: nobody can tell, what fails follows, and both are named', () => {
    const report = approved({}, { virus: 'x' })
    expect(report.verdict).toBe('cannot-tell')
    const [first, ...rest] = report.reasons
    expect(first).toMatchObject({ code: 'MIXED_RUNS', severity: 'cannot-tell', step: 'approve' })
    expect(first?.message).toMatch(/passes with some of them only: approve\.\w{8}\.link, approve\.\w{8}\.link/)
    const failing = rest.filter(({ severity }) => severity !== 'warning')
    expect(failing.map(({ follows }) => follows)).toEqual(failing.map(() => 0))
    expect(failing.length).toBeGreaterThan(0)
  })

  test('none passes: denied', () => {
    const report = approved({ virus: 'x' }, { virus: 'y' })
    expect([report.verdict, report.reasons[0]?.code]).toEqual(['deny', 'ARTIFACT_UNEXPECTED'])
  })
})

test('more evidence than was gathered: nobody can tell', () => {
  const { store } = storeWith('r1')
  const { report } = judged(store, 'r1', 10_000, { truncated: true })
  expect([report.verdict, report.reasons.map(({ code }) => code)]).toEqual(['cannot-tell', ['LIMIT']])
  expect(report.reasons[0]?.message).toContain('More links list the final file than are looked at')
})

describe('a build that the layout in force no longer makes', () => {
  function lost(more: (store: EvidenceStore) => unknown = () => undefined) {
    const { store, brought: made } = storeWith('r1')
    more(store)
    const opened = openStore(store.input(10_000))
    const [build] = findBuilds(opened)
    if (build === undefined) throw new Error('no build')
    return { made, build, opened, ...judgeLost(opened, { ...build, step: 'retired' }) }
  }

  test('is never allowed, and nothing is said to be missing', () => {
    const { report } = lost()
    expect(report.verdict).toBe('cannot-tell')
    expect(report.reasons.filter(({ severity }) => severity !== 'warning').map(({ code }) => code)).toEqual([
      'NOT_FINAL',
    ])
    expect(report.reasons[0]?.message).toContain('retired of this run is no final link')
    expect(report.reasons.map(({ code }) => code)).not.toContain('STEP_MISSING')
    expect(report.steps.flatMap(({ counted }) => counted)).toEqual([])
  })

  test('holds for ever, under a key of its own, with what cannot count', () => {
    const { validUntil, inputs, evidence, opened, build, files } = lost((store) =>
      store.bring('r1', 1, { ...run.test, stdout: 'by nobody' }, stranger),
    )
    expect(validUntil).toBe(null)
    expect(inputs).not.toBe(judgeBuild(opened, build).inputs)
    expect(evidence.map(({ role, step }) => [role, step])).toEqual([['considered', 'test']])
    expect(files.get('app.tgz')).toEqual({ sha256: digestOf('tgz r1') })
  })
})

test('judging is given what was chosen: the verdict of an unlabelled build has its final link', () => {
  const store = new EvidenceStore(LAYOUT, owner)
  store.bring(null, 0, run.package, packer)
  const opened = openStore(store.input(10_000))
  const [build] = findBuilds(opened)
  if (build === undefined) throw new Error('no build')
  const { report } = judgeBuild(opened, build)
  expect(report.steps.map(({ name, counted }) => [name, counted.length])).toEqual(
    STEPS.map((step) => [step, step === 'package' ? 1 : 0]),
  )
})

describe('judging a build is given all that was said', () => {
  const TWO = changed('approve', { keys: [manager.key, other.key], threshold: 2 })
  const approvedTwice = () => {
    const { store } = storeWith('r1', 0, [], TWO)
    store.bring('r1', 1, { ...run.approve, stdout: 'also' }, other)
    return store
  }
  const keyOf = (store: EvidenceStore, more: Partial<SelectInput>) => judged(store, 'r1', 10_000, more).inputs
  const said = (store: EvidenceStore, more: Partial<SelectInput>) => {
    const { verdict, reasons } = judged(store, 'r1', 10_000, more).report
    return [verdict, reasons[0]?.code]
  }

  test('who is one functionary under several keys', () => {
    const both = (name: string): SelectInput['functionaries'] => [
      { name, keys: [manager.key.fingerprint, other.key.fingerprint], spiffeIds: [] },
    ]
    const store = approvedTwice()
    expect(said(store, {})).toEqual(['allow', undefined])
    expect(said(store, { functionaries: both('Maria') })[0]).toBe('deny')
    // as whom they count is part of the key of the verdict
    const one = (name: string) => ({ functionaries: [{ name, keys: [manager.key.fingerprint], spiffeIds: [] }] })
    expect(new Set([keyOf(store, {}), keyOf(store, one('Maria')), keyOf(store, one('Mary'))]).size).toBe(3)
  })

  test('which keys are revoked, and when the layout was signed', () => {
    const { store } = storeWith('r1')
    const revokedKeys = [{ keys: [owner.key.fingerprint], at: START + 5 * MINUTE }]
    const proof = (minutes: number) => ({
      layoutProofs: [{ kind: 'witnessed' as const, at: START + minutes * MINUTE, by: 'Ada', signature: null }],
    })
    expect(said(store, { revokedKeys })[0]).toBe('cannot-tell')
    expect(said(store, { revokedKeys, ...proof(6) })[0]).toBe('deny')
    expect(said(store, { revokedKeys, ...proof(4) })[0]).toBe('allow')
    // since when is part of the key, too
    const later = [{ keys: [owner.key.fingerprint], at: START + 7 * MINUTE }]
    expect(keyOf(store, { revokedKeys, ...proof(4) })).not.toBe(keyOf(store, { revokedKeys: later, ...proof(4) }))
  })

  test('which owner keys nobody can read', () => {
    const { store } = storeWith('r1')
    const unusableKeys = [{ source: 'owner.pub', message: 'It is no key.' }]
    expect(said(store, { unusableKeys })[0]).not.toBe('allow')
  })

  test('in which form evidence comes', () => {
    const { store } = storeWith('r1')
    const forms: SelectInput['forms'] = new Map([['clone', { form: 'link-statement' }]])
    expect(said(store, { forms })[0]).not.toBe('allow')
  })

  test('until a key expires, one of its subkeys, or one of the owners', () => {
    const { store } = storeWith('r1')
    const seconds = (minutes: number) => START / 1000 + minutes * 60
    const until = (key: (typeof owner)['key']) => {
      const { validUntil } = judged(store, 'r1', 100, { layoutKeys: [key] })
      return validUntil === null ? null : (validUntil - START) / MINUTE
    }
    const never = until(owner.key)
    expect(until({ ...owner.key, expiresAt: seconds(200) })).toBe(200)
    expect(until({ ...owner.key, expiresAt: seconds(99) })).toBe(never)
    const sub = { ...other.key, expiresAt: seconds(150) }
    expect(until({ ...owner.key, expiresAt: seconds(200), subkeys: new Map([[sub.keyid, sub]]) })).toBe(150)
  })
})
