import { useCallback } from 'react'
import { getViewportForBounds, type Rect, useReactFlow, useStoreApi } from 'reactflow'
import type { ItemNode, MatchEdge } from './flow.ts'

/** Where the drawing may go: the palette stands at the top left, the problems below. */
const BESIDE_PALETTE = { top: '24px', right: '32px', bottom: '110px', left: '216px' } as const
const BELOW_PALETTE = { top: '176px', right: '32px', bottom: '110px', left: '32px' } as const
const NOTHING_OVER = { top: '24px', right: '32px', bottom: '32px', left: '32px' } as const

/**
 * A function that brings the whole drawing into view, the lines that a wrapped chain sends around its rows included,
 * beside what stands over it. It takes the milliseconds of the movement.
 */
export function useFit(readOnly = false): (duration: number) => void {
  const flow = useReactFlow<ItemNode, MatchEdge>()
  const store = useStoreApi()
  return useCallback(
    (duration) => {
      const { width, height } = store.getState()
      const nodes = flow.getNodes()
      if (nodes.length === 0 || width === 0 || height === 0) return
      const bounds = including(flow.getNodesBounds(nodes), flow.getEdges())
      const places = readOnly ? [NOTHING_OVER] : [BESIDE_PALETTE, BELOW_PALETTE]
      const views = places.map((padding) => getViewportForBounds(bounds, width, height, 0.4, 1, padding))
      const largest = views.reduce((best, view) => (view.zoom > best.zoom ? view : best))
      void flow.setViewport(largest, { duration })
    },
    [flow, store, readOnly],
  )
}

function including(nodes: Rect, edges: readonly MatchEdge[]): Rect {
  const points = edges.flatMap(({ data }) => data?.route?.points ?? [])
  const left = Math.min(nodes.x, ...points.map(({ x }) => x))
  const top = Math.min(nodes.y, ...points.map(({ y }) => y))
  const right = Math.max(nodes.x + nodes.width, ...points.map(({ x }) => x))
  const bottom = Math.max(nodes.y + nodes.height, ...points.map(({ y }) => y))
  return { x: left, y: top, width: right - left, height: bottom - top }
}
