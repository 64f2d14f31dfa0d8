import { type Rule, ruleText } from '#lib/in-toto/index.ts'
import { findCycle } from './connections.ts'
import { signersOf } from './issues/signers.ts'
import { type DraftView, type ItemView, rulesOf } from './view.ts'

/** What a layout guarantees once it is enforced, in sentences. Says no more than the rules do. */
export function guarantees(view: DraftView): string[] {
  const steps = view.items.filter((item) => item.kind === 'step')
  const inspections = view.items.filter((item) => item.kind === 'inspection')
  return [
    ...steps.flatMap((step) => [signed(view, step), ...lists(step)]),
    ...inspections.flatMap((item) => [
      `Whoever verifies runs ${item.command.join(' ') || 'nothing'} as ${item.name}, and it must succeed.`,
      ...lists(item),
    ]),
    ...(findCycle(view) === null ? [] : ['Files go in a circle: some of these demands cannot be met together.']),
    `Nothing passes after ${view.expires}.`,
  ]
}

function signed(view: DraftView, step: ItemView): string {
  if (step.certConstraints > 0) return `${step.name} is signed by holders of certificates that the layout describes.`
  const possible = signersOf(view, step)
  if (possible === 1 && step.threshold === 1) return `${step.name} is signed by the one key that may sign it.`
  return `${step.name} is signed by at least ${step.threshold ?? '?'} of ${possible} keys that may sign it.`
}

function lists(item: ItemView): string[] {
  return (['materials', 'products'] as const).flatMap((side) => {
    const rules = rulesOf(item, side).flatMap(({ rule }) => (rule === null ? [] : [rule]))
    const verb = side === 'materials' ? 'uses' : 'leaves'
    const closed = rules.some((rule) => rule.keyword === 'DISALLOW' && rule.pattern === '*')
    const required = rules.filter((rule) => rule.keyword === 'REQUIRE').map((rule) => rule.pattern)
    const passing = rules.filter((rule) => rule.keyword !== 'DISALLOW' && rule.keyword !== 'REQUIRE').map(inWords)
    const forbidden = rules
      .filter((rule) => rule.keyword === 'DISALLOW' && rule.pattern !== '*')
      .map((rule) => rule.pattern)
    const sentences: string[] = []
    if (closed) {
      const what = passing.length === 0 ? 'no files' : `only ${passing.join('; ')}`
      sentences.push(`${item.name} ${verb} ${what}.`)
    } else if (item.kind === 'step') sentences.push(`${item.name} ${verb} any files: its ${side} are not closed.`)
    if (forbidden.length > 0)
      sentences.push(`${item.name} ${verb} no ${forbidden.join(', ')} that no earlier rule takes.`)
    if (required.length > 0) sentences.push(`${item.name} ${verb} ${required.join(', ')}, always.`)
    return sentences
  })
}

function inWords(rule: Rule): string {
  switch (rule.keyword) {
    case 'MATCH': {
      const list = rule.with === 'products' ? 'left' : 'used'
      return `${rule.pattern} exactly as ${rule.from} ${list} it`
    }
    case 'CREATE':
      return `${rule.pattern} that it made`
    case 'DELETE':
      return `${rule.pattern} that it removed`
    case 'MODIFY':
      return `${rule.pattern} that it changed`
    case 'ALLOW':
      return `${rule.pattern}, whatever is in it`
    default:
      return ruleText(rule)
  }
}
