import { Box, GitCommitHorizontal, Hammer, Layers, ScanSearch } from 'lucide-react'
import { memo } from 'react'
import { Handle, type Node, type NodeProps, Position } from 'reactflow'
import type { ProvenanceGraph } from '#lib/contract/builds.ts'
import { LOOK } from './states.ts'

export type GraphNode = ProvenanceGraph['nodes'][number]
export type FlowNode = Node<{ node: GraphNode }, 'fact'>

const ICONS = { source: GitCommitHorizontal, step: Hammer, artifact: Box, inspection: ScanSearch, fold: Layers }

/** A step, inspection, file or fold: icon, name, one fact, and the state as shape, border and colour. */
export const FactNode = memo(function FactNode({ data: { node }, selected }: NodeProps<FlowNode>) {
  const look = LOOK[node.state]
  const Kind = ICONS[node.kind]
  const dashed = node.state === 'unverified' || node.state === 'expired' || node.kind === 'inspection'
  return (
    <div
      style={{
        width: node.width,
        height: node.height,
        borderColor: node.state === 'pass' ? 'var(--wb-line)' : look.fill,
        borderStyle: dashed ? 'dashed' : 'solid',
        borderWidth: node.state === 'fail' ? 2 : 1,
        boxShadow: selected ? '0 0 0 2px var(--wb-accent)' : undefined,
      }}
      className={`flex items-center gap-2.5 bg-surface text-left ${node.kind === 'artifact' ? 'rounded-full px-4' : 'rounded-lg px-3'}`}
    >
      <Kind size={17} strokeWidth={1.75} className="shrink-0 text-mute" aria-hidden />
      <div className="min-w-0 flex-1">
        <div className="truncate text-[13px] leading-5 font-medium text-ink">{node.label}</div>
        <div
          className="truncate text-[11px] leading-4"
          style={{ color: node.state === 'pass' ? 'var(--wb-mute)' : look.text }}
        >
          {node.detail}
        </div>
      </div>
      <look.icon size={17} strokeWidth={2.25} style={{ color: look.fill }} className="shrink-0" aria-hidden />
      <Handle type="target" position={Position.Left} className="opacity-0!" isConnectable={false} />
      <Handle type="source" position={Position.Right} className="opacity-0!" isConnectable={false} />
    </div>
  )
})
