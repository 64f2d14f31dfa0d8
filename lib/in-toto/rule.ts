import { FormatError } from '#lib/crypto/index.ts'

/** An artifact rule (specification 4.3.3). `tokens` is the rule as written; keywords are read in any letter case. */
export type Rule = PatternRule | MatchRule

export interface PatternRule {
  readonly keyword: 'CREATE' | 'DELETE' | 'MODIFY' | 'ALLOW' | 'DISALLOW' | 'REQUIRE'
  /** a glob; for REQUIRE a literal path */
  readonly pattern: string
  readonly tokens: readonly string[]
}

export interface MatchRule {
  readonly keyword: 'MATCH'
  readonly pattern: string
  /** `IN prefix` before WITH; null where absent */
  readonly sourcePrefix: string | null
  readonly with: 'materials' | 'products'
  /** `IN prefix` after WITH; null where absent */
  readonly destinationPrefix: string | null
  /** the step whose link is looked at */
  readonly from: string
  readonly tokens: readonly string[]
}

export type RuleKeyword = Rule['keyword']

const PATTERN_KEYWORDS: Readonly<Record<string, PatternRule['keyword']>> = {
  create: 'CREATE',
  delete: 'DELETE',
  modify: 'MODIFY',
  allow: 'ALLOW',
  disallow: 'DISALLOW',
  require: 'REQUIRE',
}

/**
 * Reads one rule from its tokens.
 * @param place where the rule stands, for the message
 * @throws FormatError LAYOUT_INVALID where the tokens are not one of the specification's forms
 */
export function parseRule(tokens: readonly string[], place = ''): Rule {
  // lower case like Python: upper-casing would also read the long s of "DIſALLOW"
  const keyword = (tokens[0] ?? '').toLowerCase()
  if (keyword === 'match') return parseMatch(tokens, place)
  const known = Object.hasOwn(PATTERN_KEYWORDS, keyword) ? PATTERN_KEYWORDS[keyword] : undefined
  if (known === undefined) {
    throw ruleError(tokens, place, 'starts with CREATE, DELETE, MODIFY, ALLOW, DISALLOW, REQUIRE or MATCH')
  }
  const pattern = tokens[1]
  if (tokens.length !== 2 || pattern === undefined) throw ruleError(tokens, place, `is "${known} <pattern>"`)
  return { keyword: known, pattern, tokens }
}

/** MATCH has six tokens, eight with one IN, ten with both; nothing else. */
function parseMatch(tokens: readonly string[], place: string): MatchRule {
  const lower = tokens.map((token) => token.toLowerCase())
  const at = (index: number): string => tokens[index] ?? ''
  const sourceIn = lower[2] === 'in' && lower[4] === 'with'
  const rest = sourceIn ? 4 : 2
  const destinationIn = lower[rest + 2] === 'in' && lower[rest + 4] === 'from'
  const from = destinationIn ? rest + 4 : rest + 2
  const list = lower[rest + 1]
  const shaped = lower[rest] === 'with' && lower[from] === 'from' && tokens.length === from + 2
  if (!shaped || (list !== 'materials' && list !== 'products')) {
    throw ruleError(
      tokens,
      place,
      'is "MATCH <pattern> [IN <prefix>] WITH (MATERIALS|PRODUCTS) [IN <prefix>] FROM <step>"',
    )
  }
  return {
    keyword: 'MATCH',
    pattern: at(1),
    sourcePrefix: sourceIn ? at(3) : null,
    with: list,
    destinationPrefix: destinationIn ? at(rest + 3) : null,
    from: at(from + 1),
    tokens,
  }
}

function ruleError(tokens: readonly string[], place: string, expected: string): FormatError {
  return new FormatError('LAYOUT_INVALID', `Expected a rule that ${expected}; found ${JSON.stringify(tokens)}.`, place)
}

const ONE_WORD = /^[^\s"]+$/u

/** The rule as people write it. Tokens that would not read as one word are quoted. */
export function ruleText(rule: Rule): string {
  const { tokens } = rule
  const plain = tokens.every((token) => ONE_WORD.test(token))
  return (plain ? tokens : tokens.map((token) => (ONE_WORD.test(token) ? token : JSON.stringify(token)))).join(' ')
}
