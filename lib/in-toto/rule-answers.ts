import { type RulesInput, type RulesOutcome, rulesFail } from './evaluate-rules.ts'
import type { Rule } from './rule.ts'

/** Whether rule lists fail, each asked once: two verifiers ask the same in one verification. */
export class RuleAnswers {
  private readonly known = new Map<readonly Rule[], { readonly input: RulesInput; readonly fails: boolean }>()

  /** What `applyRules` found for this input, whose `links` no longer change. */
  remember(input: RulesInput, { trace, referenceFails }: RulesOutcome): void {
    this.known.set(input.rules, { input, fails: trace.failed || referenceFails })
  }

  /** As `rulesFail`. */
  fails(input: RulesInput): boolean {
    const known = this.known.get(input.rules)
    return known !== undefined && sameQuestion(known.input, input) ? known.fails : rulesFail(input)
  }
}

/** Of one rule list: asked about the same files, recorded in the same way. Equal files elsewhere are asked anew. */
function sameQuestion(a: RulesInput, b: RulesInput): boolean {
  return (
    a.list === b.list &&
    a.item.materials === b.item.materials &&
    a.item.products === b.item.products &&
    isStatement(a.item) === isStatement(b.item) &&
    a.rules.every((rule) => {
      if (rule.keyword !== 'MATCH') return true
      const [one, other] = [a.links.get(rule.from), b.links.get(rule.from)]
      return one?.[rule.with] === other?.[rule.with] && isStatement(one) === isStatement(other)
    })
  )
}

function isStatement(record: { readonly fromStatement?: boolean } | undefined): boolean {
  return record?.fromStatement === true
}
