import { expect, test } from 'vitest'
import type { EvidenceStore } from '#lib/testing/evidence-store.ts'
import { other, owner, storeWith } from '#lib/testing/five-steps.ts'
import type { LinkFound, Reason, Report, SignerCertificate } from '../report.ts'
import { findBuilds, openStore } from './builds.ts'
import type { Case, Choice } from './choose.ts'
import type { SignedLink } from './evidence.ts'
import type { SelectInput } from './input.ts'
import { judgeBuild } from './judge-build.ts'
import type { Inner } from './namespaces.ts'
import type { Rebuild } from './rebuilds.ts'
import { selectEvidence } from './select-evidence.ts'
import type { Excluded } from './taken-out.ts'
import { digestInputs } from './verdict-key.ts'

interface Asked {
  readonly one: Case
  readonly levels: readonly Inner[]
  readonly report: Report
}

function ask(store: EvidenceStore): Asked {
  const opened = openStore(store.input(10_000))
  const [build] = findBuilds(opened)
  if (build === undefined) throw new Error('no build')
  const { one, choices } = selectEvidence(opened, build)
  return { one, levels: [{ path: [], layout: opened.layout, choices }], report: judgeBuild(opened, build).report }
}

const { store } = storeWith('r1')
const base = ask(store)
const keyOf = ({ one, levels, report }: Asked) => digestInputs(one, levels, report)

const only = <T>(list: readonly T[]): T => {
  const [first] = list
  if (first === undefined) throw new Error('an empty list')
  return first
}
const link = only(only(only(base.levels).choices).groups.flat())
const document = (sha256: string): SignedLink['stored'] => ({
  ...link.stored,
  document: { ...link.stored.document, sha256 },
})
const another: SignedLink = { ...link, stored: document('a'.repeat(64)) }
const third: SignedLink = { ...link, stored: document('b'.repeat(64)) }

const withInput = (more: Partial<SelectInput>): Asked => {
  const inner = { ...base.one.store, input: { ...base.one.store.input, ...more } }
  return { ...base, one: { ...base.one, store: inner } }
}
const withBuild = (more: Partial<Case['build']>): Asked => ({
  ...base,
  one: { ...base.one, build: { ...base.one.build, ...more } },
})
/** The first step's choice changed, and nothing else. */
const withChoice = (more: Partial<Choice>): Asked => {
  const [level] = base.levels
  const choices = level?.choices.map((choice, index) => (index === 0 ? { ...choice, ...more } : choice)) ?? []
  return { ...base, levels: level === undefined ? [] : [{ ...level, choices }] }
}
const withReport = (more: Partial<Report>): Asked => ({ ...base, report: { ...base.report, ...more } })
const withCounted = (signer: Partial<LinkFound['signer']>): Asked =>
  withReport({
    steps: base.report.steps.map((step, index) => ({
      ...step,
      counted: step.counted.map((found) =>
        index === 0 ? { ...found, signer: { ...found.signer, ...signer } } : found,
      ),
    })),
  })
const out = (sha256: string): Excluded => ({
  stored: document(sha256),
  step: 'clone',
  by: 'Ada',
  reason: 'by mistake',
  signedSha256: sha256,
})
const withOut = (...excluded: readonly Excluded[]): Asked => ({
  ...base,
  one: { ...base.one, store: { ...base.one.store, excluded } },
})
const rebuild = (of: SignedLink): Rebuild => ({ link: of, artifact: 'app', here: null, there: null })
const unusable = (sha256: string): Choice['unusable'][number] => ({
  step: 'clone',
  heldBy: new Set(['r1']),
  stored: document(sha256),
  skipped: { sha256, source: 'x.link', keyid: null, code: 'SIGNATURE_INVALID', message: 'It is not signed.' },
})
const CERTIFICATE: SignerCertificate = {
  spiffeId: 'spiffe://bank/ci',
  subject: 'ci',
  issuer: 'ca',
  sha256: 'c'.repeat(64),
  notBefore: '2030-01-01T00:00:00Z',
  notAfter: '2030-01-02T00:00:00Z',
  chain: ['d'.repeat(64)],
  root: { sha256: 'd'.repeat(64), subject: 'ca' },
  validUntil: '2030-01-02T00:00:00Z',
  time: { evidence: 'witnessed', at: '2030-01-01T01:00:00.000Z', by: 'Ada' },
}
const certified = (more: Partial<SignerCertificate> = {}): Asked =>
  withCounted({ certificate: { ...CERTIFICATE, ...more } })
const timed = (more: Partial<SignerCertificate['time']>): Asked => certified({ time: { ...CERTIFICATE.time, ...more } })
const reason: Reason = { code: 'RUN_TWICE', severity: 'warning', message: 'Twice.', step: 'clone', strictOnly: true }
const withReason = (...reasons: readonly Partial<Reason>[]): Asked =>
  withReport({ reasons: reasons.map((more) => ({ ...reason, ...more })) })

test('a verdict is another where any single thing is another that it depends on', () => {
  const asked: Record<string, Asked> = {
    base,
    'another owner key': withInput({ layoutKeys: [other.key] }),
    'two owner keys': withInput({ layoutKeys: [owner.key, other.key] }),
    'no parameters and none given': withInput({ parameters: new Map() }),
    'a parameter': withInput({ parameters: new Map([['a', 'b']]) }),
    'final files': withInput({ finalFiles: [{ step: 'package', pattern: '*' }] }),
    'the waiting time': withInput({ waiting: 1 }),
    'the software': withInput({ softwareId: 'treasury' }),
    'the final step': withBuild({ step: 'build' }),
    'the final files': withBuild({ content: 'other' }),
    'the delivery': withBuild({ deliveryId: 'r2' }),
    'the run': withBuild({ run: 'r2' }),
    'where run ids stand': withInput({ runIdPaths: [['environment', 'run']] }),
    'a shared step': withInput({ sharedSteps: new Set(['clone']) }),
    'mixed runs': withInput({ mixedRuns: true }),
    'a pinned sublayout': withInput({ sublayouts: new Map([['clone', 'a'.repeat(64)]]) }),
    'a form': withInput({ forms: new Map([['clone', { form: 'link-statement' }]]) }),
    'a form of another step': withInput({ forms: new Map([['build', { form: 'link-statement' }]]) }),
    'a document taken out': withOut(out('e'.repeat(64))),
    'another taken out': withOut(out('f'.repeat(64))),
    'nothing chosen': withChoice({ groups: [] }),
    'another link': withChoice({ groups: [[another]] }),
    'two links of one group': withChoice({ groups: [[link, another]] }),
    'two groups': withChoice({ groups: [[link], [another]] }),
    'two groups, otherwise': withChoice({ groups: [[another], [link]] }),
    'three links, two in the first group': withChoice({ groups: [[link, another], [third]] }),
    'three links, two in the last group': withChoice({ groups: [[link], [another, third]] }),
    'another signer': withChoice({ groups: [[{ ...link, identity: 'spiffe://bank/ci' }]] }),
    'another first sighting': withChoice({ groups: [[{ ...link, firstSeen: 1 }]] }),
    'fresh elsewhere': withChoice({ groups: [[{ ...link, freshIn: 'r2' }]] }),
    'fresh nowhere': withChoice({ groups: [[{ ...link, freshIn: null }]] }),
    'held by another': withChoice({ groups: [[{ ...link, heldBy: new Set(['r2']) }]] }),
    'held by two': withChoice({ groups: [[{ ...link, heldBy: new Set(['r1', 'r2']) }]] }),
    mixed: withChoice({ mixed: [another] }),
    'mixed with another': withChoice({ mixed: [third] }),
    'a rebuild': withChoice({ rebuilds: [rebuild(another)] }),
    'another rebuild': withChoice({ rebuilds: [rebuild(third)] }),
    'what cannot count': withChoice({ unusable: [unusable('a'.repeat(64))] }),
    'something else that cannot count': withChoice({ unusable: [unusable('b'.repeat(64))] }),
    'a step in a sublayout': { ...base, levels: [...base.levels, { ...only(base.levels), path: ['clone'] }] },
    certificate: certified(),
    'another certificate': certified({ sha256: 'e'.repeat(64) }),
    'another chain': certified({ chain: ['e'.repeat(64)] }),
    'a longer chain': certified({ chain: ['e'.repeat(64), 'd'.repeat(64)] }),
    'a timestamp': timed({ evidence: 'timestamped' }),
    'another time': timed({ at: '2030-01-01T02:00:00.000Z' }),
    'another witness': timed({ by: 'Bob' }),
    'no proof of time': timed({ evidence: 'unproven' }),
    'a functionary': withCounted({ functionary: 'Maria' }),
    'another functionary': withCounted({ functionary: 'Mary' }),
    'a reason': withReason({}),
    'another code': withReason({ code: 'MIXED_RUNS' }),
    'another weight': withReason({ severity: 'cannot-tell' }),
    'a reason of another step': withReason({ step: 'build' }),
    'a reason in a sublayout': withReason({ path: ['build'] }),
    'two reasons': withReason({}, { step: 'build' }),
    'a revoked key': withReason({ code: 'KEY_REVOKED' }),
    'a key that was revoked at another time': withReason({ code: 'KEY_REVOKED', message: 'Since May.' }),
    denied: withReport({ verdict: 'deny' }),
    'denied by in-toto': withReport({ referenceVerdict: 'deny' }),
    'another engine': withReport({ engine: 'waybill/0' }),
  }
  const byKey = Map.groupBy(Object.keys(asked), (name) => keyOf(asked[name] ?? base))
  expect([...byKey.values()].filter((names) => names.length > 1)).toEqual([])
})

test('a verdict is the same in whatever order things are told, and at whatever second nothing was proven', () => {
  const same = (one: Asked, two: Asked) => expect(keyOf(one)).toBe(keyOf(two))
  const [level] = base.levels
  same(base, { ...base, levels: level === undefined ? [] : [{ ...level, choices: level.choices.toReversed() }] })
  same(base, withReport({ steps: base.report.steps.toReversed() }))
  same(withInput({ layoutKeys: [owner.key, other.key] }), withInput({ layoutKeys: [other.key, owner.key] }))
  const pins: [string, string][] = [
    ['clone', 'a'.repeat(64)],
    ['build', 'b'.repeat(64)],
  ]
  same(withInput({ sublayouts: new Map(pins) }), withInput({ sublayouts: new Map(pins.toReversed()) }))
  same(withInput({ parameters: new Map(pins) }), withInput({ parameters: new Map(pins.toReversed()) }))
  same(withInput({ sharedSteps: new Set(['a', 'b']) }), withInput({ sharedSteps: new Set(['b', 'a']) }))
  same(withChoice({ groups: [[link, another]] }), withChoice({ groups: [[another, link]] }))
  const heldBy = (...ids: readonly string[]) => withChoice({ groups: [[{ ...link, heldBy: new Set(ids) }]] })
  same(heldBy('r1', 'r2', 'r3'), heldBy('r3', 'r2', 'r1'))
  same(withReason({}, { step: 'build' }), withReason({ step: 'build' }, {}))
  same(withReason({}), withReason({ message: 'Said otherwise.' }))
  same(
    timed({ evidence: 'unproven', at: '2030-01-01T02:00:00.000Z' }),
    timed({ evidence: 'unproven', at: '2030-01-01T03:00:00.000Z', by: null }),
  )
  // no path is the outermost layout; nothing said is as much as nothing
  same(withReason({}), withReason({ path: [] }))
  same(
    base,
    withInput({ runIdPaths: [], sharedSteps: new Set(), mixedRuns: false, sublayouts: new Map(), forms: new Map() }),
  )
})

test('of rebuilds, and of what follows, no more counts than is shown', () => {
  const five = [1, 2, 3, 4, 5].map((number) => rebuild({ ...link, stored: document(`${number}`.repeat(64)) }))
  const all = withChoice({ rebuilds: [...five, rebuild(another)] })
  expect(keyOf(all)).toBe(keyOf(withChoice({ rebuilds: five })))
  expect(keyOf(all)).not.toBe(keyOf(withChoice({ rebuilds: five.slice(1) })))
})
