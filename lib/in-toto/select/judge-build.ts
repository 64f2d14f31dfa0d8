import type { Digests, Reason, Report } from '../report.ts'
import { parseTimestamp } from '../time.ts'
import type { LinkStore } from '../verify/input.ts'
import { verifyLayout } from '../verify/verify-layout.ts'
import type { FinalGroup, Store } from './builds.ts'
import { type Case, type Choice, openCase, ownLinks, ownUnusable } from './choose.ts'
import type { SignedLink } from './evidence.ts'
import { SELECT_LIMITS } from './input.ts'
import { mergeSelection, someFail } from './merge.ts'
import {
  type Filled,
  fillPlaces,
  fillWithAll,
  firstOfEach,
  type Inner,
  type Links,
  namedChoices,
} from './namespaces.ts'
import { type Selection, selectEvidence } from './select-evidence.ts'
import { type Excluded, excludedFrom, takenOutReasons } from './taken-out.ts'
import { digestInputs } from './verdict-key.ts'

/** A document that the verdict looked at. */
export interface Considered {
  readonly sha256: string
  readonly role: 'selected' | 'considered'
  readonly step: string
  readonly reason: string | null
  /** the workload that signed it with a certificate */
  readonly signer?: string
}

export interface Judged {
  readonly report: Report
  readonly files: ReadonlyMap<string, Digests>
  readonly evidence: readonly Considered[]
  /** sha256 over everything that the answer depends on but the very second */
  readonly inputs: string
  /** when time alone may change the answer; null: never */
  readonly validUntil: number | null
}

/**
 * Judges one build: selects its evidence, verifies the layout over it, and adds what selecting found. Selecting can
 * only make the verdict worse.
 */
export function judgeBuild(store: Store, build: FinalGroup): Judged {
  const selection = selectEvidence(store, build)
  const { report, inner } = judgeSelection(store, selection)
  return judged(selection, inner, report)
}

function judged({ one, choices }: Selection, inner: readonly Inner[], report: Report): Judged {
  const levels: readonly Inner[] = [{ path: [], layout: one.store.layout, choices }, ...inner]
  return {
    report,
    files: one.build.files,
    evidence: [
      ...considered(levels),
      ...excludedFrom(one.store.excluded, one.build, one.own.attempts).map(consideredOut),
    ],
    inputs: digestInputs(one, levels, report),
    validUntil: validUntil(one, levels, report),
  }
}

/**
 * Judges a build that the store, as the layout in force sees it, no longer has: its final step is another one, or
 * nobody who signed it is a functionary any more. It is never allowed.
 */
export function judgeLost(store: Store, build: FinalGroup): Judged {
  const one = openCase(store, build)
  const choices = store.layout.steps.map((step) => ({
    step,
    groups: [],
    problems: [],
    passedOver: [],
    mixed: [],
    unusable: ownUnusable(one, step.name),
  }))
  const message = `By the layout in force, ${build.step} of this run is no final link: its step is not the final one any more, its signers are no functionaries of it, or its link was taken out of consideration.`
  const lost: Reason = { code: 'NOT_FINAL', severity: 'cannot-tell', message, strictOnly: true }
  const { links } = fillPlaces(one, choices, new Map())
  const out = takenOutReasons(excludedFrom(store.excluded, build, one.own.attempts))
  const report = mergeSelection(store, withoutMissing(verify(store, links)), choices, [], [lost, ...out])
  return { ...judged({ one, choices }, [], report), validUntil: null }
}

/** Nothing was selected, so nothing is missing: what is said of absent links, and what follows, would be untrue. */
function withoutMissing(report: Report): Report {
  const kept = report.reasons.filter((reason) => {
    const root = reason.follows === undefined ? reason : report.reasons[reason.follows]
    return root?.code !== 'STEP_MISSING'
  })
  const reasons = kept.map((reason) => {
    const root = reason.follows === undefined ? undefined : report.reasons[reason.follows]
    return root === undefined ? reason : { ...reason, follows: kept.indexOf(root) }
  })
  return { ...report, reasons }
}

const TRUNCATED: Reason = {
  code: 'LIMIT',
  severity: 'cannot-tell',
  message: 'More links list the final file than are looked at; one that was not may say something else.',
  strictOnly: true,
}

function judgeSelection(store: Store, selection: Selection): Pick<Filled, 'inner'> & { readonly report: Report } {
  const { one, choices } = selection
  const out = takenOutReasons(excludedFrom(store.excluded, one.build, one.own.attempts))
  const extra = [...(store.input.truncated ? [TRUNCATED] : []), ...out]
  const judge = (links: Links, more: readonly Reason[]) => {
    const filled = fillPlaces(one, choices, links)
    const report = verify(store, filled.links)
    return { inner: filled.inner, report: mergeSelection(store, report, choices, filled.inner, more) }
  }
  const combinations = combine(choices)
  if (combinations === null) {
    const message = `More than ${SELECT_LIMITS.combinations} combinations of links would have to be judged.`
    const limit: Reason = { code: 'LIMIT', severity: 'cannot-tell', message, strictOnly: true }
    return judge(firstOfEach(choices), [...extra, limit])
  }
  const all = combinations.map((links) => judge(links, extra))
  const failing = all.filter(({ report }) => report.verdict !== 'allow')
  const [first] = failing.length > 0 ? failing : all
  if (first === undefined) throw new Error('a build without any combination of links')
  const some = failing.length > 0 && failing.length < all.length
  const report = some ? someFail(first.report, choices) : first.report
  const inner = all.flatMap((each) => each.inner)
  return { inner, report: { ...report, referenceVerdict: referenceVerdict(store, selection, inner, report) } }
}

/** Every way to take one group per step; null where there are too many. */
function combine(choices: readonly Choice[]): Links[] | null {
  const count = choices.reduce((product, { groups }) => product * Math.max(1, groups.length), 1)
  if (count > SELECT_LIMITS.combinations) return null
  let combinations: Map<string, readonly SignedLink[]>[] = [new Map()]
  for (const { step, groups } of choices) {
    const options = groups.length === 0 ? [[]] : groups
    combinations = combinations.flatMap((before) => options.map((group) => new Map([...before, [step.name, group]])))
  }
  return combinations
}

function verify({ input }: Store, links: LinkStore): Report {
  return verifyLayout({
    layout: input.layout,
    layoutKeys: input.layoutKeys,
    unusableKeys: input.unusableKeys ?? [],
    links,
    at: input.at,
    parameters: input.parameters,
    profile: 'strict',
    verifySignature: input.verifySignature,
    ...(input.forms === undefined ? {} : { forms: input.forms }),
    ...(input.certificates === undefined ? {} : { certificates: input.certificates }),
    ...(input.functionaries === undefined ? {} : { functionaries: input.functionaries }),
    ...(input.revokedKeys === undefined ? {} : { revokedKeys: input.revokedKeys }),
    ...(input.layoutProofs === undefined ? {} : { layoutProofs: input.layoutProofs }),
  })
}

/**
 * What in-toto would say of the run's directory, with every link in it: it knows no replays. Only asked again where
 * links of the delivery were passed over.
 */
function referenceVerdict(
  store: Store,
  { one, choices }: Selection,
  inner: readonly Inner[],
  report: Report,
): Report['referenceVerdict'] {
  const selected = new Set(choices.flatMap(({ groups }) => groups.flat()))
  const isAll = choices.every(({ step }) => ownLinks(one, step.name).every((link) => selected.has(link)))
  if (isAll && inner.length === 0) return report.referenceVerdict
  return verify(store, fillWithAll(one)).referenceVerdict
}

function consideredOut({ stored, step, by, reason }: Excluded): Considered {
  const why = `It was taken out of consideration by ${by}: ${reason}`
  return { sha256: stored.document.sha256, role: 'considered', step, reason: why }
}

const OTHER_PRODUCTS = 'It records the same materials with other products, in another run.'

function considered(levels: readonly Inner[]): Considered[] {
  const found = new Map<string, Considered>()
  for (const [name, { groups, passedOver, unusable, rebuilds = [] }] of levels.flatMap(namedChoices)) {
    const add = (sha256: string, role: Considered['role'], reason: string | null, signer: { signer?: string } = {}) =>
      found.set(`${name} ${sha256}`, { sha256, role, step: name, reason, ...signer })
    for (const { stored, skipped } of unusable) add(stored.document.sha256, 'considered', skipped.message)
    for (const { link } of rebuilds) add(link.stored.document.sha256, 'considered', OTHER_PRODUCTS)
    for (const { link, why } of passedOver) add(link.stored.document.sha256, 'considered', why)
    for (const { stored, identity } of groups.flat()) {
      const { sha256 } = stored.document
      const signer = identity.startsWith('spiffe://') ? { signer: identity } : {}
      found.set(`${name} ${sha256}`, { sha256, role: 'selected', step: name, reason: null, ...signer })
    }
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

/** The next moment at which time alone changes something: a waiting time, the layout's expiry, a key's. */
function validUntil({ store: { input }, build }: Case, levels: readonly Inner[], { steps }: Report): number | null {
  const moments = levels.map(({ layout }) => parseTimestamp(layout.expires))
  const open = levels.some(({ choices }) => choices.some(({ groups }) => groups.length === 0))
  if (open) moments.push(build.firstSeen + input.waiting)
  for (const key of [...levels.flatMap(({ layout }) => [...layout.keys.values()]), ...input.layoutKeys]) {
    for (const one of [key, ...key.subkeys.values()]) if (one.expiresAt !== null) moments.push(one.expiresAt * 1000)
  }
  for (const { signer } of steps.flatMap(({ counted }) => counted)) {
    const { certificate } = signer
    // the end itself still belongs to it
    if (certificate?.time.evidence === 'unproven') moments.push((parseTimestamp(certificate.validUntil) ?? 0) + 1)
  }
  const ahead = moments.filter((moment): moment is number => moment !== null && moment > input.at)
  return ahead.length === 0 ? null : Math.min(...ahead)
}
