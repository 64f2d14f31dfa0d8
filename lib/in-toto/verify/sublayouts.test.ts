import { describe, expect, test } from 'vitest'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { type LayoutSpec, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import type { Candidate, LinkStore, Report, VerifyInput } from '../index.ts'
import { LIMITS, readDocument, verifyLayout } from '../index.ts'

const AT = Date.parse('2026-06-01T00:00:00Z')
const EXPIRES = new Date('2040-01-01T00:00:00Z')
const [owner, alice, bob] = [makeKey('owner'), makeKey('alice'), makeKey('bob')]

const fileOf = (step: string, signer: TestKey, bytes: Uint8Array): Candidate => {
  const keyid = signer.keyid.slice(0, 8)
  return { document: readDocument(`${step}.${keyid}.link`, bytes), keyid }
}
/** A layout with one step, which is done by whoever signs it. */
const layoutOf = (signer: TestKey, name = 'sub', more: Partial<LayoutSpec> = {}) =>
  metablock(
    layoutDocument({ expires: EXPIRES, steps: [{ name, keys: [signer.key], products: ['ALLOW *'] }], ...more }),
    [signer],
  )
const linkBy = (signer: TestKey, name: string, file = 'app', content = 'good') =>
  fileOf(name, signer, metablock(linkDocument({ name, products: { [file]: content } }), [signer]))
const store = (steps: Record<string, readonly Candidate[]>, namespaces: Record<string, LinkStore> = {}): LinkStore => ({
  steps: new Map(Object.entries(steps)),
  namespaces: new Map(Object.entries(namespaces)),
})
const folder = (step: string, signer: TestKey) => `${step}.${signer.keyid.slice(0, 8)}`

function judge(layout: Uint8Array, links: LinkStore, more: Partial<VerifyInput> = {}): Report {
  return verifyLayout({
    layout: readDocument('root.layout', layout),
    layoutKeys: [owner.key],
    links,
    at: AT,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
    ...more,
  })
}

describe('a sublayout within others', () => {
  /** Layouts within each other, all by the owner, the innermost over a link. */
  const nested = ([bytes, ...rest]: readonly Uint8Array[]): LinkStore =>
    bytes === undefined
      ? store({ sub: [linkBy(owner, 'sub')] })
      : store({ sub: [fileOf('sub', owner, bytes)] }, { [folder('sub', owner)]: nested(rest) })
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, index) => layoutOf(owner, 'sub', { readme: `${index}` }))

  test('is verified as deep as the limit says, and no deeper', () => {
    expect(judge(layoutOf(owner), nested(numbered(LIMITS.sublayoutDepth))).verdict).toBe('allow')
    const report = judge(layoutOf(owner), nested(numbered(LIMITS.sublayoutDepth + 1)))
    expect(report.verdict).toBe('deny')
    expect(report.reasons[0]).toMatchObject({
      code: 'SUBLAYOUT_FAILED',
      message: `Sublayouts are nested more than ${LIMITS.sublayoutDepth} deep.`,
      strictOnly: true,
      path: Array.from({ length: LIMITS.sublayoutDepth }, () => 'sub'),
    })
    expect(report.reasons.some(({ message }) => message.includes('does not pass'))).toBe(true)
  })

  test('does not contain itself, nor one that contains it', () => {
    const [one, two, three] = numbered(3)
    for (const [root, inner] of [
      [one, [one]],
      [one, [two, one]],
      [one, [two, three, two]],
      [one, [two, three, one]],
    ] as const) {
      const report = judge(root ?? layoutOf(owner), nested(inner.flatMap((bytes) => bytes ?? [])))
      expect(report.verdict).toBe('deny')
      expect(report.reasons[0]?.message).toMatch(/^The sublayout [0-9a-f]{12} contains itself\.$/)
      expect(report.reasons[0]?.path ?? []).toHaveLength(inner.length - 1)
    }
  })
})

describe('sublayouts that stand for one step', () => {
  const outer = (threshold: number) =>
    metablock(
      layoutDocument({
        expires: EXPIRES,
        steps: [{ name: 'build', keys: [alice.key, bob.key], threshold, products: ['ALLOW *'] }],
      }),
      [owner],
    )
  const both = [alice, bob].map((signer) => fileOf('build', signer, layoutOf(signer, 'compile')))
  const within = (inner: Record<string, LinkStore>) => store({ build: both }, inner)
  const done = (signer: TestKey, content = 'good') => store({ compile: [linkBy(signer, 'compile', 'app', content)] })

  test('are each verified by the key of whoever signed it, over the links of its own folder', () => {
    const good = { [folder('build', alice)]: done(alice), [folder('build', bob)]: done(bob) }
    expect(judge(outer(2), within(good)).verdict).toBe('allow')
    const crossed = { [folder('build', alice)]: done(bob), [folder('build', bob)]: done(alice) }
    expect(judge(outer(2), within(crossed)).verdict).toBe('deny')
  })

  test('each have to pass: one that does not is not made up for by the other', () => {
    for (const [failing, passing] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const report = judge(outer(1), within({ [folder('build', passing)]: done(passing) }))
      expect(report.verdict).toBe('deny')
      const failed = report.reasons.filter(({ code }) => code === 'SUBLAYOUT_FAILED')
      expect(failed.map(({ message }) => message)).toEqual([
        `The sublayout ${folder('build', failing)}.link of step build does not pass.`,
      ])
      const checks = report.checks.filter(({ id }) => id === 'step.build.sublayout')
      expect(checks.map(({ outcome }) => outcome).toSorted()).toEqual(['failed', 'passed'])
    }
  })

  test('are shown by the first of them, and told by the first that fails', () => {
    const report = judge(outer(2), store({ build: both }))
    const [first] = report.steps[0]?.counted ?? []
    expect(report.steps[0]?.sublayout?.layout.sha256).toBe(first?.sha256)
    const failed = report.reasons.filter(({ code }) => code === 'SUBLAYOUT_FAILED')
    expect(failed).toHaveLength(1)
    expect(failed[0]?.message).toContain(first?.source)
    expect(report.steps[0]?.sublayout?.verdict).toBe('deny')
  })

  test('have to say the same about files', () => {
    const apart = { [folder('build', alice)]: done(alice), [folder('build', bob)]: done(bob, 'evil') }
    expect(judge(outer(2), within(apart)).reasons.map(({ code }) => code)).toContain('SIGNERS_DISAGREE')
  })
})

describe('what is found in a sublayout', () => {
  const outer = metablock(
    layoutDocument({ expires: EXPIRES, steps: [{ name: 'build', keys: [alice.key], products: ['ALLOW *'] }] }),
    [owner],
  )
  const judgeInner = (more: Partial<LayoutSpec>, inner: readonly Candidate[], input: Partial<VerifyInput> = {}) => {
    const sublayout = fileOf('build', alice, layoutOf(alice, 'compile', more))
    const links = store({ build: [sublayout] }, { [folder('build', alice)]: store({ compile: inner }) })
    return judge(outer, links, input)
  }
  const sublayoutIn = (report: Report) => report.steps[0]?.sublayout

  test('by us alone does not make in-toto’s answer a no; anything else does', () => {
    const ours = judgeInner({}, [linkBy(alice, 'compile', './app')])
    expect([ours.verdict, sublayoutIn(ours)?.verdict, sublayoutIn(ours)?.referenceVerdict]).toEqual([
      'deny',
      'deny',
      'allow',
    ])
    expect(ours.reasons.find(({ code }) => code === 'SUBLAYOUT_FAILED')?.strictOnly).toBe(true)
    const missing = judgeInner({}, [])
    expect([missing.verdict, sublayoutIn(missing)?.referenceVerdict]).toEqual(['deny', 'deny'])
    expect(missing.reasons.find(({ code }) => code === 'SUBLAYOUT_FAILED')?.strictOnly).toBe(false)
    const warned = judgeInner({ steps: [{ name: 'compile', keys: [alice.key] }] }, [linkBy(alice, 'compile')])
    expect(sublayoutIn(warned)?.reasons.map(({ severity }) => severity)).toEqual(['warning'])
    expect([warned.verdict, sublayoutIn(warned)?.verdict, sublayoutIn(warned)?.referenceVerdict]).toEqual([
      'allow',
      'allow',
      'allow',
    ])
  })

  test('and is a mere warning for in-toto too leaves its answer a yes', () => {
    const steps = [{ name: 'compile', keys: [alice.key], command: ['cc'], products: ['ALLOW *'] }]
    const report = judgeInner({ steps }, [linkBy(alice, 'compile')])
    expect(sublayoutIn(report)?.reasons).toMatchObject([
      { code: 'COMMAND_MISMATCH', severity: 'warning', strictOnly: false },
    ])
    expect([report.verdict, sublayoutIn(report)?.referenceVerdict]).toEqual(['allow', 'allow'])
  })

  test('is the same whatever parameters the layout outside is given', () => {
    const steps = [{ name: 'compile', keys: [alice.key], products: ['CREATE {name}', 'DISALLOW *'] }]
    const parameters = new Map([['name', 'app']])
    expect(judgeInner({ steps }, [linkBy(alice, 'compile')], { parameters }).verdict).toBe('deny')
    expect(judgeInner({ steps }, [linkBy(alice, 'compile', '{name}')], { parameters }).verdict).toBe('allow')
  })

  test.each([['fetch'], ['compile'], []])('is a no where of its two steps only these are done: %s', (...done) => {
    const steps = ['fetch', 'compile'].map((name) => ({ name, keys: [alice.key], products: ['ALLOW *'] }))
    const sublayout = fileOf('build', alice, layoutOf(alice, 'compile', { steps }))
    const links = store(Object.fromEntries(done.map((name) => [name, [linkBy(alice, name)]])))
    const report = judge(outer, store({ build: [sublayout] }, { [folder('build', alice)]: links }))
    expect(report.verdict).toBe('deny')
    expect(report.steps[0]?.counted[0]).toMatchObject({ materials: 0, products: 0 })
    expect(report.reasons.filter(({ code }) => code === 'STEP_MISSING')).toHaveLength(2 - done.length)
  })

  test('is nothing where it has no steps, and then nothing stands for the step', () => {
    const report = judgeInner({ steps: [] }, [])
    expect(report.verdict).not.toBe('allow')
    expect(report.reasons.map(({ code }) => code)).toContain('SUBLAYOUT_FAILED')
  })
})
