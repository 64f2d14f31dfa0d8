import type { JsonObject } from '#lib/crypto/index.ts'
import { connect, removeRule } from '../commands.ts'
import { connectedWith, findCycle, type MatchUse, matchUses } from '../connections.ts'
import { error, type Fix, type Issue, warning } from '../issue.ts'
import type { DraftView, ItemView } from '../view.ts'

/** What MATCH rules connect, and what they leave apart. */
export function connectionIssues(view: DraftView): Issue[] {
  const uses = matchUses(view)
  return [...uses.flatMap((use) => matchIssue(use)), ...cycle(view), ...unbound(view), ...unused(view, uses)]
}

function matchIssue(use: MatchUse): Issue[] {
  const { item, side, index, rule, source } = use
  const place = { item, side, rule: index }
  const remove: Fix = { title: 'Remove the rule', apply: (document) => removeRule(document, item.ref, side, index) }
  if (source === null) {
    const message =
      rule.from === ''
        ? `A MATCH of ${item.name} does not say yet from which step it takes files.`
        : `${item.name} takes files from ${rule.from}, but there is no step of that name: the rule never takes a file.`
    return [error('MATCH_UNKNOWN_STEP', place, message, remove)]
  }
  if (source.kind === 'inspection' && item.kind === 'step') {
    const message = `${item.name} takes files from the inspection ${rule.from}. Inspections run after all steps are judged, so the rule never takes a file.`
    return [error('MATCH_INSPECTION', place, message, remove)]
  }
  if (source === item && rule.with === side && rule.sourcePrefix === rule.destinationPrefix) {
    const message = `${item.name} compares its ${side} with themselves: every file passes.`
    return [warning('MATCH_ITSELF', place, message, remove)]
  }
  return []
}

function* cycle(view: DraftView): Generator<Issue> {
  const items = findCycle(view)
  const [first] = items ?? []
  if (items === null || first === undefined) return
  const way = [...items, first].map((item) => item.name).join(' → ')
  yield error('CYCLE', { item: first }, `Files go in a circle: ${way}. One of them must come first.`)
}

/** A step that no digest ties to the final one: any signed link of it, of any build, would do. */
function* unbound(view: DraftView): Generator<Issue> {
  const steps = view.items.filter((item) => item.kind === 'step')
  const last = steps.at(-1)
  if (last === undefined) return
  const bound = connectedWith(view, last)
  for (const [index, step] of steps.entries()) {
    if (bound.has(step)) continue
    const message = `${step.name} is bound to nothing: one ${step.name} would serve every build.`
    yield warning('UNBOUND_STEP', { item: step }, message, bindingFix(steps, index))
  }
}

/** Ties a step to its neighbour: it takes what the step before it made; the first one gives to the next. */
function bindingFix(steps: readonly ItemView[], index: number): Fix | null {
  const step = steps[index]
  const before = steps[index - 1]
  const after = steps[index + 1]
  if (step === undefined) return null
  const to = before === undefined ? after : step
  const from = before === undefined ? step : before
  if (to === undefined || from.name === '') return null
  return {
    title: `Match ${to.name} with ${from.name}`,
    apply: (document: JsonObject) =>
      connect(document, { to: to.ref, side: 'materials', from: from.name, fromSide: 'products' }).document,
  }
}

/** Products that no rule of another step looks at could be anything. */
function* unused(view: DraftView, uses: readonly MatchUse[]): Generator<Issue> {
  const steps = view.items.filter((item) => item.kind === 'step')
  const last = steps.at(-1)
  const bound = last === undefined ? new Set<ItemView>() : connectedWith(view, last)
  for (const step of steps.slice(0, -1)) {
    const makes = step.products.some(({ rule }) => ['CREATE', 'MODIFY', 'ALLOW'].includes(rule?.keyword ?? ''))
    const used = uses.some(
      ({ item, side, rule, source }) =>
        (source === step && item !== step && rule.with === 'products') || (item === step && side === 'products'),
    )
    if (!makes || used || !bound.has(step)) continue
    const message = `Nobody uses the products of ${step.name}: whatever it makes, no later step compares it.`
    yield warning('PRODUCTS_UNUSED', { item: step, side: 'products' }, message)
  }
}
