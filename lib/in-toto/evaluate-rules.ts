// Longer than most: the one rule engine, with its trace.
import { compareCodePoints } from '#lib/crypto/index.ts'
import { type ArtifactColumns, columnsOf, hasSimplePaths, rangeOf } from './artifact-list.ts'
import { type Relation, relationTo } from './artifact-relation.ts'
import { compileGlob, type Glob } from './glob.ts'
import { LIMITS } from './limits.ts'
import { type Artifacts, equalDigests } from './link.ts'
import type { Digests, NotConsumed, RuleListTrace, RuleTrace } from './report.ts'
import { type MatchRule, type Rule, ruleText } from './rule.ts'
import { compareDigestSets } from './statements/digest-set.ts'

/** What rules look at: a link, or anything else that lists files. */
export interface Recorded {
  readonly materials: Artifacts
  readonly products: Artifacts
  /** recorded by a statement: its digests may be of more algorithms than another's and still be of the same file */
  readonly fromStatement?: boolean
}

/** Whether two records may call these the same file: statements by what they share, links to the letter. */
export function sameFile(a: Digests, aRecord: Recorded, b: Digests, bRecord: Recorded | undefined): boolean {
  const statements = aRecord.fromStatement === true && bRecord?.fromStatement === true
  return statements ? compareDigestSets(a, b) === 'same' : equalDigests(a, b)
}

export interface RulesInput {
  readonly rules: readonly Rule[]
  readonly list: 'materials' | 'products'
  /** the link whose files the rules speak about */
  readonly item: Recorded
  /** by step name: what MATCH may look at; the item itself included */
  readonly links: ReadonlyMap<string, Recorded>
}

/** The trace, and what the verifier needs beyond what is shown. */
export interface RulesOutcome {
  readonly trace: RuleListTrace
  /** every artifact left at the end */
  readonly leftover: readonly string[]
  /** every rule that failed, with all that it hit (DISALLOW) or missed (REQUIRE) */
  readonly failures: readonly { readonly index: number; readonly rule: Rule; readonly artifacts: readonly string[] }[]
  /** what MATCH rules took, in the order of the rules */
  readonly matched: readonly {
    readonly rule: MatchRule
    readonly index: number
    readonly artifacts: () => readonly string[]
  }[]
  /** in-toto for Python ends with an exception here: a prefix was cut off and cannot be put back */
  readonly referenceFails: boolean
}

/**
 * Applies a rule list to one list of files (specification 4.3.3, in the words of in-toto's verify_item_rules):
 * each rule takes files out of the queue; only DISALLOW and REQUIRE can fail; what is left at the end passes.
 */
export function evaluateRules(input: RulesInput): RuleListTrace {
  return applyRules(input).trace
}

/** Why a rule does not take entry `i` of the list; null where it does. */
type Why = (i: number) => NotConsumed | null

/** One rule, applied to what the rules before it left. */
interface Applied {
  readonly rule: Rule
  readonly before: number
  readonly consumed: readonly number[]
  readonly rest: readonly number[]
  /** what a DISALLOW hit or a REQUIRE missed; null where the rule does not fail */
  readonly hits: readonly string[] | null
  readonly why: Why
}

/** The same with all that the verifier needs. All rules are evaluated, also after one failed. */
export function applyRules(input: RulesInput): RulesOutcome {
  const { rules, list, item, links } = input
  const files = columnsOf(item[list])
  const { paths } = files
  let queue = entriesOf(files)
  const applied: Applied[] = []
  const failures: RulesOutcome['failures'][number][] = []
  const matched: RulesOutcome['matched'][number][] = []
  let referenceFails = false
  for (const rule of rules) {
    const index = applied.length
    const one = applyRule(rule, queue, input)
    const { consumed, hits } = one
    if (hits !== null) failures.push({ index, rule, artifacts: hits })
    if (rule.keyword === 'MATCH') {
      matched.push({ rule, index, artifacts: () => namesOf(paths, consumed) })
      referenceFails ||= links.has(rule.from) && cutsBadly(rule, files, queue)
    }
    queue = one.rest
    applied.push(one)
  }
  const shown = firstEntries(files, queue)
  const trace = {
    rules: applied.map((one, index) => traceOf(one, index, list, shown, input)),
    leftover: namesOf(paths, shown),
    leftoverCount: queue.length,
    failed: failures.length > 0,
  }
  return { trace, leftover: namesOf(paths, queue), failures, matched, referenceFails }
}

function applyRule(rule: Rule, queue: readonly number[], input: RulesInput): Applied {
  const before = queue.length
  // where nothing is left, now or after this rule, nobody will ask why it did not take something
  if (before === 0) {
    const hits = rule.keyword === 'REQUIRE' ? [rule.pattern] : null
    return { rule, before, consumed: NONE, rest: NONE, hits, why: unasked }
  }
  if (takesAll(rule, input)) return { rule, before, consumed: queue, rest: NONE, hits: null, why: unasked }
  const why = whyNot(rule, input)
  const { consumed, rest } = take(rule, queue, why)
  const hits = failing(rule, columnsOf(input.item[input.list]).paths, queue, why)
  return { rule, before, consumed, rest, hits, why }
}

const unasked: Why = () => 'pattern'

/** Most rules take nothing: one empty list for all of them. */
const NONE: readonly never[] = []

function namesOf(paths: readonly string[], entries: readonly number[]): readonly string[] {
  return entries.length === 0 ? NONE : entries.map((i) => paths[i] ?? '')
}

/** Every entry of a list. Queues are never changed in place, so that lists of one length share it. */
function entriesOf({ paths }: ArtifactColumns): readonly number[] {
  const { length } = paths
  const slot = Math.min(length, everyEntry.length - 1)
  const known = everyEntry[slot]
  if (known?.length === length) return known
  const entries = Array.from(paths, (_, i) => i)
  everyEntry[slot] = entries
  return entries
}

/** By length, and the last of all that are longer. */
const everyEntry: (readonly number[] | undefined)[] = Array.from({ length: 64 }, () => undefined)

/** Whether a list fails, without saying why: all that the reference's answer needs. */
export function rulesFail(input: RulesInput): boolean {
  const { rules, list, item, links } = input
  const files = columnsOf(item[list])
  let queue = entriesOf(files)
  for (const rule of rules) {
    if (rule.keyword === 'MATCH' && links.has(rule.from) && cutsBadly(rule, files, queue)) return true
    const { hits, rest } = applyRule(rule, queue, input)
    if (hits !== null) return true
    queue = rest
  }
  return false
}

/** Without looking at each: `ALLOW *`, and `MATCH *` with the very list that is looked at. */
function takesAll(rule: Rule, { list, item, links }: RulesInput): boolean {
  if (rule.keyword === 'ALLOW') return compileGlob(rule.pattern).all
  if (rule.keyword !== 'MATCH' || (rule.sourcePrefix ?? '') !== '' || (rule.destinationPrefix ?? '') !== '')
    return false
  return compileGlob(rule.pattern).all && links.get(rule.from)?.[rule.with] === item[list]
}

interface Taken {
  readonly consumed: readonly number[]
  readonly rest: readonly number[]
}

function take({ keyword }: Rule, queue: readonly number[], why: Why): Taken {
  if (keyword === 'DISALLOW' || keyword === 'REQUIRE') return { consumed: NONE, rest: queue }
  // most rules of most lists take nothing: keep the queue, and the memory
  const first = queue.findIndex((i) => why(i) === null)
  if (first < 0) return { consumed: NONE, rest: queue }
  const consumed: number[] = []
  const rest = queue.slice(0, first)
  for (let at = first; at < queue.length; at++) {
    const i = queue[at] ?? 0
    if (why(i) === null) consumed.push(i)
    else rest.push(i)
  }
  return { consumed, rest }
}

/** See `hits`. */
function failing(rule: Rule, paths: readonly string[], queue: readonly number[], why: Why): readonly string[] | null {
  if (rule.keyword === 'DISALLOW') {
    const hits = queue.filter((i) => why(i) === 'disallowed')
    return hits.length > 0 ? namesOf(paths, hits) : null
  }
  // literal, and against what is left: a file that an earlier rule took counts as absent
  if (rule.keyword === 'REQUIRE') return queue.some((i) => paths[i] === rule.pattern) ? null : [rule.pattern]
  return null
}

function whyNot(rule: Rule, { list, item, links }: RulesInput): Why {
  if (rule.keyword === 'MATCH') return whyNotMatch(rule, list, item, links.get(rule.from))
  if (rule.keyword === 'REQUIRE') return () => 'pattern'
  const fits = fitsEntry(compileGlob(rule.pattern), columnsOf(item[list]))
  switch (rule.keyword) {
    case 'ALLOW':
      return (i) => (fits(i) ? null : 'pattern')
    case 'DISALLOW':
      return (i) => (fits(i) ? 'disallowed' : 'pattern')
    case 'CREATE':
      return changed(fits, list === 'products' ? relation(item, list) : null, (one) => one === 'absent', 'not-created')
    case 'DELETE':
      return changed(fits, list === 'materials' ? relation(item, list) : null, (one) => one === 'absent', 'not-deleted')
    case 'MODIFY':
      return changed(fits, relation(item, list), (one) => one === 'different', 'not-modified')
  }
}

function fitsEntry({ all, prefix, prefixOnly, matches }: Glob, files: ArtifactColumns): (i: number) => boolean {
  if (all) return () => true
  const { paths, sorted } = files
  if (!sorted || prefix === '') return (i) => matches(paths[i] ?? '')
  const [from, to] = rangeOf(files, prefix)
  return prefixOnly ? (i) => i >= from && i < to : (i) => i >= from && i < to && matches(paths[i] ?? '')
}

/** What the item's other list says about its files. */
function relation(item: Recorded, list: 'materials' | 'products'): (i: number) => Relation {
  const [own, other] = list === 'materials' ? [item.materials, item.products] : [item.products, item.materials]
  return relationTo(own, other, item.fromStatement === true ? 'statements' : 'links')
}

/** @param relation null: whatever is in this list was not changed in that way */
function changed(
  fits: (i: number) => boolean,
  relation: ((i: number) => Relation) | null,
  isChanged: (one: Relation) => boolean,
  otherwise: NotConsumed,
): Why {
  return (i) => (!fits(i) ? 'pattern' : relation !== null && isChanged(relation(i)) ? null : otherwise)
}

/** MATCH: the rest of the name fits, the other side has it, and both digest sets are of the same file. */
function whyNotMatch(rule: MatchRule, list: 'materials' | 'products', item: Recorded, from: Recorded | undefined): Why {
  const files = columnsOf(item[list])
  const { paths, digests, sorted } = files
  const destination = from?.[rule.with]
  const prefix = withSlash(rule.sourcePrefix)
  const glob = compileGlob(rule.pattern)
  if (prefix === withSlash(rule.destinationPrefix)) {
    if (prefix === '') return whyNotMatchPlainly(fitsEntry(glob, files), list, item, from, destination)
    if (sorted && hasSimplePaths(files)) return whyNotMatchBelow(prefix, glob, list, item, from, destination)
  }
  return (i) => {
    const artifact = paths[i] ?? ''
    if (!artifact.startsWith(prefix)) return 'prefix'
    const name = artifact.slice(prefix.length)
    if (!glob.matches(name)) return 'pattern'
    if (destination === undefined) return 'source-step-missing'
    if (prefix !== '' && cutBadly(name)) return 'prefix'
    const expected = destination.get(destinationName(rule, name))
    if (expected === undefined) return 'source-missing'
    return sameFile(digests[i] ?? {}, item, expected, from) ? null : 'digest-differs'
  }
}

/** Below the same folder on both sides: the name is the same there, too. */
function whyNotMatchBelow(
  prefix: string,
  glob: Glob,
  list: 'materials' | 'products',
  item: Recorded,
  from: Recorded | undefined,
  destination: Artifacts | undefined,
): Why {
  const files = columnsOf(item[list])
  const [first, end] = rangeOf(files, prefix)
  const fits = glob.all ? () => true : (i: number) => glob.matches((files.paths[i] ?? '').slice(prefix.length))
  const why = whyNotMatchPlainly(fits, list, item, from, destination)
  return (i) => (i >= first && i < end ? why(i) : 'prefix')
}

/** Without prefixes, where both sides have the file under one name. */
function whyNotMatchPlainly(
  fits: (i: number) => boolean,
  list: 'materials' | 'products',
  item: Recorded,
  from: Recorded | undefined,
  destination: Artifacts | undefined,
): Why {
  if (destination === undefined) return (i) => (fits(i) ? 'source-step-missing' : 'pattern')
  const statements = item.fromStatement === true && from?.fromStatement === true
  const related = relationTo(item[list], destination, statements ? 'statements' : 'links')
  return (i) => {
    if (!fits(i)) return 'pattern'
    const relation = related(i)
    if (relation === 'absent') return 'source-missing'
    return relation === 'same' ? null : 'digest-differs'
  }
}

/** A prefix is a folder: `src` is not the beginning of `srcfoo`. */
function withSlash(prefix: string | null): string {
  if (prefix === null || prefix === '') return ''
  const folder = prefix.endsWith('/') ? prefix : `${prefix}/`
  return folder.replaceAll('\\', '/')
}

/** What is left behind the prefix begins with a slash or holds a backslash: joined again it is another name. */
function cutBadly(name: string): boolean {
  return name.startsWith('/') || name.includes('\\')
}

function cutsBadly(rule: MatchRule, files: ArtifactColumns, queue: readonly number[]): boolean {
  const prefix = withSlash(rule.sourcePrefix)
  if (prefix === '' || hasSimplePaths(files)) return false
  const { matches } = compileGlob(rule.pattern)
  return queue.some((i) => {
    const artifact = files.paths[i] ?? ''
    if (!artifact.startsWith(prefix)) return false
    const name = artifact.slice(prefix.length)
    return cutBadly(name) && matches(name)
  })
}

/** Python's os.path.join with backslashes turned: an absolute name discards the prefix. */
function destinationName(rule: MatchRule, name: string): string {
  const prefix = rule.destinationPrefix
  if (prefix === null || prefix === '') return name
  const joined = name.startsWith('/') ? name : prefix.endsWith('/') ? prefix + name : `${prefix}/${name}`
  return joined.replaceAll('\\', '/')
}

/** The name under which a MATCH looks for the counterpart of a file, or null where it does not look for it at all. */
export function counterpartName(rule: MatchRule, artifact: string): string | null {
  const prefix = withSlash(rule.sourcePrefix)
  if (!artifact.startsWith(prefix)) return null
  const name = artifact.slice(prefix.length)
  return compileGlob(rule.pattern).matches(name) ? destinationName(rule, name) : null
}

function traceOf(
  { rule, before, consumed, hits, why }: Applied,
  index: number,
  list: 'materials' | 'products',
  leftover: readonly number[],
  sides: Pick<RulesInput, 'item' | 'links'>,
): RuleTrace {
  const files = columnsOf(sides.item[list])
  const left = leftover.length === 0 ? NONE : leftOf(rule, list, leftover, why, sides)
  const { keyword } = rule
  const text = ruleText(rule)
  const failed = hits !== null
  const consumedNames = namesOf(files.paths, firstEntries(files, consumed))
  const counts = consumed.length
  // two literals: a spread in one costs as much as applying the rule to a short list
  return rule.keyword === 'MATCH'
    ? { list, index, text, keyword, from: rule.from, before, consumed: counts, consumedNames, left, failed }
    : { list, index, text, keyword, before, consumed: counts, consumedNames, left, failed }
}

/** What is left of the list in the end, and why this rule did not take it. */
function leftOf(
  rule: Rule,
  list: 'materials' | 'products',
  leftover: readonly number[],
  why: Why,
  sides: Pick<RulesInput, 'item' | 'links'>,
): RuleTrace['left'] {
  const { paths } = columnsOf(sides.item[list])
  return leftover.map((i) => {
    const artifact = paths[i] ?? ''
    const reason = why(i)
    return { artifact, why: reason ?? 'pattern', ...digestsOf(rule, list, artifact, reason, sides) }
  })
}

/** For a file whose digests differ: what the other step recorded, and what this one did. */
function digestsOf(
  rule: Rule,
  list: 'materials' | 'products',
  artifact: string,
  why: NotConsumed | null,
  { item, links }: Pick<RulesInput, 'item' | 'links'>,
): { expected?: Digests; found?: Digests } {
  if (rule.keyword !== 'MATCH' || why !== 'digest-differs') return {}
  const name = counterpartName(rule, artifact)
  const expected = name === null ? undefined : links.get(rule.from)?.[rule.with].get(name)
  const found = item[list].get(artifact)
  return { ...(expected ? { expected } : {}), ...(found ? { found } : {}) }
}

/** The first entries by code point, as many as a report shows. */
function firstEntries({ paths, sorted }: ArtifactColumns, entries: readonly number[]): readonly number[] {
  if (sorted && entries.length <= LIMITS.shown) return entries
  const ordered = sorted ? entries : [...entries].sort((a, b) => compareCodePoints(paths[a] ?? '', paths[b] ?? ''))
  return ordered.slice(0, LIMITS.shown)
}
