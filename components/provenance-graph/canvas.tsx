'use client'
import { useReducedMotion } from '@mantine/hooks'
import { useEffect, useMemo, useRef } from 'react'
import {
  Background,
  BackgroundVariant,
  Controls,
  MiniMap,
  type NodeTypes,
  Panel,
  ReactFlow,
  useReactFlow,
  useStore,
} from 'reactflow'
import type { ProvenanceGraph } from '#lib/contract/builds.ts'
import { FactNode, type FlowNode } from './fact-node.tsx'
import { Legend } from './legend.tsx'
import { type FlowEdge, RouteEdge } from './route-edge.tsx'
import { LOOK } from './states.ts'

const nodeTypes: NodeTypes = { fact: FactNode }
const edgeTypes = { route: RouteEdge }
/** From here on an overview helps more than it hides. */
const MINIMAP_FROM = 8
/** what the overview shows outside the window */
const SHADE = 'color-mix(in srgb, var(--wb-line) 60%, transparent)'

export interface CanvasProps {
  readonly graph: ProvenanceGraph
  /** id of the node that is open in the panel */
  readonly selected: string | null
  /** edge that a walk through the problems has arrived at */
  readonly edge: string | null
  readonly onSelect: (id: string | null) => void
}

/** The drawing. It opens on the failing edge, or on the selected node, at a size that can be read. */
export function Canvas({ graph, selected, edge, onSelect }: CanvasProps) {
  const flow = useReactFlow()
  const still = useReducedMotion()
  const width = useStore((state) => state.width)
  const box = useRef<HTMLDivElement>(null)
  const opened = useRef(false)
  const nodes = useMemo(() => flowNodes(graph, selected), [graph, selected])
  const edges = useMemo(() => flowEdges(graph, edge), [graph, edge])
  const focus = useMemo(() => focusOf(graph, selected, edge), [graph, selected, edge])

  // Also when the panel opens beside the drawing: what it speaks of must not be left behind the new edge.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a narrower drawing has to be fitted anew
  useEffect(() => {
    if (!opened.current) return
    void flow.fitView({ ...READABLE, nodes: focus.map((id) => ({ id })), duration: still ? 0 : 180 })
    moveFocus(box.current, selected)
  }, [flow, focus, selected, still, width])

  return (
    <div ref={box} className="size-full">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onInit={(instance) => {
          opened.current = true
          void instance.fitView({ ...READABLE, nodes: focus.map((id) => ({ id })) })
        }}
        minZoom={0.05}
        maxZoom={2}
        nodesDraggable={false}
        nodesConnectable={false}
        elementsSelectable
        edgesFocusable={false}
        onlyRenderVisibleElements
        onNodeClick={(_, node) => onSelect(node.id)}
        onEdgeClick={(_, one) => onSelect(one.target)}
        onPaneClick={() => onSelect(null)}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        aria-label="Provenance graph. The list view has the same content."
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--wb-line)" />
        <Controls showInteractive={false} />
        {graph.nodes.length >= MINIMAP_FROM && (
          <MiniMap pannable zoomable ariaLabel="Overview of the graph" nodeColor={colourOf} maskColor={SHADE} />
        )}
        <Panel position="top-left">
          <Legend graph={graph} />
        </Panel>
      </ReactFlow>
    </div>
  )
}

const READABLE = { padding: 0.18, minZoom: 0.8, maxZoom: 1 } as const

function colourOf(node: { data: Record<string, unknown> }): string {
  const { node: drawn } = node.data as FlowNode['data'] // safe: `flowNodes` below makes all of them
  return LOOK[drawn.state].fill
}

function flowNodes(graph: ProvenanceGraph, selected: string | null): FlowNode[] {
  const stop = selected ?? graph.order[0]
  return graph.nodes.map((node) => ({
    id: node.id,
    type: 'fact',
    position: { x: node.x, y: node.y },
    width: node.width,
    height: node.height,
    data: { node },
    selected: node.id === selected,
    draggable: false,
    // one stop for Tab; the arrow keys go on from there
    focusable: node.id === stop,
    ariaRole: 'group',
    ariaLabel: `${KIND[node.kind]} ${node.label}: ${LOOK[node.state].word}. ${node.detail}`,
  }))
}

const KIND = {
  step: 'Step',
  inspection: 'Inspection',
  artifact: 'File',
  source: 'Source',
  fold: 'Folded steps',
} as const

function flowEdges(graph: ProvenanceGraph, chosen: string | null): FlowEdge[] {
  return graph.edges.map((edge) => ({
    id: edge.id,
    type: 'route',
    source: edge.source,
    target: edge.target,
    data: { edge },
    selected: edge.id === chosen,
    zIndex: edge.state === 'fail' ? 5 : 0,
    ariaLabel: `${edge.source} to ${edge.target}: ${LOOK[edge.state].word}, ${edge.label}`,
  }))
}

/** What must be in view: both ends of the edge; else the selected node; else the first problem; else all. */
function focusOf(graph: ProvenanceGraph, selected: string | null, edge: string | null): string[] {
  const ends = (id: string | null | undefined): string[] => {
    const found = graph.edges.find((one) => one.id === id)
    return found === undefined ? [] : [found.source, found.target]
  }
  if (edge !== null && ends(edge).length > 0) return ends(edge)
  if (selected !== null) return [selected]
  const [first] = graph.problems
  if (first === undefined) return graph.nodes.map((node) => node.id)
  return ends(first).length > 0 ? ends(first) : [first]
}

/** Keyboard focus goes with the selection, but only if it already is in the drawing. */
function moveFocus(box: HTMLElement | null, id: string | null): void {
  if (box === null || id === null || !box.contains(document.activeElement)) return
  requestAnimationFrame(() => {
    for (const node of box.querySelectorAll<HTMLElement>('.react-flow__node')) {
      if (node.dataset.id === id) node.focus({ preventScroll: true })
    }
  })
}
