import type { ElkExtendedEdge, ElkNode, ElkPoint } from 'elkjs/lib/elk-api.js'
import type { z } from 'zod'
import type { Arrangement, arrangeRequestSchema } from '#lib/contract/layouts.ts'

export type ArrangeRequest = z.infer<typeof arrangeRequestSchema>

/** Above this many nodes model order costs seconds (20 s at 1,000) and is left out. */
const MODEL_ORDER_UP_TO = 50
/** Up to this many layers stand in one row at a readable size; wrapping them would only bend the edges. */
const ONE_ROW_UP_TO = 4

/** Ways to break a long chain into rows, the most readable first. (ELK 0.12 throws on some graphs with SINGLE_EDGE.) */
export const WRAPPINGS = ['MULTI_EDGE', 'OFF'] as const
export type Wrapping = (typeof WRAPPINGS)[number]

/**
 * The graph as ELK wants it: layers from left to right, wrapped into rows so that a long thin chain stays readable,
 * right-angled edges, and every label with its size so that ELK leaves room for it.
 */
export function toElk(request: ArrangeRequest, wrapping: Wrapping): ElkNode {
  return {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.layered.spacing.nodeNodeBetweenLayers': '72',
      'elk.layered.spacing.edgeNodeBetweenLayers': '20',
      'elk.spacing.nodeNode': '28',
      'elk.spacing.edgeNode': '18',
      'elk.spacing.edgeEdge': '12',
      'elk.spacing.edgeLabel': '4',
      'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
      'elk.layered.wrapping.strategy': layersOf(request) <= ONE_ROW_UP_TO ? 'OFF' : wrapping,
      'elk.layered.feedbackEdges': 'true',
      'elk.layered.mergeEdges': 'false',
      'elk.aspectRatio': String(request.aspectRatio),
      'elk.padding': '[top=16,left=16,bottom=16,right=16]',
      ...(request.nodes.length <= MODEL_ORDER_UP_TO
        ? { 'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES' }
        : {}),
    },
    children: request.nodes.map(({ id, width, height }) => ({ id, width, height })),
    edges: knownEdges(request).map((edge) => ({
      id: edge.id,
      sources: [edge.source],
      targets: [edge.target],
      labels: edge.label === null ? [] : [label(edge.id, edge.label)],
    })),
  }
}

/** Nodes on the longest way along the edges; where they go in a circle, one more than may stand in one row. */
function layersOf(request: ArrangeRequest): number {
  const layer = new Map(request.nodes.map(({ id }) => [id, 1]))
  for (let round = 0; round <= ONE_ROW_UP_TO; round++) {
    let changed = false
    for (const { source, target } of knownEdges(request)) {
      const least = (layer.get(source) ?? 1) + 1
      if (source === target || (layer.get(target) ?? 1) >= least) continue
      layer.set(target, least)
      changed = true
    }
    if (!changed) return Math.max(...layer.values())
  }
  return ONE_ROW_UP_TO + 1
}

/** Edges whose ends are both drawn: ELK refuses a graph with any other. */
function knownEdges(request: ArrangeRequest): ArrangeRequest['edges'] {
  const ids = new Set(request.nodes.map((node) => node.id))
  return request.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target))
}

function label(edge: string, size: { width: number; height: number }) {
  // ELK makes no room for a label without text; its own words are drawn by us. At the head, because ELK 0.12 loses the
  // rest of a route that is wrapped where a label in its middle stands.
  return { id: `${edge} label`, text: 'label', ...size, layoutOptions: { 'elk.edgeLabels.placement': 'HEAD' } }
}

/** Reads where ELK put everything; what it left out stands at the origin or has no points. */
export function fromElk(arranged: ElkNode): Arrangement {
  const nodes: Arrangement['nodes'] = {}
  for (const child of arranged.children ?? []) nodes[child.id] = { x: child.x ?? 0, y: child.y ?? 0 }
  const edges: Arrangement['edges'] = {}
  for (const edge of arranged.edges ?? []) {
    const points = pointsOf(edge)
    edges[edge.id] = { points, labelAt: labelAt(edge, points) }
  }
  return { nodes, edges, width: arranged.width ?? 0, height: arranged.height ?? 0 }
}

function pointsOf(edge: ElkExtendedEdge): ElkPoint[] {
  return (edge.sections ?? []).flatMap((section) => [
    point(section.startPoint),
    ...(section.bendPoints ?? []).map(point),
    point(section.endPoint),
  ])
}

const point = ({ x, y }: ElkPoint): ElkPoint => ({ x, y })

/** On its own line: beside it, where ELK puts it, a label may lie on the line of a neighbour and speak for that. */
function labelAt(edge: ElkExtendedEdge, points: readonly ElkPoint[]): Arrangement['edges'][string]['labelAt'] {
  const found = edge.labels?.[0]
  if (found?.x === undefined || found.y === undefined) return null
  const { x, width = 0, height = 0 } = found
  const end = points.at(-1)
  return { x, y: end === undefined ? found.y : end.y - height / 2, width, height }
}

/**
 * Whether every route leads from its source to its target. ELK 0.12 loses the end of some routes when it wraps a graph
 * with several edges between two rows; a line that ends in mid-air says something that is not so.
 */
export function routesMeet(request: ArrangeRequest, { nodes, edges }: Arrangement): boolean {
  const boxes = new Map(request.nodes.map((node) => [node.id, { ...node, ...(nodes[node.id] ?? { x: 0, y: 0 }) }]))
  return knownEdges(request).every(({ id, source, target }) => {
    const points = edges[id]?.points ?? []
    return touches(points[0], boxes.get(source)) && touches(points.at(-1), boxes.get(target))
  })
}

type Box = ElkPoint & { readonly width: number; readonly height: number }

function touches(at: ElkPoint | undefined, box: Box | undefined): boolean {
  if (at === undefined || box === undefined) return false
  const inside = (value: number, from: number, size: number) => value >= from - 1 && value <= from + size + 1
  return inside(at.x, box.x, box.width) && inside(at.y, box.y, box.height)
}
