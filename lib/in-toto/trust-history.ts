import type { X509 } from '#lib/crypto/index.ts'
import type { TrustBundle, TrustedRoot } from './verify/input.ts'

/**
 * What somebody decided about whose roots speak for a trust domain:
 * `bundle`: from then on these and no others; `roots`: from then on these too; `end`: a root is not in force from then
 * on; `compromised`: from then on its key may be somebody else's; `restore`: both were a mistake.
 */
export type TrustDecision = {
  readonly trustDomain: string
  /** from when on it holds, in milliseconds; not when it was decided */
  readonly at: number
} & (
  | { readonly kind: 'bundle' | 'roots'; readonly roots: readonly X509[] }
  /** sha256 of the root's DER, lower-case hex */
  | { readonly kind: 'end' | 'compromised' | 'restore'; readonly root: string }
)

/**
 * Decisions, in the order in which they were made, as trust bundles over time.
 * A bundle is the whole of its domain (SPIFFE_Trust_Domain_and_Bundle.md 4): roots that it leaves out end with it, and
 * one without keys ends all. What a person ended stays ended, whatever a later bundle lists, until a person restores
 * it. A domain that was ever spoken of stays: without roots in force it trusts nobody.
 */
export function trustBundlesOf(decisions: readonly TrustDecision[]): TrustBundle[] {
  const domains = Map.groupBy(decisions, ({ trustDomain }) => trustDomain)
  return [...domains]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([trustDomain, own]) => ({ trustDomain, roots: rootsOf(own) }))
}

function rootsOf(decisions: readonly TrustDecision[]): TrustedRoot[] {
  const known = new Map<string, X509>()
  for (const decision of decisions) {
    if ('roots' in decision) for (const root of decision.roots) known.set(root.sha256, root)
  }
  const states = decisions.flatMap((one) => ('roots' in one ? [one] : [])).sort((a, b) => a.at - b.at)
  return [...known.values()].flatMap((certificate) => {
    const { endedAt, taintedAt } = wordsAbout(certificate.sha256, decisions)
    return spansOf(certificate.sha256, states).map(({ from, until }) => ({
      certificate,
      from,
      until: endedAt === null ? until : Math.max(from, Math.min(endedAt, until ?? endedAt)),
      taintedAt,
    }))
  })
}

type State = Extract<TrustDecision, { readonly kind: 'bundle' | 'roots' }>

/** Since when, and until when, the states list a root. */
function spansOf(root: string, states: readonly State[]): { from: number; until: number | null }[] {
  const spans: { from: number; until: number | null }[] = []
  let from: number | null = null
  for (const state of states) {
    const lists = state.roots.some(({ sha256 }) => sha256 === root)
    if (lists) from ??= state.at
    else if (state.kind === 'bundle' && from !== null) {
      spans.push({ from, until: state.at })
      from = null
    }
  }
  return from === null ? spans : [...spans, { from, until: null }]
}

/** What was said of a root since it was last restored; of several words the earliest time. */
function wordsAbout(root: string, decisions: readonly TrustDecision[]) {
  const words = decisions.flatMap((one) => ('root' in one && one.root === root ? [one] : []))
  const standing = words.slice(words.findLastIndex(({ kind }) => kind === 'restore') + 1)
  const earliest = (kind: 'end' | 'compromised') => {
    const times = standing.filter((one) => one.kind === kind).map(({ at }) => at)
    return times.length === 0 ? null : Math.min(...times)
  }
  return { endedAt: earliest('end'), taintedAt: earliest('compromised') }
}

/** Digests of the roots that are in force at a moment: listed then, not ended, not compromised, and not out of date. */
export function rootsInForce({ roots }: TrustBundle, at: number): Set<string> {
  const found = roots.filter(
    ({ certificate, from, until, taintedAt }) =>
      from <= at &&
      (until === null || at < until) &&
      (taintedAt === null || at < taintedAt) &&
      certificate.notBefore.getTime() <= at &&
      at <= certificate.notAfter.getTime(),
  )
  return new Set(found.map(({ certificate }) => certificate.sha256))
}
