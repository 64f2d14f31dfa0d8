import type { RuleTrace } from '#lib/in-toto/report.ts'
import { changeLayout, rerun } from './fixes.ts'
import { compared, matchRule, matchThatLeft, type Subject, type Told } from './subject.ts'
import { count, sentence, some } from './words.ts'

/** A MATCH looked for the file at another step and found another digest there, or no such file. */
export function artifactDiffers(subject: Subject): Told | null {
  const { reason } = subject
  const rule = matchThatLeft(subject, reason.artifact)
  const other = reason.counterpart ?? (rule === null ? undefined : rule.from)
  if (reason.artifact === undefined || other === undefined) return null
  const left = leftByMatch(subject, rule)
  const why = left.get(reason.artifact) ?? (reason.expected === undefined ? 'source-missing' : 'digest-differs')
  if (why === 'source-step-missing') return null
  const wording = verbs(subject, rule)
  const names = [reason.artifact, ...[...left.keys()].filter((name) => name !== reason.artifact)]
  return {
    kind: why === 'digest-differs' ? 'hash-differs' : 'not-produced',
    heading: heading(subject, names, other, wording, why === 'digest-differs'),
    demand: `${demand(subject, rule, other, wording)} ${tally(left)}`.trim(),
    counterpart: other,
    rule,
    fixes: [handOver(subject, names, other, wording), expected(subject, names, other)].filter((fix) => fix !== null),
  }
}

/** artifact -> why the rule left it, for those that it compared and that a DISALLOW then refused */
function leftByMatch(subject: Subject, rule: RuleTrace | null): Map<string, RuleTrace['left'][number]['why']> {
  const refused = new Set<string>()
  for (const disallow of subject.list?.rules ?? []) {
    if (disallow.keyword !== 'DISALLOW') continue
    for (const one of disallow.left) if (one.why === 'disallowed') refused.add(one.artifact)
  }
  const left = new Map<string, RuleTrace['left'][number]['why']>()
  for (const one of rule?.left ?? []) {
    if (compared(one.why) && refused.has(one.artifact)) left.set(one.artifact, one.why)
  }
  return left
}

interface Verbs {
  /** what the item did with the file */
  readonly here: string
  /** what the other step should have done with it */
  readonly there: string
}

function verbs(subject: Subject, rule: RuleTrace | null): Verbs {
  const materials = rule !== null && matchRule(rule.text)?.with === 'materials'
  const here = subject.inspection !== null ? 'found' : subject.reason.rule?.list === 'products' ? 'delivered' : 'used'
  return { here, there: materials ? 'use' : 'make' }
}

function heading(subject: Subject, names: readonly string[], other: string, wording: Verbs, digest: boolean): string {
  const [first = ''] = names
  const more = names.length > 1 ? ` and ${count(names.length - 1, 'more file')}` : ''
  const article = digest && more === '' ? 'a ' : ''
  return sentence(`${subject.who} ${wording.here} ${article}${first}${more} that ${other} did not ${wording.there}`)
}

function demand(subject: Subject, rule: RuleTrace | null, other: string, wording: Verbs): string {
  const match = rule === null ? null : matchRule(rule.text)
  const what = match === null ? 'these files' : matched(match.pattern, match.sourcePrefix)
  const made = wording.there === 'make' ? 'made' : 'used'
  return `The layout says that ${what} which ${subject.who} ${wording.here} must be, byte for byte, what ${other} ${made}.`
}

function matched(pattern: string, prefix: string | null): string {
  const within = prefix === null ? '' : ` in ${prefix}`
  if (pattern === '*') return `every file${within}`
  return /[*?[]/.test(pattern) ? `every file matching ${pattern}${within}` : `the file ${pattern}${within}`
}

function tally(left: ReadonlyMap<string, string>): string {
  const differing = [...left.values()].filter((why) => why === 'digest-differs').length
  const never = left.size - differing
  const parts = [
    differing > 0 ? `${count(differing, 'file')} ${differing === 1 ? 'has' : 'have'} another digest` : '',
    never > 0 ? `${count(never, 'file')} ${never === 1 ? 'was' : 'were'} never recorded there` : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? '' : `${sentence(parts.join(', and '))}.`
}

function handOver(subject: Subject, names: readonly string[], other: string, wording: Verbs) {
  if (subject.inspection !== null) {
    return rerun(
      subject,
      other,
      `What was delivered is not what ${other} recorded. Deliver the files of the run that recorded them, or run ${other} again on the files you mean to deliver.`,
    )
  }
  const step = subject.step?.name ?? ''
  return rerun(
    subject,
    step,
    `Between ${other} and ${step}, ${some(names)} changed or came from elsewhere. Hand ${step} the files that ${other} ${wording.there === 'make' ? 'made' : 'used'} (as a build artifact, not by building again or checking out anew), then record ${step} again:`,
  )
}

function expected(subject: Subject, names: readonly string[], other: string) {
  return changeLayout(
    subject,
    `If ${subject.who} is meant to change ${some(names)} after ${other}, the layout has to say so: narrow the MATCH pattern, or add the step that makes the change.`,
  )
}
