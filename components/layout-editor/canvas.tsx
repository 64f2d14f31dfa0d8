'use client'
import { useReducedMotion } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Maximize } from 'lucide-react'
import { type ReactNode, useCallback, useEffect, useMemo, useRef } from 'react'
import {
  Background,
  BackgroundVariant,
  type Connection,
  ControlButton,
  Controls,
  MiniMap,
  type NodeChange,
  type NodeTypes,
  ReactFlow,
  useStore,
} from 'reactflow'
import { arrangementQuery } from '#lib/client/layouts.ts'
import { connect, type ItemPreview, itemById } from '#lib/layout-draft/index.ts'
import { issuesOf, useEditor, useEditorStore, useView, viewOf } from './editor-store.ts'
import { useFit } from './fit.ts'
import { arrangeRequest, edgesOf, type ItemNode as FlowNode, linesOf, nodesOf } from './flow.ts'
import { ItemNode } from './item-node.tsx'
import { MatchEdge } from './match-edge.tsx'
import { useKeyNames } from './use-key-names.ts'

const nodeTypes: NodeTypes = { item: ItemNode }
const edgeTypes = { match: MatchEdge }
/** From here on an overview helps more than it hides. */
const MINIMAP_FROM = 8

export interface CanvasProps {
  readonly previews: ReadonlyMap<string, ItemPreview> | null
  readonly readOnly?: boolean
  /** panels over the drawing */
  readonly children?: ReactNode
}

/** The drawing of the document. It owns nothing: every gesture is a command on the document or a place of a node. */
export function Canvas({ previews, readOnly = false, children }: CanvasProps) {
  const store = useEditorStore()
  const view = useView()
  const selection = useEditor((state) => state.selection)
  const positions = useEditor((state) => state.history.present.positions)
  const lines = useMemo(() => linesOf(view, previews), [view, previews])
  const request = useMemo(() => arrangeRequest(view, lines), [view, lines])
  const { data: arrangement } = useQuery(arrangementQuery(request))
  const names = useKeyNames(view)
  const nodes = useMemo(
    () => nodesOf(view, issuesOf(view.document), selection?.id ?? null, { arrangement, positions, readOnly }, names),
    [view, selection?.id, arrangement, positions, readOnly, names],
  )
  const edges = useMemo(
    () => edgesOf(lines, arrangement, positions, selection),
    [lines, arrangement, positions, selection],
  )
  const showAll = useFit(readOnly)
  useFitWhenArranged(arrangement === undefined ? 0 : nodes.length, showAll)

  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      for (const change of changes) {
        if (change.type !== 'position' || change.position === undefined) continue
        store.getState().place(change.id, change.position, `drag ${change.id}`)
        if (!change.dragging) store.getState().endGesture()
      }
    },
    [store],
  )
  const onConnect = useCallback((made: Connection) => connectItems(store, made), [store])

  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onNodesChange={readOnly ? undefined : onNodesChange}
      onConnect={readOnly ? undefined : onConnect}
      onNodeClick={(_, node) => store.getState().select({ id: node.id })}
      onEdgeClick={(_, edge) => {
        const [rule] = edge.data?.rules ?? []
        if (rule !== undefined) store.getState().select({ id: rule.holder, side: rule.side, rule: rule.index })
      }}
      onPaneClick={() => store.getState().select(null)}
      nodesDraggable={!readOnly}
      nodesConnectable={!readOnly}
      edgesFocusable={false}
      elementsSelectable
      disableKeyboardA11y
      deleteKeyCode={null}
      selectionKeyCode={null}
      multiSelectionKeyCode={null}
      snapToGrid
      snapGrid={[10, 10]}
      minZoom={0.2}
      maxZoom={2}
      aria-label={readOnly ? 'Drawing of the layout' : 'Drawing of the layout. Press question mark for the keys.'}
      proOptions={{ hideAttribution: true }}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--wb-line)" />
      <Controls showInteractive={false} showFitView={false}>
        <ControlButton onClick={() => showAll(180)} title="Fit View (F)" aria-label="Fit View">
          <Maximize size={13} className="!fill-none" aria-hidden />
        </ControlButton>
      </Controls>
      {nodes.length >= MINIMAP_FROM && (
        <MiniMap
          pannable
          zoomable
          ariaLabel="Overview"
          nodeColor="var(--wb-mute)"
          style={{ width: 150, height: 100 }}
        />
      )}
      {children}
    </ReactFlow>
  )
}

/** Shows everything when the first arrangement has come, and when nodes come or go. */
function useFitWhenArranged(nodes: number, showAll: (duration: number) => void): void {
  const still = useReducedMotion()
  const shown = useRef(0)
  const width = useStore((state) => state.width)
  useEffect(() => {
    if (nodes === 0 || nodes === shown.current || width === 0) return
    const duration = still || shown.current === 0 ? 0 : 180
    shown.current = nodes
    const frame = requestAnimationFrame(() => showAll(duration))
    return () => cancelAnimationFrame(frame)
  }, [showAll, nodes, still, width])
}

type Store = ReturnType<typeof useEditorStore>

/** A line drawn between two ports becomes a MATCH rule; its row opens so that the pattern can be narrowed. */
function connectItems(store: Store, made: Connection): void {
  const { history } = store.getState()
  connectByIds(store, {
    from: made.source,
    fromSide: made.sourceHandle === 'out-materials' ? 'materials' : 'products',
    to: made.target,
    side: made.targetHandle === 'in-products' ? 'products' : 'materials',
    document: history.present.document,
  })
}

export function connectByIds(
  store: Store,
  {
    from,
    fromSide,
    to,
    side,
    document,
  }: {
    from: string
    fromSide: 'materials' | 'products'
    to: string
    side: 'materials' | 'products'
    document: Parameters<typeof connect>[0]
  },
): void {
  const view = viewOf(document)
  const source = itemById(view, from)
  const target = itemById(view, to)
  if (source === null || target === null || source === target) return
  const { index } = connect(document, { to: target.ref, side, from: source.name, fromSide })
  store.getState().setPane('inspector')
  store
    .getState()
    .act(
      `${target.name} now takes files from ${source.name}`,
      (current) => connect(current, { to: target.ref, side, from: source.name, fromSide }).document,
      { select: { id: to, side, rule: index } },
    )
}
