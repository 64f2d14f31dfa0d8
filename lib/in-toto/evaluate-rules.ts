// Longer than most: the one rule engine, with its trace.
import { compareCodePoints } from '#lib/crypto/index.ts'
import { compileGlob } from './glob.ts'
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
    readonly artifacts: readonly string[]
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

interface Applied {
  readonly rule: Rule
  readonly before: number
  readonly consumed: readonly string[]
  readonly sorted: boolean
  readonly failed: boolean
  readonly why: Why
}

/** Why a rule does not take a file; null where it does. */
type Why = (artifact: string) => NotConsumed | null

/** The same with all that the verifier needs. All rules are evaluated, also after one failed. */
export function applyRules({ rules, list, item, links }: RulesInput): RulesOutcome {
  let queue: string[] = [...item[list].keys()]
  // rules keep the order, so that it is looked at once
  const sorted = isSorted(queue)
  const applied: Applied[] = []
  const failures: RulesOutcome['failures'][number][] = []
  const matched: RulesOutcome['matched'][number][] = []
  let referenceFails = false
  for (const [index, rule] of rules.entries()) {
    const why = whyNot(rule, list, item, links)
    const before = queue.length
    const { consumed, rest } = takesAll(rule, list, item, links) ? { consumed: queue, rest: [] } : take(queue, why)
    const hits = failing(rule, queue, rest, why)
    if (hits !== null) failures.push({ index, rule, artifacts: hits })
    if (rule.keyword === 'MATCH') {
      matched.push({ rule, index, artifacts: consumed })
      referenceFails ||= links.has(rule.from) && cutsBadly(rule, queue)
    }
    queue = rest
    applied.push({ rule, before, consumed, sorted, failed: hits !== null, why })
  }
  const shown = firstNames(queue, sorted)
  const trace = {
    rules: applied.map((rule, index) => traceOf(rule, index, list, shown, { item, links })),
    leftover: shown,
    leftoverCount: queue.length,
    failed: failures.length > 0,
  }
  remember({ rules, list, item, links }, failures.length > 0 || referenceFails)
  return { trace, leftover: queue, failures, matched, referenceFails }
}

/** Answers by rule list, with the file lists that they were given for: two verifiers ask the same in one run. */
const answers = new WeakMap<readonly Rule[], { readonly lists: readonly unknown[]; readonly fails: boolean }>()

function remember(input: RulesInput, fails: boolean): void {
  answers.set(input.rules, { lists: listsOf(input), fails })
}

function recall(input: RulesInput): boolean | null {
  const known = answers.get(input.rules)
  if (known === undefined) return null
  const lists = listsOf(input)
  const same = known.lists.length === lists.length && known.lists.every((one, index) => one === lists[index])
  return same ? known.fails : null
}

/** Everything that an answer depends on, apart from the rules. */
function listsOf({ rules, list, item, links }: RulesInput): unknown[] {
  const sources = rules.flatMap((rule) => {
    const from = rule.keyword === 'MATCH' ? links.get(rule.from) : undefined
    return rule.keyword === 'MATCH' ? [from?.[rule.with], from?.fromStatement === true] : []
  })
  return [list, item.materials, item.products, item.fromStatement === true, ...sources]
}

/** Whether a list fails, without saying why: all that the reference's answer needs. */
export function rulesFail(input: RulesInput): boolean {
  const known = recall(input)
  if (known !== null) return known
  const { rules, list, item, links } = input
  let queue: string[] = [...item[list].keys()]
  for (const rule of rules) {
    if (queue.length === 0 && rule.keyword !== 'REQUIRE') continue
    const why = whyNot(rule, list, item, links)
    if (rule.keyword === 'MATCH' && links.has(rule.from) && cutsBadly(rule, queue)) return true
    const rest = takesAll(rule, list, item, links) ? [] : take(queue, why).rest
    if (failing(rule, queue, rest, why) !== null) return true
    queue = rest
  }
  return false
}

/** Without looking at each: `ALLOW *`, and `MATCH *` with the very list that is looked at. */
function takesAll(rule: Rule, list: 'materials' | 'products', item: Recorded, links: RulesInput['links']): boolean {
  if (rule.keyword === 'ALLOW') return compileGlob(rule.pattern).all
  if (rule.keyword !== 'MATCH' || (rule.sourcePrefix ?? '') !== '' || (rule.destinationPrefix ?? '') !== '')
    return false
  return compileGlob(rule.pattern).all && links.get(rule.from)?.[rule.with] === item[list]
}

function take(queue: string[], why: Why): { consumed: string[]; rest: string[] } {
  // most rules of most lists take nothing: keep the queue, and the memory
  const first = queue.findIndex((artifact) => why(artifact) === null)
  if (first < 0) return { consumed: [], rest: queue }
  const consumed: string[] = []
  const rest = queue.slice(0, first)
  for (let i = first; i < queue.length; i++) {
    const artifact = queue[i] ?? ''
    if (why(artifact) === null) consumed.push(artifact)
    else rest.push(artifact)
  }
  return { consumed, rest }
}

/** What a DISALLOW hit or a REQUIRE missed; null where the rule does not fail. */
function failing(rule: Rule, queue: readonly string[], rest: readonly string[], why: Why): readonly string[] | null {
  if (rule.keyword === 'DISALLOW') {
    const hits = rest.filter((artifact) => why(artifact) === 'disallowed')
    return hits.length > 0 ? hits : null
  }
  // literal, and against what is left: a file that an earlier rule took counts as absent
  if (rule.keyword === 'REQUIRE') return queue.includes(rule.pattern) ? null : [rule.pattern]
  return null
}

function whyNot(rule: Rule, list: 'materials' | 'products', item: Recorded, links: ReadonlyMap<string, Recorded>): Why {
  const { materials, products } = item
  if (rule.keyword === 'MATCH') return whyNotMatch(rule, list, item, links.get(rule.from))
  if (rule.keyword === 'REQUIRE') return () => 'pattern'
  const glob = compileGlob(rule.pattern)
  const fits = glob.matches
  switch (rule.keyword) {
    case 'ALLOW':
      return (artifact) => (fits(artifact) ? null : 'pattern')
    case 'DISALLOW':
      return (artifact) => (fits(artifact) ? 'disallowed' : 'pattern')
    case 'CREATE':
      return (artifact) =>
        !fits(artifact) ? 'pattern' : products.has(artifact) && !materials.has(artifact) ? null : 'not-created'
    case 'DELETE':
      return (artifact) =>
        !fits(artifact) ? 'pattern' : materials.has(artifact) && !products.has(artifact) ? null : 'not-deleted'
    case 'MODIFY':
      return (artifact) =>
        !fits(artifact)
          ? 'pattern'
          : isModified(materials.get(artifact), products.get(artifact), item)
            ? null
            : 'not-modified'
  }
}

function isModified(before: Digests | undefined, after: Digests | undefined, item: Recorded): boolean {
  if (before === undefined || after === undefined) return false
  return item.fromStatement === true ? compareDigestSets(before, after) === 'different' : !equalDigests(before, after)
}

/** MATCH: the rest of the name fits, the other side has it, and both digest sets are of the same file. */
function whyNotMatch(rule: MatchRule, list: 'materials' | 'products', item: Recorded, from: Recorded | undefined): Why {
  const source = item[list]
  const destination = from?.[rule.with]
  const prefix = withSlash(rule.sourcePrefix)
  const { matches, all } = compileGlob(rule.pattern)
  const compared = (artifact: string, name: string): NotConsumed | null => {
    const found = source.get(artifact)
    const expected = destination?.get(name)
    if (expected === undefined) return 'source-missing'
    return found !== undefined && sameFile(found, item, expected, from) ? null : 'digest-differs'
  }
  if (prefix === '' && all && destination !== undefined && (rule.destinationPrefix ?? '') === '') {
    return (artifact) => compared(artifact, artifact)
  }
  return (artifact) => {
    if (prefix !== '' && !artifact.startsWith(prefix)) return 'prefix'
    const name = prefix === '' ? artifact : artifact.slice(prefix.length)
    if (!matches(name)) return 'pattern'
    if (destination === undefined) return 'source-step-missing'
    if (prefix !== '' && cutBadly(name)) return 'prefix'
    return compared(artifact, destinationName(rule, name))
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

function cutsBadly(rule: MatchRule, queue: readonly string[]): boolean {
  const prefix = withSlash(rule.sourcePrefix)
  if (prefix === '') return false
  const { matches } = compileGlob(rule.pattern)
  return queue.some((artifact) => {
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
  { rule, before, consumed, sorted, failed, why }: Applied,
  index: number,
  list: 'materials' | 'products',
  leftover: readonly string[],
  sides: Pick<RulesInput, 'item' | 'links'>,
): RuleTrace {
  const left = leftover.map((artifact) => {
    const reason = why(artifact)
    return { artifact, why: reason ?? 'pattern', ...digestsOf(rule, list, artifact, reason, sides) }
  })
  return {
    list,
    index,
    text: ruleText(rule),
    keyword: rule.keyword,
    ...(rule.keyword === 'MATCH' ? { from: rule.from } : {}),
    before,
    consumed: consumed.length,
    consumedNames: firstNames(consumed, sorted),
    left,
    failed,
  }
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

const SURROGATE = /[\ud800-\udfff]/

/** Whether names are in the order of their code points, as in-toto writes them. */
function isSorted(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) {
    const before = names[i - 1] ?? ''
    // JavaScript's own comparison is the faster one, and orders by code point unless the lesser has a surrogate
    if (!(before < (names[i] ?? '')) || SURROGATE.test(before)) return false
  }
  return true
}

/** The first names by code point, as many as a report shows. */
function firstNames(names: readonly string[], sorted: boolean): readonly string[] {
  return (sorted ? names : [...names].sort(compareCodePoints)).slice(0, LIMITS.shown)
}
