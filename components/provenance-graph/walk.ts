import type { ProvenanceGraph } from '#lib/contract/builds.ts'

/** Where the reader stands: a node, and the edge that led there while walking through problems. */
export interface Place {
  readonly node: string | null
  readonly edge: string | null
}

/** The next problem (or the one before), round and round. A problem that is an edge opens the step it leads to. */
export function nextProblem(graph: ProvenanceGraph, at: Place, direction: 1 | -1): Place {
  const { problems } = graph
  if (problems.length === 0) return at
  const here = problems.findIndex((id) => (at.edge === null ? placeOf(graph, id).node === at.node : id === at.edge))
  const next =
    here === -1 ? (direction === 1 ? 0 : problems.length - 1) : (here + direction + problems.length) % problems.length
  return placeOf(graph, problems[next] ?? null)
}

function placeOf(graph: ProvenanceGraph, id: string | null): Place {
  const edge = graph.edges.find((one) => one.id === id)
  return edge === undefined ? { node: id, edge: null } : { node: edge.target, edge: edge.id }
}

/** Up and down go through the flow order, right and left along the edges (a failing one first). */
export function step(graph: ProvenanceGraph, node: string | null, key: string): string | null {
  const { order } = graph
  const index = node === null ? -1 : order.indexOf(node)
  switch (key) {
    case 'ArrowDown':
      return order[Math.min(index + 1, order.length - 1)] ?? null
    case 'ArrowUp':
      return order[Math.max(index - 1, 0)] ?? null
    case 'Home':
      return order[0] ?? null
    case 'End':
      return order.at(-1) ?? null
    case 'ArrowRight':
      return along(graph, 'source', 'target', node) ?? node
    case 'ArrowLeft':
      return along(graph, 'target', 'source', node) ?? node
    default:
      return null
  }
}

function along(graph: ProvenanceGraph, from: 'source' | 'target', to: 'source' | 'target', node: string | null) {
  const edges = graph.edges.filter((edge) => edge[from] === node)
  return (edges.find((edge) => edge.state === 'fail') ?? edges[0])?.[to]
}
