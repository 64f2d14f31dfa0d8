import { ArtifactList } from '../artifact-list.ts'
import { applyRules, counterpartName, type Recorded, type RulesOutcome } from '../evaluate-rules.ts'
import { compileGlob } from '../glob.ts'
import type { Artifacts } from '../link.ts'
import type { Digests, Reason, RuleRef } from '../report.ts'
import { type Rule, ruleText } from '../rule.ts'
import { compareDigestSets } from '../statements/digest-set.ts'
import { hasStrongDigest } from '../strong-digests.ts'
import type { Finding, Findings } from './findings.ts'

export interface ItemRulesInput {
  readonly kind: 'step' | 'inspection'
  readonly name: string
  readonly list: 'materials' | 'products'
  readonly rules: readonly Rule[]
  readonly item: Recorded
  readonly links: ReadonlyMap<string, Recorded>
  /** why a step that rules may name has no link */
  readonly absent: ReadonlyMap<string, Finding>
  readonly evidence: readonly string[]
}

/** Reasons for one failing rule; beyond that the first names stand for the rest. */
const MOST_REASONS = 20

/** Applies one rule list of a step or inspection and says what it found (specification 5.2 steps 7 and 9). */
export function verifyItemRules(input: ItemRulesInput, findings: Findings): RulesOutcome {
  const outcome = applyRules(input)
  for (const failure of outcome.failures) {
    const shown = failure.artifacts.slice(0, MOST_REASONS)
    for (const artifact of shown) explainFailure(input, failure.index, artifact, failure.artifacts.length, findings)
  }
  checkDigests(input, outcome, findings)
  warnLeftover(input, outcome, findings)
  const step = input.kind === 'step' ? input.name : undefined
  const id = `${input.kind}.${input.name}.${input.list}.`
  for (const rule of outcome.trace.rules) {
    findings.check({
      id: id + rule.index,
      title: rule.text,
      outcome: rule.failed ? 'failed' : 'passed',
      detail: `${rule.before} before it, ${rule.consumed} taken.`,
      step,
      evidence: input.evidence,
    })
  }
  return outcome
}

/** Why a DISALLOW hit this file, or a REQUIRE missed it: the first of the rules before that should have taken it. */
function explainFailure(
  input: ItemRulesInput,
  index: number,
  artifact: string,
  count: number,
  findings: Findings,
): void {
  const rule = input.rules[index]
  if (rule === undefined) return
  if (rule.keyword === 'REQUIRE') {
    findings.add(missing(input, index, artifact))
    return
  }
  const because = modified(input, index, artifact, findings) ?? sourceMissing(input, index, artifact, findings)
  const others = count > 1 ? ` (${count} such files)` : ''
  const message = `${title(input)} lists ${artifact} among its ${input.list}, and no rule allows it: ${ruleText(rule)} refuses what is left${others}.`
  const found = input.item[input.list].get(artifact)
  findings.add({
    ...base(input, 'ARTIFACT_UNEXPECTED', message, artifact),
    rule: refOf(input, index),
    ...(found === undefined ? {} : { found }),
    because,
  })
}

function missing(input: ItemRulesInput, index: number, artifact: string): Finding {
  const taken = input.item[input.list].has(artifact)
  const message = taken
    ? `${title(input)} must still have ${artifact} among its ${input.list} at this point, and an earlier rule already took it.`
    : `${title(input)} must have ${artifact} among its ${input.list}, and it is not there.`
  return { ...base(input, 'ARTIFACT_REQUIRED_MISSING', message, artifact), rule: refOf(input, index), because: null }
}

/** A MATCH looked for the file, found its counterpart, and the digests differ. */
function modified(input: ItemRulesInput, before: number, artifact: string, findings: Findings): Finding | null {
  for (const [index, rule] of input.rules.slice(0, before).entries()) {
    if (rule.keyword !== 'MATCH') continue
    const name = counterpartName(rule, artifact)
    const expected = name === null ? undefined : input.links.get(rule.from)?.[rule.with].get(name)
    const found = input.item[input.list].get(artifact)
    if (expected === undefined || found === undefined) continue
    const modified = isKnownToDiffer(input, rule.from, expected, found)
    // a step in between may have made it, and nothing stands for that one
    const absent = absentSource(input, before, artifact)
    const whence =
      absent === null
        ? `It was changed between ${rule.from} and ${input.name}.`
        : `Whether step ${absent.from} made it so is not known: no valid link stands for that step.`
    const message = modified
      ? `${artifact} is not what step ${rule.from} recorded: ${difference(expected, found)} ${whence}`
      : `Whether ${artifact} is what step ${rule.from} recorded cannot be proven: ${difference(expected, found)} Record it with SHA-256 in both steps.`
    return findings.add({
      ...base(input, modified ? 'ARTIFACT_MODIFIED' : 'NO_STRONG_DIGEST', message, artifact),
      expected,
      found,
      counterpart: rule.from,
      rule: refOf(input, index),
      because: absent?.cause ?? null,
    })
  }
  return null
}

/** The first MATCH that would have looked for the file in a step for which nothing stands, and why nothing does. */
function absentSource(input: ItemRulesInput, before: number, artifact: string) {
  for (const rule of input.rules.slice(0, before)) {
    if (rule.keyword !== 'MATCH' || counterpartName(rule, artifact) === null) continue
    const cause = input.absent.get(rule.from)
    if (cause !== undefined) return { from: rule.from, cause }
  }
  return null
}

/** Statements whose digests are of different algorithms do not say that the file changed, nor that it did not. */
function isKnownToDiffer(input: ItemRulesInput, from: string, expected: Digests, found: Digests): boolean {
  const statements = input.item.fromStatement === true && input.links.get(from)?.fromStatement === true
  return !statements || compareDigestSets(expected, found) === 'different'
}

/** A MATCH would have looked for the file, but nothing stands for the step it names. */
function sourceMissing(input: ItemRulesInput, before: number, artifact: string, findings: Findings): Finding | null {
  for (const [index, rule] of input.rules.slice(0, before).entries()) {
    if (rule.keyword !== 'MATCH' || input.links.has(rule.from) || counterpartName(rule, artifact) === null) continue
    const cause = input.absent.get(rule.from) ?? null
    const why = cause === null ? 'there is no step of that name before it' : 'that step has no valid link'
    const message = `${artifact} of ${input.name} should be compared with step ${rule.from}, but ${why}.`
    return findings.add({
      ...base(input, 'MATCH_SOURCE_MISSING', message, artifact),
      counterpart: rule.from,
      rule: refOf(input, index),
      because: cause,
    })
  }
  return null
}

/** lists that were looked through: links of one chain share them */
const strong = new WeakSet<Artifacts>()

function isStrong(artifacts: Artifacts): boolean {
  if (artifacts instanceof ArtifactList || strong.has(artifacts)) return true
  for (const digests of artifacts.values()) if (!hasStrongDigest(digests)) return false
  strong.add(artifacts)
  return true
}

/** A MATCH over empty digest sets, md5, sha1 or part of a digest proves nothing; the reference takes it. */
function checkDigests(input: ItemRulesInput, outcome: RulesOutcome, findings: Findings): void {
  for (const { rule, index, artifacts } of outcome.matched) {
    if (isStrong(input.item[input.list])) return
    const weak = artifacts().filter((artifact) => !hasStrongDigest(input.item[input.list].get(artifact) ?? {}))
    const artifact = weak[0]
    if (artifact === undefined) continue
    const message = `${ruleText(rule)} in ${title(input, false)} rests on digests that prove nothing: ${artifact}${weak.length > 1 ? ` and ${weak.length - 1} more` : ''} has no whole SHA-256 or stronger, in lower-case hex.`
    findings.add({
      ...base(input, 'NO_STRONG_DIGEST', message, artifact),
      strictOnly: true,
      rule: refOf(input, index),
    })
  }
}

/** Files that no rule speaks about pass silently, and names that only look disallowed pass as well: say so. */
function warnLeftover(input: ItemRulesInput, { leftover, trace }: RulesOutcome, findings: Findings): void {
  const artifact = leftover[0]
  if (artifact === undefined || trace.failed) return
  const message = `${leftover.length} file(s) among the ${input.list} of ${input.name} pass because no rule speaks about them, ${artifact} first. End the list with DISALLOW *.`
  findings.add({ ...base(input, 'UNCONSUMED_ARTIFACTS', message, artifact), severity: 'warning', strictOnly: true })
  for (const [index, rule] of input.rules.entries()) {
    if (rule.keyword !== 'DISALLOW') continue
    const glob = compileGlob(folded(rule.pattern))
    const twin = leftover.find((name) => glob.matches(folded(name)))
    if (twin === undefined) continue
    const text = `${twin} among the ${input.list} of ${input.name} passes ${ruleText(rule)} by letter case or Unicode form alone.`
    findings.add({
      ...base(input, 'CONFUSABLE_NAME', text, twin),
      severity: 'warning',
      strictOnly: true,
      rule: refOf(input, index),
    })
  }
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

function base(input: ItemRulesInput, code: Reason['code'], message: string, artifact: string) {
  const item = input.kind === 'step' ? { step: input.name } : { inspection: input.name }
  return { code, severity: 'deny' as const, message, ...item, artifact, strictOnly: false }
}

function refOf(input: ItemRulesInput, index: number): RuleRef {
  const rule = input.rules[index]
  return { list: input.list, index, text: rule === undefined ? '' : ruleText(rule) }
}

function title(input: ItemRulesInput, start = true): string {
  const kind = input.kind === 'step' ? 'Step' : 'Inspection'
  return `${start ? kind : kind.toLowerCase()} ${input.name}`
}

/** Both digests, at the first algorithm where they differ. */
function difference(expected: Digests, found: Digests): string {
  for (const [algorithm, hex] of Object.entries(expected)) {
    const other = Object.hasOwn(found, algorithm) ? found[algorithm] : undefined
    if (other === undefined) continue
    if (other === hex) continue
    if (other.toLowerCase() === hex.toLowerCase()) return `${algorithm} differs in letter case only.`
    return `expected ${algorithm} ${hex.slice(0, 12)}…, found ${other.slice(0, 12)}….`
  }
  const names = (digests: Digests) => Object.keys(digests).join(', ') || 'no digest'
  return `expected ${names(expected)}, found ${names(found)}.`
}
