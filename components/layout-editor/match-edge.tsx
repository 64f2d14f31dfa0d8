import { memo } from 'react'
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath } from 'reactflow'
import { middleOf, routePath } from '#components/provenance-graph/route-path.ts'
import { useEditorStore } from './editor-store.ts'
import type { MatchEdge as FlowEdge, RuleLabel } from './flow.ts'

/** One line for all MATCH rules between two items; dashed where only products are compared, red where files are missed. */
export const MatchEdge = memo(function MatchEdge(props: EdgeProps<FlowEdge>) {
  const { id, data, selected } = props
  if (data === undefined) return null
  const { path, x, y } = lineOf(props, data.route)
  const productsOnly = data.rules.every(({ side }) => side === 'products')
  const stroke = data.missed ? 'var(--wb-fail-fill)' : selected ? 'var(--wb-accent)' : 'var(--wb-mute)'
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        interactionWidth={24}
        style={{ stroke, strokeWidth: selected ? 2.25 : 1.5, strokeDasharray: productsOnly ? '5 4' : undefined }}
      />
      <EdgeLabelRenderer>
        <div
          className="nodrag nopan absolute z-[1001] flex flex-col gap-0.5"
          style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)`, pointerEvents: 'all' }}
        >
          {data.rules.map((rule) => (
            <RuleTag key={`${rule.holder} ${rule.side} ${rule.index}`} rule={rule} />
          ))}
        </div>
      </EdgeLabelRenderer>
    </>
  )
})

function lineOf(props: EdgeProps<FlowEdge>, route: NonNullable<FlowEdge['data']>['route']) {
  if (route !== null && route.points.length > 1) {
    const box = route.labelAt
    const middle = box === null ? middleOf(route.points) : { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    return { path: routePath(route.points), ...middle }
  }
  const [path, x, y] = getSmoothStepPath({ ...props, borderRadius: 8 })
  return { path, x, y }
}

/** A rule on its line: pattern and how many files it took. A click opens its row. */
function RuleTag({ rule }: { rule: RuleLabel }) {
  const store = useEditorStore()
  const look = rule.missed ? 'border-fail bg-fail-tint text-fail-text' : 'border-line bg-surface text-ink'
  return (
    <button
      type="button"
      // reached through the node's rules with the keyboard; here it would only double them
      tabIndex={-1}
      className={`max-w-[180px] truncate rounded border px-1.5 py-px text-center font-mono text-[11px] leading-4 ${look}`}
      onClick={() => {
        store.getState().setPane('inspector')
        store.getState().select({ id: rule.holder, side: rule.side, rule: rule.index })
      }}
    >
      {rule.text}
      {rule.took !== null && <span className="tnum opacity-80"> {rule.took}</span>}
    </button>
  )
}
