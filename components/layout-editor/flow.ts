import type { Edge, Node } from 'reactflow'
import type { ArrangeRequest } from '#lib/client/layouts.ts'
import type { Arrangement } from '#lib/contract/layouts.ts'
import {
  type DraftView,
  flowOf,
  flowOrder,
  type Issue,
  type ItemPreview,
  type ItemView,
  type MatchUse,
  matchUses,
  type Side,
  signersOf,
} from '#lib/layout-draft/index.ts'

export const NODE_WIDTH = 216
export const NODE_HEIGHT = 100
const LABEL_LINE = 22

export interface ItemNodeData extends Record<string, unknown> {
  readonly item: ItemView
  readonly who: string
  /** `2 of 3`; empty for inspections */
  readonly needed: string
  readonly errors: number
  readonly warnings: number
  readonly readOnly: boolean
}
export type ItemNode = Node<ItemNodeData, 'item'>

export interface RuleLabel {
  readonly side: Side
  readonly index: number
  readonly text: string
  /** files taken in the sample run; null without one */
  readonly took: number | null
  /** files that fit but were left over */
  readonly missed: boolean
  /** whose list the rule is in */
  readonly holder: string
}

export interface MatchEdgeData extends Record<string, unknown> {
  readonly rules: readonly RuleLabel[]
  readonly missed: boolean
  readonly route: Arrangement['edges'][string] | null
}
export type MatchEdge = Edge<MatchEdgeData, 'match'>

type Previews = ReadonlyMap<string, ItemPreview>
type Positions = Readonly<Record<string, { x: number; y: number }>>

/** Lines of the drawing before they have a place: one for each pair of items, with its rules on it. */
export interface Line {
  readonly id: string
  readonly source: ItemView
  readonly target: ItemView
  readonly rules: readonly RuleLabel[]
}

/** The MATCH rules of a draft as lines, along the way that files go. */
export function linesOf(view: DraftView, previews: Previews | null): Line[] {
  const lines = new Map<string, Line>()
  for (const use of matchUses(view)) {
    if (use.source === null || use.source === use.item) continue
    const flow = flowOf(use) ?? { from: use.source, to: use.item }
    const id = `${flow.from.id} > ${flow.to.id}`
    const rules = [...(lines.get(id)?.rules ?? []), labelOf(use, previews)]
    lines.set(id, { id, source: flow.from, target: flow.to, rules })
  }
  return [...lines.values()]
}

function labelOf(use: MatchUse, previews: Previews | null): RuleLabel {
  const { pattern, sourcePrefix, destinationPrefix } = use.rule
  const other = destinationPrefix === null ? pattern : `${destinationPrefix}/${pattern}`
  const text = sourcePrefix === null && destinationPrefix === null ? pattern : `${sourcePrefix ?? '.'} ← ${other}`
  const preview = previews?.get(use.item.id)?.[use.side] ?? null
  const trace = preview?.trace.rules[preview.indexes.indexOf(use.index)]
  const missed = trace?.left.some(({ why }) => why === 'digest-differs' || why === 'source-missing') ?? false
  return { side: use.side, index: use.index, text, took: trace?.consumed ?? null, missed, holder: use.item.id }
}

/** What ELK is asked: the same document always asks the same. */
export function arrangeRequest(view: DraftView, lines: readonly Line[]): ArrangeRequest {
  return {
    nodes: flowOrder(view).map(({ id }) => ({ id, width: NODE_WIDTH, height: NODE_HEIGHT })),
    edges: lines.map(({ id, source, target, rules }) => ({
      id,
      source: source.id,
      target: target.id,
      label: {
        width: Math.min(180, 24 + 7 * Math.max(...rules.map(({ text }) => text.length + 4))),
        height: LABEL_LINE * rules.length,
      },
    })),
    aspectRatio: 1.6,
  }
}

/** Items as nodes, in flow order: the order of Tab. */
export function nodesOf(
  view: DraftView,
  issues: readonly Issue[],
  selected: string | null,
  places: { readonly arrangement: Arrangement | undefined; readonly positions: Positions; readonly readOnly: boolean },
  names: ReadonlyMap<string, string> = new Map(),
): ItemNode[] {
  return flowOrder(view).map((item, order) => {
    const own = issues.filter(({ item: ref }) => ref?.list === item.ref.list && ref.index === item.ref.index)
    const errors = own.filter(({ severity }) => severity === 'error').length
    const needed = item.kind === 'step' ? `${item.threshold ?? '?'} of ${signersOf(view, item)}` : ''
    const who = whoOf(item, names)
    const fallback = { x: (order % 4) * 320, y: Math.floor(order / 4) * 160 }
    return {
      id: item.id,
      type: 'item',
      position: places.positions[item.id] ?? places.arrangement?.nodes[item.id] ?? fallback,
      width: NODE_WIDTH,
      height: NODE_HEIGHT,
      selected: item.id === selected,
      draggable: !places.readOnly,
      connectable: !places.readOnly,
      data: { item, who, needed, errors, warnings: own.length - errors, readOnly: places.readOnly },
      ariaLabel: `${item.kind} ${item.name}: ${who}${needed === '' ? '' : `, ${needed} signatures`}, ${item.materials.length} material rules, ${item.products.length} product rules${own.length === 0 ? '' : `, ${own.length} problems`}`,
    }
  })
}

/** @param names keyid -> name of the key where it is known here */
function whoOf(item: ItemView, names: ReadonlyMap<string, string>): string {
  if (item.kind === 'inspection') return item.command.join(' ') || 'No command yet'
  if (item.certConstraints > 0) return 'By certificate'
  const [first] = item.pubkeys
  if (first === undefined) return 'Nobody may sign yet'
  return item.pubkeys.length === 1 ? (names.get(first) ?? `Key ${first.slice(0, 8)}`) : `${item.pubkeys.length} keys`
}

/** Lines as edges. Where neither end was moved by hand, along ELK's route. */
export function edgesOf(
  lines: readonly Line[],
  arrangement: Arrangement | undefined,
  positions: Positions,
  selectedRule: { id: string; side: Side; rule: number | null } | null,
): MatchEdge[] {
  return lines.map(({ id, source, target, rules }) => {
    const byHand = positions[source.id] !== undefined || positions[target.id] !== undefined
    const route = arrangement?.edges[id]
    const usable =
      !byHand && route !== undefined && joins(route, arrangement?.nodes[source.id], arrangement?.nodes[target.id])
    const [first] = rules
    return {
      id,
      type: 'match',
      source: source.id,
      target: target.id,
      sourceHandle: 'out-products',
      targetHandle: 'in-materials',
      selected: rules.some(
        (rule) =>
          rule.holder === selectedRule?.id && rule.side === selectedRule.side && rule.index === selectedRule.rule,
      ),
      data: {
        rules,
        missed: rules.some(({ missed }) => missed),
        route: usable ? route : null,
      },
      ariaLabel: `${target.name} and ${source.name}: ${rules.map(({ text, took }) => `${text}${took === null ? '' : ` takes ${took}`}`).join(', ')}`,
      ...(first === undefined ? {} : { reconnectable: true }),
    }
  })
}

/** Whether a route leads from the border of one node to that of the other; wrapped ones sometimes end in the open. */
function joins(
  { points }: Arrangement['edges'][string],
  source: { x: number; y: number } | undefined,
  target: { x: number; y: number } | undefined,
): boolean {
  const first = points[0]
  const last = points.at(-1)
  return first !== undefined && last !== undefined && touches(source, first) && touches(target, last)
}

function touches(node: { x: number; y: number } | undefined, { x, y }: { x: number; y: number }): boolean {
  const slack = 2
  return (
    node !== undefined &&
    x >= node.x - slack &&
    x <= node.x + NODE_WIDTH + slack &&
    y >= node.y - slack &&
    y <= node.y + NODE_HEIGHT + slack
  )
}

/** The neighbour along a line: the next one with the files, or the one they come from. */
export function neighbour(lines: readonly Line[], id: string, direction: 'on' | 'back'): string | null {
  const line = lines.find(({ source, target }) => (direction === 'on' ? source.id : target.id) === id)
  if (line === undefined) return null
  return direction === 'on' ? line.target.id : line.source.id
}
