import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from 'reactflow'
import { StatusBadge } from '#components/ui/status-badge.tsx'
import type { ProvenanceGraph } from '#lib/contract/builds.ts'
import { middleOf, routePath } from './route-path.ts'
import { LOOK } from './states.ts'

export type GraphEdge = ProvenanceGraph['edges'][number]
export type FlowEdge = Edge<{ edge: GraphEdge }, 'route'>

/** An edge along the points that ELK found. What failed is thick, red and says its counts. */
export function RouteEdge({ id, data, selected }: EdgeProps<FlowEdge>) {
  if (data === undefined) return null
  const { edge } = data
  const look = LOOK[edge.state]
  const plain = edge.state === 'pass'
  const labelled = edge.state === 'fail' || edge.state === 'warn' || selected
  const box = edge.labelAt
  const middle = box === null ? middleOf(edge.points) : { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  return (
    <>
      <BaseEdge
        id={id}
        path={routePath(edge.points)}
        interactionWidth={24}
        style={{
          stroke: plain ? 'var(--wb-mute)' : look.fill,
          strokeWidth: edge.state === 'fail' ? 2.5 : selected ? 2 : 1.25,
          strokeDasharray: look.dash,
        }}
      />
      {labelled && (
        <EdgeLabelRenderer>
          <div
            className="pointer-events-none absolute z-[1001]"
            style={{ transform: `translate(-50%, -50%) translate(${middle.x}px, ${middle.y}px)` }}
          >
            <StatusBadge state={look.badge} label={edge.label} />
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  )
}
