import type { DrawnEdge, DrawnNode, State } from './drawing.ts'

/** Node ids so that files come from before: Kahn's order, ties and cycles in the order of the layout. */
export function flowOrder(nodes: readonly DrawnNode[], edges: readonly DrawnEdge[]): string[] {
  const waiting = new Map(nodes.map((node) => [node.id, 0]))
  for (const edge of edges) waiting.set(edge.target, (waiting.get(edge.target) ?? 0) + 1)
  const order: string[] = []
  while (waiting.size > 0) {
    const next = [...waiting].find(([, count]) => count === 0) ?? [...waiting][0]
    if (next === undefined) break
    waiting.delete(next[0])
    order.push(next[0])
    for (const edge of edges) {
      const left = edge.source === next[0] ? waiting.get(edge.target) : undefined
      if (left !== undefined) waiting.set(edge.target, left - 1)
    }
  }
  return order
}

const WORST: readonly State[] = ['fail', 'expired', 'unverified', 'warn']

/** Failing edges first, then nodes whose fault no edge shows; the worst first, in flow order. */
export function problemsOf(
  nodes: readonly DrawnNode[],
  edges: readonly DrawnEdge[],
  order: readonly string[],
  first: string | null,
): string[] {
  const place = new Map(order.map((id, index) => [id, index]))
  const at = (id: string): number => place.get(id) ?? order.length
  const failing = edges.filter((edge) => edge.state === 'fail').sort((a, b) => at(a.target) - at(b.target))
  const shown = new Set(failing.map((edge) => edge.target))
  const rest = WORST.flatMap((state) =>
    nodes
      .filter((node) => node.state === state && node.kind !== 'artifact' && !shown.has(node.id))
      .sort((a, b) => at(a.id) - at(b.id))
      .map((node) => node.id),
  )
  // the root cause goes before others of its kind, but an edge that shows the failure goes before any node
  const edgeIds = failing.map((edge) => ({ id: edge.id, root: edge.target === first }))
  const nodeIds = rest.map((id) => ({ id, root: id === first }))
  const rootFirst = (items: readonly { id: string; root: boolean }[]): string[] =>
    [...items.filter((one) => one.root), ...items.filter((one) => !one.root)].map((one) => one.id)
  return [...rootFirst(edgeIds), ...rootFirst(nodeIds)]
}
