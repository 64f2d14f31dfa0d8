import type { ProvenanceGraph } from '#lib/contract/builds.ts'
import type { Arrangement } from '#lib/contract/layouts.ts'
import type { Layout } from '#lib/in-toto/index.ts'
import type { Report } from '#lib/in-toto/report.ts'
import type { ArrangeRequest } from './elk-graph.ts'
import { type Drawing, type DrawnNode, isLabelled } from './graph/drawing.ts'
import { dashDownstream, fileEdges, matchEdges } from './graph/edges.ts'
import { fold } from './graph/fold.ts'
import { type FinalFile, fileNodes, inspectionNode, stepNode } from './graph/nodes.ts'
import { flowOrder, problemsOf } from './graph/order.ts'

/** Drawn at most; more is unreadable, and arranging it takes seconds. */
const CAP = 150

export interface GraphContext {
  /** the layout judged with; says where files of steps without a link should have come from */
  readonly layout: Layout | null
  readonly files: readonly FinalFile[]
  /** the step that made them */
  readonly finalStep: string
}

/**
 * The expected route with the evidence laid over it: every step and inspection of the layout, the final files, an
 * edge for each pair that MATCH rules connect, in the state that the report gives them.
 */
export function drawGraph(report: Report, context: GraphContext, cap = CAP): Drawing {
  const steps = report.steps.map((step) => stepNode(report, step))
  const inspections = report.inspections.map((inspection) => inspectionNode(report, inspection))
  const files = fileNodes(report, context.files)
  const matches = matchEdges(report, context.layout)
  const final = steps.find((step) => step.id === context.finalStep)
  const edges = [...matches, ...fileEdges(files, final, { edges: matches, inspections })]
  const all = distinct([...steps, ...files, ...inspections])
  const shown = fold({ nodes: all, edges: dashDownstream(all, edges) }, cap)
  const order = flowOrder(shown.nodes, shown.edges)
  const root = report.reasons.find((reason) => reason.severity !== 'warning' && reason.follows === undefined)
  const first =
    root?.inspection !== undefined ? `inspection:${root.inspection}` : (root?.path?.[0] ?? root?.step ?? null)
  return { ...shown, order, problems: problemsOf(shown.nodes, shown.edges, order, first) }
}

/** Two steps of one name are a fault of the layout, and both are drawn. */
function distinct(nodes: readonly DrawnNode[]): DrawnNode[] {
  const ids = new Set<string>()
  return nodes.map((node) => {
    let id = node.id
    for (let n = 2; ids.has(id); n++) id = `${node.id} (${n})`
    ids.add(id)
    return { ...node, id }
  })
}

/** What to ask of `arrange`. Label sizes are those of the drawn badge: 11 px type, icon and padding. */
export function toArrange(drawing: Drawing, aspectRatio = 1.5): ArrangeRequest {
  return {
    nodes: drawing.nodes.map(({ id, width, height }) => ({ id, width, height })),
    edges: drawing.edges.map((edge) => ({
      id: edge.id,
      source: edge.source,
      target: edge.target,
      label: isLabelled(edge) ? { width: Math.ceil(edge.label.length * 6.6) + 40, height: 24 } : null,
    })),
    aspectRatio,
  }
}

/** The drawing with everything in its place. */
export function placeGraph(drawing: Drawing, arranged: Arrangement): ProvenanceGraph {
  return {
    nodes: drawing.nodes.map((node) => ({ ...node, ...(arranged.nodes[node.id] ?? { x: 0, y: 0 }) })),
    edges: drawing.edges.map((edge) => ({ ...edge, ...(arranged.edges[edge.id] ?? { points: [], labelAt: null }) })),
    width: arranged.width,
    height: arranged.height,
    problems: [...drawing.problems],
    order: [...drawing.order],
  }
}
