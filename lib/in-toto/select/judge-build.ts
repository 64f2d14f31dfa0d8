import { sha256, toHex, utf8 } from '#lib/crypto/index.ts'
import type { Digests, Reason, Report } from '../report.ts'
import { parseTimestamp } from '../time.ts'
import type { Candidate, Document, LinkStore } from '../verify/input.ts'
import { verifyLayout } from '../verify/verify-layout.ts'
import type { FinalGroup, Store } from './builds.ts'
import { type Choice, openCase, ownLinks, ownUnusable } from './choose.ts'
import type { SignedLink } from './evidence.ts'
import { SELECT_LIMITS } from './input.ts'
import { mergeSelection, someFail } from './merge.ts'
import { type Selection, selectEvidence } from './select-evidence.ts'

/** A document that the verdict looked at. */
export interface Considered {
  readonly sha256: string
  readonly role: 'selected' | 'considered'
  readonly step: string
  readonly reason: string | null
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
  const report = judgeSelection(store, selection)
  return {
    report,
    files: build.files,
    evidence: considered(selection),
    inputs: digestInputs(store, selection, report),
    validUntil: validUntil(store, selection),
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
  const selection = { build, choices }
  const message = `By the layout in force, ${build.step} of this run is no final link: its step is not the final one any more, or its signers are no functionaries of it.`
  const lost: Reason = { code: 'NOT_FINAL', severity: 'cannot-tell', message, strictOnly: true }
  const report = mergeSelection(store, withoutMissing(verifyOver(store, selection, new Map())), selection, [lost])
  return {
    report,
    files: build.files,
    evidence: considered(selection),
    inputs: digestInputs(store, selection, report),
    validUntil: null,
  }
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

function judgeSelection(store: Store, selection: Selection): Report {
  const combinations = combine(selection.choices)
  if (combinations === null) {
    const message = `More than ${SELECT_LIMITS.combinations} combinations of links would have to be judged.`
    const first = verifyOver(store, selection, firstOfEach(selection.choices))
    const limit: Reason = { code: 'LIMIT', severity: 'cannot-tell', message, strictOnly: true }
    return mergeSelection(store, first, selection, [limit])
  }
  const extra = store.input.truncated ? [TRUNCATED] : []
  const reports = combinations.map((links) =>
    mergeSelection(store, verifyOver(store, selection, links), selection, extra),
  )
  const failing = reports.filter(({ verdict }) => verdict !== 'allow')
  const [first] = failing.length > 0 ? failing : reports
  if (first === undefined) throw new Error('a build without any combination of links')
  const whole = failing.length > 0 && failing.length < reports.length ? someFail(first, selection) : first
  return { ...whole, referenceVerdict: referenceVerdict(store, selection, whole) }
}

type Links = ReadonlyMap<string, readonly SignedLink[]>

function firstOfEach(choices: readonly Choice[]): Links {
  return new Map(choices.map(({ step, groups }) => [step.name, groups[0] ?? []]))
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

function verifyOver(store: Store, { choices }: Selection, links: Links): Report {
  const steps = new Map(
    choices.map(({ step, unusable }) => [
      step.name,
      [
        ...(links.get(step.name) ?? []).map(candidate),
        ...unusable.map(({ stored }) => ({ document: named(stored.document, pathOf(stored)), keyid: null })),
      ],
    ]),
  )
  return verify(store, { steps, namespaces: new Map() })
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
  })
}

/** One signer at a time: another signature on the same envelope is another link, let in or not by itself. */
function candidate(link: SignedLink): Candidate {
  return { document: named(link.stored.document, pathOf(link.stored)), keyid: link.keyid.slice(0, 8) }
}

function named(document: Document, source: string): Document {
  return { ...document, source }
}

function pathOf({ document, sightings }: SignedLink['stored']): string {
  return document.source === '' ? (sightings[0]?.path ?? document.sha256) : document.source
}

/**
 * What in-toto would say of the run's directory, with every link in it: it knows no replays. Only asked again where
 * links of the delivery were passed over.
 */
function referenceVerdict(store: Store, selection: Selection, report: Report): Report['referenceVerdict'] {
  const { build, choices } = selection
  const one = openCase(store, build)
  const all = choices.map(({ step }) => [step.name, ownLinks(one, step.name)] as const)
  const selected = new Set(choices.flatMap(({ groups }) => groups.flat()))
  if (all.every(([, links]) => links.every((link) => selected.has(link)))) return report.referenceVerdict
  const steps = new Map(all.map(([name, links]) => [name, links.map(candidate)]))
  return verify(store, { steps, namespaces: new Map() }).referenceVerdict
}

function considered({ choices }: Selection): Considered[] {
  const found = new Map<string, Considered>()
  for (const { step, groups, passedOver, unusable } of choices) {
    for (const { stored, skipped } of unusable) {
      const { sha256 } = stored.document
      found.set(`${step.name} ${sha256}`, { sha256, role: 'considered', step: step.name, reason: skipped.message })
    }
    for (const { link, why } of passedOver) {
      const { sha256 } = link.stored.document
      found.set(`${step.name} ${sha256}`, { sha256, role: 'considered', step: step.name, reason: why })
    }
    for (const link of groups.flat()) {
      const { sha256 } = link.stored.document
      found.set(`${step.name} ${sha256}`, { sha256, role: 'selected', step: step.name, reason: null })
    }
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

/**
 * The verdict's key. Time counts by what it changes: which reasons there are, not at which second they were found.
 * The nearest links of other runs only explain; they would make a new key with every run.
 */
function digestInputs(store: Store, { build, choices }: Selection, report: Report): string {
  const { input } = store
  const lines = [
    `layout ${input.layout.sha256}`,
    ...input.layoutKeys.map(({ fingerprint }) => `key ${fingerprint}`),
    `parameters ${JSON.stringify(input.parameters === null ? null : [...input.parameters].sort())}`,
    `final files ${JSON.stringify(input.finalFiles)}`,
    `waiting ${input.waiting}`,
    `build ${JSON.stringify([input.softwareId, build.step, build.content, build.deliveryId])}`,
    ...choices.flatMap(({ step, groups, mixed, unusable }) => [
      ...groups.flatMap((group, index) =>
        group.map((link) => linkLine(step.name, `selected ${groups.length > 1 ? index : 0}`, link)),
      ),
      ...mixed.map((link) => linkLine(step.name, 'mixed', link)),
      ...unusable.map(({ stored }) => `unusable ${step.name} ${stored.document.sha256}`),
    ]),
    ...report.reasons.map(({ code, severity, step }) => `reason ${code} ${severity} ${step ?? ''}`),
    `verdict ${report.verdict} ${report.referenceVerdict}`,
  ]
  return toHex(sha256(utf8([report.engine, ...lines.sort()].join('\n'))))
}

function linkLine(step: string, role: string, link: SignedLink): string {
  const places = [...link.heldBy].sort().join(' ')
  return `${role} ${step} ${link.stored.document.sha256} ${link.identity} ${link.firstSeen} ${link.freshIn ?? '-'} ${places}`
}

/** The next moment at which time alone changes something: a waiting time, the layout's expiry, a key's. */
function validUntil({ input, layout }: Store, { build, choices }: Selection): number | null {
  const moments = [parseTimestamp(layout.expires)]
  const open = choices.some(({ groups }) => groups.length === 0)
  if (open) moments.push(build.firstSeen + input.waiting)
  for (const key of [...layout.keys.values(), ...input.layoutKeys]) {
    for (const one of [key, ...key.subkeys.values()]) if (one.expiresAt !== null) moments.push(one.expiresAt * 1000)
  }
  const ahead = moments.filter((moment): moment is number => moment !== null && moment > input.at)
  return ahead.length === 0 ? null : Math.min(...ahead)
}
