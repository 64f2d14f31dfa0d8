import { matchGlob, type Rule } from '#lib/in-toto/index.ts'
import { addRule, moveRule, removeRule, setRule } from '../commands.ts'
import type { Side } from '../document.ts'
import { error, type Fix, type Issue, warning } from '../issue.ts'
import { type DraftView, type ItemView, type RuleView, rulesOf } from '../view.ts'

/** Each rule by itself, and each list as the queue that it is. */
export function ruleIssues(view: DraftView): Issue[] {
  return view.items.flatMap((item) =>
    (['materials', 'products'] as const).flatMap((side) => {
      const rules = rulesOf(item, side)
      return [
        ...rules.flatMap((entry) => [...single(item, side, entry)]),
        ...rules.flatMap((entry) => [...inOrder(item, side, entry, rules.slice(0, entry.index))]),
        ...closing(item, side, rules),
      ]
    }),
  )
}

function* single(item: ItemView, side: Side, { index, rule, problem, tokens }: RuleView): Generator<Issue> {
  const place = { item, side, rule: index }
  const remove: Fix = { title: 'Remove the rule', apply: (document) => removeRule(document, item.ref, side, index) }
  if (rule === null) {
    yield error('RULE_INVALID', place, problem ?? 'This is no rule.', tokens === null ? remove : null)
    return
  }
  if (rule.keyword === 'CREATE' && side === 'materials') {
    const message = `${item.name}: CREATE among the materials never takes a file, because a created file is a product only.`
    yield warning('NEVER_CONSUMES', place, message, remove)
  }
  if (rule.keyword === 'DELETE' && side === 'products') {
    const message = `${item.name}: DELETE among the products never takes a file, because a deleted file is a material only.`
    yield warning('NEVER_CONSUMES', place, message, remove)
  }
  if (rule.pattern.includes('[^') && rule.keyword !== 'REQUIRE') {
    const pattern = rule.pattern.replaceAll('[^', '[!')
    const message = `${item.name}: [^ in ${rule.pattern} does not negate; in-toto's patterns write [!.`
    yield warning('CARET_CLASS', place, message, repattern(item, side, index, rule, pattern))
  }
  if (rule.keyword === 'REQUIRE' && /[*?[]/.test(rule.pattern)) {
    const message = `${item.name}: REQUIRE takes a path, not a pattern; ${rule.pattern} is looked for letter by letter.`
    yield warning('REQUIRE_PATTERN', place, message)
  }
  if (!isNormal(rule.pattern)) {
    const normal = rule.pattern.replace(/^(\.\/)+/, '')
    const fix = normal !== '' && isNormal(normal) ? repattern(item, side, index, rule, normal) : null
    const message = `${item.name}: ${rule.pattern} is no normal path. Links record src/a.c, not ./src/a.c, src//a.c or src\\a.c, so it fits nothing.`
    yield warning('PATH_NOT_NORMAL', place, message, fix)
  }
}

function repattern(item: ItemView, side: Side, index: number, rule: Rule, pattern: string): Fix {
  const tokens = rule.tokens.with(1, pattern)
  return { title: `Write ${pattern}`, apply: (document) => setRule(document, item.ref, side, index, tokens) }
}

/** Whether links record such a path: relative, with slashes, without `.`, `..` and empty parts. */
function isNormal(pattern: string): boolean {
  if (pattern === '' || pattern.includes('\\')) return false
  const parts = pattern.split('/')
  // a trailing slash is an empty last part; resources such as git:https://host/x keep their two slashes
  return !parts.some((part, at) => part === '.' || part === '..' || (part === '' && !parts[at - 1]?.endsWith(':')))
}

function* inOrder(
  item: ItemView,
  side: Side,
  { index, rule }: RuleView,
  before: readonly RuleView[],
): Generator<Issue> {
  if (rule === null) return
  const place = { item, side, rule: index }
  const open = before.find((entry) => entry.rule?.keyword === 'ALLOW' && entry.rule.pattern === '*')
  const shut = before.find((entry) => entry.rule?.keyword === 'DISALLOW' && entry.rule.pattern === '*')
  if (rule.keyword === 'REQUIRE') {
    if (shut !== undefined) {
      const message = `${item.name}: REQUIRE ${rule.pattern} stands after DISALLOW *, where nothing is left: one of the two always fails.`
      yield error('REQUIRE_AFTER_CLOSING', place, message, movedUp(item, side, index, shut.index))
      return
    }
    const taker = before.find((entry) => entry.rule !== null && mayTake(entry.rule, side, rule.pattern))
    if (taker === undefined) return
    const message = `${item.name}: REQUIRE ${rule.pattern} stands after ${taker.tokens?.join(' ')}, which takes the file first: then it counts as missing.`
    yield error('REQUIRE_AFTER_CONSUMER', place, message, movedUp(item, side, index, taker.index))
    return
  }
  if (open !== undefined && rule.tokens.join() !== 'DISALLOW,*') {
    const message = `${item.name}: ${rule.tokens.join(' ')} stands after ALLOW *, which lets every file pass: it never sees one.`
    yield warning('ALLOW_ALL_EARLY', place, message, movedUp(item, side, index, open.index))
  }
}

function movedUp(item: ItemView, side: Side, from: number, to: number): Fix {
  return { title: `Move it to place ${to + 1}`, apply: (document) => moveRule(document, item.ref, side, from, to) }
}

/** Whether a rule can take a file of that name out of the queue. */
function mayTake(rule: Rule, side: Side, path: string): boolean {
  switch (rule.keyword) {
    case 'DISALLOW':
    case 'REQUIRE':
      return false
    case 'CREATE':
      return side === 'products' && matchGlob(rule.pattern, path)
    case 'DELETE':
      return side === 'materials' && matchGlob(rule.pattern, path)
    case 'ALLOW':
    case 'MODIFY':
      return matchGlob(rule.pattern, path)
    case 'MATCH': {
      const folder =
        rule.sourcePrefix === null || rule.sourcePrefix === '' ? '' : `${rule.sourcePrefix.replace(/\/$/, '')}/`
      return path.startsWith(folder) && matchGlob(rule.pattern, path.slice(folder.length))
    }
  }
}

function* closing(item: ItemView, side: Side, rules: readonly RuleView[]): Generator<Issue> {
  const disallows = rules.some(({ rule }) => rule?.keyword === 'DISALLOW' && rule.pattern === '*')
  // an inspection sees whatever lies in the folder it runs in; an open list there is no surprise
  if (disallows || (item.kind === 'inspection' && rules.length === 0)) return
  const open = rules.some(({ rule }) => rule?.keyword === 'ALLOW' && rule.pattern === '*')
  const Side = side === 'materials' ? 'Materials' : 'Products'
  const message = open
    ? `${item.name}: ${Side} let every file pass (ALLOW *).`
    : `${item.name}: ${Side} do not end with DISALLOW *: any other file passes.`
  const fix: Fix = {
    title: 'Add DISALLOW *',
    apply: (document) => addRule(document, item.ref, side, ['DISALLOW', '*'], rules.length),
  }
  yield warning('NO_CLOSING_DISALLOW', { item, side }, message, open ? null : fix)
}
