import type { MatchRule } from '#lib/in-toto/index.ts'
import type { Side } from './document.ts'
import { type DraftView, type ItemView, rulesOf } from './view.ts'

/** One MATCH rule with the two items that it connects. */
export interface MatchUse {
  /** the item whose list the rule is in */
  readonly item: ItemView
  readonly side: Side
  readonly index: number
  readonly rule: MatchRule
  /** the item that FROM names; null where there is none */
  readonly source: ItemView | null
}

/** Every MATCH of the draft, in the document's order. */
export function matchUses(view: DraftView): MatchUse[] {
  const byName = new Map<string, ItemView>()
  for (const item of view.items) if (!byName.has(item.name)) byName.set(item.name, item)
  return view.items.flatMap((item) =>
    (['materials', 'products'] as const).flatMap((side) =>
      rulesOf(item, side).flatMap(({ index, rule }) =>
        rule?.keyword === 'MATCH' ? [{ item, side, index, rule, source: byName.get(rule.from) ?? null }] : [],
      ),
    ),
  )
}

/**
 * Which way files go along a MATCH: from the step that made them to the one that used them. Two lists of the same kind
 * are compared without either step coming first; null then.
 */
export function flowOf(use: MatchUse): { from: ItemView; to: ItemView } | null {
  if (use.source === null || use.source === use.item) return null
  if (use.side === 'materials' && use.rule.with === 'products') return { from: use.source, to: use.item }
  if (use.side === 'products' && use.rule.with === 'materials') return { from: use.item, to: use.source }
  // an inspection looks at what steps left behind
  return use.item.kind === 'inspection' && use.source.kind === 'step' ? { from: use.source, to: use.item } : null
}

/** Items that a chain of MATCH rules, in either direction, connects with `start`; itself included. */
export function connectedWith(view: DraftView, start: ItemView): ReadonlySet<ItemView> {
  const uses = matchUses(view).filter((use) => use.source !== null && use.source !== use.item)
  const reached = new Set([start])
  for (let size = 0; size !== reached.size; ) {
    size = reached.size
    for (const { item, source } of uses) {
      if (source === null) continue
      if (reached.has(item)) reached.add(source)
      else if (reached.has(source)) reached.add(item)
    }
  }
  return reached
}

/** Steps in a circle of file flows, in its order; null where there is none. */
export function findCycle(view: DraftView): readonly ItemView[] | null {
  const next = new Map<ItemView, ItemView[]>()
  for (const use of matchUses(view)) {
    const flow = flowOf(use)
    if (flow !== null) next.set(flow.from, [...(next.get(flow.from) ?? []), flow.to])
  }
  const done = new Set<ItemView>()
  const walk = (item: ItemView, path: readonly ItemView[]): readonly ItemView[] | null => {
    const at = path.indexOf(item)
    if (at >= 0) return path.slice(at)
    if (done.has(item)) return null
    for (const to of next.get(item) ?? []) {
      const cycle = walk(to, [...path, item])
      if (cycle !== null) return cycle
    }
    done.add(item)
    return null
  }
  for (const item of view.items) {
    const cycle = walk(item, [])
    if (cycle !== null) return cycle
  }
  return null
}

/** Items in the order in which files flow; where nothing decides, in the document's. */
export function flowOrder(view: DraftView): readonly ItemView[] {
  const before = new Map<ItemView, Set<ItemView>>(view.items.map((item) => [item, new Set()]))
  for (const use of matchUses(view)) {
    const flow = flowOf(use)
    if (flow !== null) before.get(flow.to)?.add(flow.from)
  }
  const order: ItemView[] = []
  const rest = new Set(view.items)
  while (rest.size > 0) {
    // in a circle nobody is ready: then the document's order breaks it
    const ready = [...rest].find((item) => ![...(before.get(item) ?? [])].some((other) => rest.has(other)))
    const item = ready ?? [...rest][0]
    if (item === undefined) break
    order.push(item)
    rest.delete(item)
  }
  return order
}
